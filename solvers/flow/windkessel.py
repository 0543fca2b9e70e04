"""The vessels behind an outlet: a proximal resistance, then a compliance beside a distal resistance (RCR)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, isinf
from typing import Protocol

from geometry.errors import Refused


class OutletModel(Protocol):
    """What is behind an outlet: ``Outlet`` or ``PressureOutlet``."""

    def resistance(self, dt: float) -> float:
        """What the outlet pressure at the end of a step gains per flow at the end of the step, kPa ms/mm3."""
        ...

    def known_pressure(self, stored: float, flow: float, dt: float, time: float) -> float:
        """The rest of that pressure, kPa, for a step of ``dt`` ms from ``time``."""
        ...

    def advance(self, stored: float, flow: float, flow_next: float, dt: float, time: float) -> float:
        """The stored pressure at the end of the step, kPa."""
        ...


@dataclass(frozen=True)
class PressureOutlet:
    """An outlet at a pressure (kPa) that is known at every time (ms), such as a catheter's."""

    pressure: Callable[[float], float]

    def resistance(self, dt: float) -> float:
        """0: the flow does not act back."""
        return 0.0

    def known_pressure(self, stored: float, flow: float, dt: float, time: float) -> float:
        """The pressure at the end of the step, kPa."""
        return self.pressure(time + dt)

    def advance(self, stored: float, flow: float, flow_next: float, dt: float, time: float) -> float:
        """Also that pressure: what counts as stored is the latest one."""
        return self.pressure(time + dt)


@dataclass(frozen=True)
class Outlet:
    """Three-element windkessel  P = Rp Q + p,  C dp/dt = Q - (p - pv) / Rd  in kPa, ms and mm3.

    proximal, distal  Rp, Rd in kPa ms/mm3; compliance  C in mm3/kPa (0: no storage, a plain resistance); venous  pv in kPa.
    Source: Westerhof 2009, doi 10.1007/s11517-008-0359-2.
    """

    proximal: float
    distal: float = 0.0
    compliance: float = 0.0
    venous: float = 0.0

    def __post_init__(self) -> None:
        """Refuse elements without meaning."""
        if min(self.proximal, self.distal, self.compliance) < 0:
            raise Refused("An outlet has a negative resistance or compliance; give values of zero or more.")

    def shares(self, dt: float) -> tuple[float, float, float]:
        """(e, k0, k1) of the exact update  p1 = pv + (p0 - pv) e + k0 Q0 + k1 Q1  for Q linear over a step of ``dt`` ms."""
        tau = self.distal * self.compliance
        if tau == 0.0 or isinf(dt):
            return 0.0, 0.0, self.distal
        a = dt / tau
        gone = -expm1(-a)
        return exp(-a), self.distal * (gone / a - exp(-a)), self.distal * (1.0 - gone / a)

    def resistance(self, dt: float) -> float:
        """What the outlet pressure at the end of a step gains per flow at the end of the step, kPa ms/mm3."""
        return self.proximal + self.shares(dt)[2]

    def known_pressure(self, stored: float, flow: float, dt: float, time: float = 0.0) -> float:
        """The part of the outlet pressure at the end of a step that does not depend on the flow then, kPa.

        stored is p and ``flow`` is Q at the start of the step, at ``time`` ms (which changes nothing here).
        """
        kept, start, _ = self.shares(dt)
        return self.venous + (stored - self.venous) * kept + start * flow

    def advance(self, stored: float, flow: float, flow_next: float, dt: float, time: float = 0.0) -> float:
        """The stored pressure p at the end of a step, exact for a flow that runs linearly between its two ends, kPa."""
        return self.known_pressure(stored, flow, dt) + self.shares(dt)[2] * flow_next

    def pressure(self, stored: float, flow: float) -> float:
        """The pressure P at the outlet, kPa."""
        return stored + self.proximal * flow


def periodic_start(outlet: Outlet, flow: Callable[[float], float], cycle: float, steps: int = 2000) -> float:
    """The stored pressure at the start of a beat that comes back after one beat of ``flow`` (mm3/ms over 0..cycle ms), kPa.

    One beat maps p(0) to  p(0) exp(-T / (Rd C)) + b, so its fixed point follows from one beat started anywhere.
    """
    dt = cycle / steps
    end, kept = outlet.venous, 1.0
    for k in range(steps):
        end = outlet.advance(end, flow(k * dt), flow((k + 1) * dt), dt)
        kept *= outlet.shares(dt)[0]
    return outlet.venous + (end - outlet.venous) / (1.0 - kept)
