"""The circulation without space that a beat of flow starts from: what drives it, the way through the valve, the vessels.

All outlets share one pressure P. Each has  P = R_i Q_i + known_i  as in the flow itself (``windkessel``), and
a driven inlet  p(t) - P = B Q |Q| + L dQ/dt,  with Q >= 0 behind leaflets. Source of B, the loss where a jet widens again, and L:
Garcia 2005, doi 10.1152/ajpheart.00517.2005.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats
from solvers.flow.windkessel import OutletModel

STEPS = 400  # a beat
ROUNDS = 20  # of Newton's method, at most
CLOSE = 1e-7  # of the pressures, after which the beat comes back
NUDGE = 0.1  # kPa, of a stored pressure, to see what it does a beat later
LEAST = 1e-7  # kPa ms/mm3, the resistance of an outlet at a known pressure


@dataclass(frozen=True)
class Passage:
    """From a driven inlet to the outlets: loss B kPa ms2/mm6, inertance L kPa ms2/mm3; one_way: leaflets are in it."""

    loss: float
    inertance: float
    one_way: bool

    @classmethod
    def along(cls, line: Centerline, density: float, *, one_way: bool) -> "Passage":
        """That of blood of a density in mg/mm3 along a centreline:  B = rho/2 (1/A_throat - 1/A_end)^2,  L = rho int ds/A."""
        area = np.where(line.area > 0, line.area, line.area.max())
        loss = density / 2 * (1 / area[line.throat] - 1 / max(area[-2], area[line.throat])) ** 2
        return cls(float(loss), float(density * np.trapezoid(1 / area, line.arc)), one_way)

    def flow(self, excess: float, resistance: float, before: float, dt: float) -> float:
        """Q in mm3/ms at the end of a step, where the drive is ``excess`` above the pressure that the outlets have without it."""
        linear = resistance + self.inertance / dt
        push = excess + self.inertance / dt * before
        found = abs(push) / linear
        if self.loss > 0:
            found = 2 * abs(push) / (linear + np.sqrt(linear**2 + 4 * self.loss * abs(push)))
        return float(found if push > 0 else 0.0 if self.one_way else -found)


@dataclass(frozen=True)
class Network:
    """Outlets side by side behind one inlet; drive  mm3/ms at a time in ms, or kPa where there is a passage."""

    outlets: Sequence[OutletModel]
    drive: Callable[[float], float]
    cycle: float
    passage: Passage | None = None

    def beat(self, stored: Floats, flows: Floats) -> tuple[Floats, Floats, Floats]:
        """One beat from stored pressures (k,) kPa and flows (k,) mm3/ms: both at its end, and (STEPS,) the inflow."""
        dt, inflow = self.cycle / STEPS, np.zeros(STEPS)
        resistance = np.array([max(one.resistance(dt), LEAST) for one in self.outlets])
        for step in range(STEPS):
            time = step * dt
            known = np.array([
                one.known_pressure(p, q, dt, time) for one, p, q in zip(self.outlets, stored, flows, strict=True)
            ])  # fmt: skip
            joint = 1 / (1 / resistance).sum()
            alone = joint * (known / resistance).sum()
            inflow[step] = self._inflow(time + dt, alone, joint, flows.sum(), dt)
            after = (alone + joint * inflow[step] - known) / resistance
            stored = np.array([
                one.advance(p, q, r, dt, time) for one, p, q, r in zip(self.outlets, stored, flows, after, strict=True)
            ])  # fmt: skip
            flows = after
        return stored, flows, inflow

    def _inflow(self, time: float, alone: float, joint: float, before: float, dt: float) -> float:
        if self.passage is None:
            return self.drive(time)
        return self.passage.flow(self.drive(time) - alone, joint, before, dt)

    def periodic(self) -> tuple[Floats, Floats]:
        """Stored pressures (k,) kPa at the start of a beat that comes back, and its inflow (STEPS,) mm3/ms: Newton's method."""
        count = len(self.outlets)
        stored, flows = (
            np.array([one.known_pressure(0.0, 0.0, self.cycle, 0.0) for one in self.outlets]),
            np.zeros(count),
        )
        for _ in range(ROUNDS):
            end, after, inflow = self.beat(stored, flows)
            off = end - stored
            if np.abs(off).max() < CLOSE * max(1.0, float(np.abs(end).max())):
                break
            nudged = [self.beat(stored + NUDGE * way, flows)[0] for way in np.eye(count)]
            slopes = np.column_stack([(one - end) / NUDGE for one in nudged])
            stored = stored + np.linalg.solve(np.eye(count) - slopes, off)
            flows = after
        return stored, inflow
