"""The vessels behind the outlet as they must be for a person's cuff pressure and stroke volume."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import root

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.units import convert
from solvers.flow.outlets import outlet_of
from solvers.flow.shares import MAIN, behind_outlets, joint, part_of
from solvers.flow.steady import ejection_of
from solvers.flow.windkessel import Outlet, periodic_start
from solvers.flow_records import Windkessel
from solvers.result import Check, Trace
from solvers.scenario import Flow

STEPS = 400  # of a beat
CLOSE = 0.5  # mmHg that the fit may be off
LEAST = 5.0  # mmHg between systolic and diastolic


@dataclass(frozen=True)
class TunedVessels:
    """A windkessel and its periodic pressure (t,) kPa at times (t,) ms; wanted: systolic and diastolic, kPa.

    shares  name of each outlet -> how much of it is behind it
    """

    outlet: Outlet
    times: Floats
    pressure: Floats
    wanted: tuple[float, float]
    shares: Mapping[str, float] = field(default_factory=dict)

    def checks(self) -> list[Check]:
        """Pressures of the windkessel against the cuff's."""
        found = self.pressure.max(), self.pressure.min()
        return [
            Check(f"{name} pressure of the tuned vessels", _mmhg(value), _mmhg(cuff), CLOSE, "mmHg", "the cuff")
            for name, value, cuff in zip(("systolic", "diastolic"), found, self.wanted, strict=True)
        ]

    def trace(self) -> Trace:
        """The pressure behind the outlet as tuned, beside the cuff's two."""
        curves = [self.pressure, *(np.full_like(self.pressure, cuff) for cuff in self.wanted)]
        names = ("tuned vessels", "cuff systolic", "cuff diastolic")
        return Trace(self.times, np.array(curves) * _mmhg(1.0), names, "mmHg", "Tuned to the cuff")

    def windkessel(self) -> Windkessel:
        """The same as a record, in clinical units."""
        ohm, farad = convert(1, "kPa*ms/mm**3", "mmHg*s/mL"), convert(1, "mm**3/kPa", "mL/mmHg")
        one = self.outlet
        return Windkessel(
            proximal=one.proximal * ohm,
            distal=one.distal * ohm,
            compliance=one.compliance * farad,
            venous=_mmhg(one.venous),
        )

    def note(self) -> str:
        """The resistances and compliance in words."""
        found = self.windkessel()
        numbers = f"Rp {found.proximal:.3f}, Rd {found.distal:.2f} mmHg s/mL, C {found.compliance:.2f} mL/mmHg."
        if len(self.shares) < 2:
            return f"The vessels behind the outlet were tuned to the cuff: {numbers}"
        each = ", ".join(f"{name} {share:.0%}" for name, share in self.shares.items())
        return (
            f"The vessels behind all outlets together were tuned to the cuff: {numbers} They are shared out as their given "
            f"resistances have it, all with the same time constant: {each}."
        )


def with_tuned_vessels(scenario: Flow) -> tuple[Flow, TunedVessels | None]:
    """The scenario with the windkessel that its cuff pressure and stroke volume ask for, and how it was tuned, if it was."""
    if scenario.vessels == "given":
        return scenario, None
    whole, shares = joint(behind_outlets(scenario))
    ejection = ejection_of(scenario)
    systolic, diastolic = (convert(value, "mmHg", "kPa") for value in (scenario.cuff.systolic, scenario.cuff.diastolic))
    tuned = replace(tune(outlet_of(whole), ejection.flow, ejection.cycle, systolic, diastolic), shares=shares)
    parts = {name: part_of(tuned.windkessel(), share) for name, share in shares.items()}
    return scenario.model_copy(update={"windkessel": parts.pop(MAIN), "outlets": parts}), tuned


def tune(
    given: Outlet, flow: Callable[[float], float], cycle: float, systolic: float, diastolic: float
) -> TunedVessels:
    """Find Rd and C for the two pressures (kPa); Rp keeps its share of the whole resistance, venous pressure stays.

    Refuses pressures that this flow cannot have.
    """
    if systolic - diastolic < convert(LEAST, "mmHg", "kPa") or diastolic <= given.venous:
        raise Refused(
            f"The cuff reads {_mmhg(systolic):.0f} over {_mmhg(diastolic):.0f} mmHg: systolic must be at least {LEAST:g} above "
            f"diastolic, and that above the venous pressure of {_mmhg(given.venous):.0f}."
        )
    times = np.linspace(0.0, cycle, STEPS + 1)
    flows = np.array([flow(float(t)) for t in times])
    mean_flow = float(np.trapezoid(flows, times)) / cycle
    share = given.proximal / (given.proximal + given.distal)
    whole = (diastolic + (systolic - diastolic) / 3 - given.venous) / mean_flow

    def outlet(unknown: Floats) -> Outlet:
        total = float(np.exp(unknown[0]))
        return Outlet(share * total, (1 - share) * total, float(np.exp(unknown[1])), given.venous)

    def off(unknown: Floats) -> Floats:
        pressure = periodic_pressure(outlet(unknown), times, flows)
        return np.array([pressure.max() - systolic, pressure.min() - diastolic])

    volume = float(np.trapezoid(flows, times))
    found = root(off, np.log([whole, volume / (systolic - diastolic) / 2]), method="hybr", tol=1e-6)
    if not found.success or np.abs(off(found.x)).max() > convert(CLOSE, "mmHg", "kPa"):
        raise Refused(
            f"No vessels give {_mmhg(systolic):.0f} over {_mmhg(diastolic):.0f} mmHg at {mean_flow * 60 / 1000:.1f} L/min with a "
            f"proximal share of {share:.0%}: the pulse is too small for the peak of the flow. Lower Rp, or look at the numbers."
        )
    best = outlet(found.x)
    return TunedVessels(best, times, periodic_pressure(best, times, flows), (systolic, diastolic))


def periodic_pressure(outlet: Outlet, times: Floats, flows: Floats) -> Floats:
    """(t,) kPa at the outlet over a beat that comes back."""
    start = periodic_start(outlet, lambda t: float(np.interp(t, times, flows)), float(times[-1]), STEPS)
    stored = [start]
    for k in range(len(times) - 1):
        stored.append(outlet.advance(stored[-1], flows[k], flows[k + 1], times[k + 1] - times[k]))
    return np.array(stored) + outlet.proximal * flows


def _mmhg(kilopascal: float) -> float:
    return convert(float(kilopascal), "kPa", "mmHg")
