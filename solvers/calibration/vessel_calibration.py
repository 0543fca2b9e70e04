"""The vessels behind an outlet from a cuff pressure and a stroke volume: a posterior of the whole resistance, how it is split, and
the compliance.

Every point is answered exactly: the three-element windkessel is linear in its flow, so one beat gives its periodic pressure.
"""

from dataclasses import dataclass, replace

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.units import convert
from solvers.calibration.fit import Fitted, fitted_all
from solvers.calibration.posterior import Inference, Posterior
from solvers.flow.steady import ejection_of
from solvers.flow_records import Windkessel
from solvers.scenario import Flow
from solvers.uncertainty.sampling import Varied, varied_numbers

STEPS = 400  # of a beat
SEED = 1
PRIOR = "adults at rest; widths are assumed"
TOTAL = Varied(
    ("windkessel", "total"), 1.1, 0.6, 0.05, 10.0, "mmHg*s/mL", "Whole resistance of the vessels", source=PRIOR
)
COMPLIANCE = Varied(
    ("windkessel", "compliance"), 1.5, 0.8, 0.05, 10.0, "mL/mmHg", "Arterial compliance",
    source=f"{PRIOR}; Chemla 1998, doi 10.1152/ajpheart.1998.274.2.H500",
)  # fmt: skip
SHARE = Varied(
    ("windkessel", "share"), 0.06, 0.02, 0.005, 0.4, "1", "Proximal share of the whole resistance",
    source="5 to 7 % in the aorta, Westerhof 2009, doi 10.1007/s11517-008-0359-2; width assumed",
)  # fmt: skip
VOLUME = ("stroke_volume",)
DATA = (("Systolic pressure", "mmHg"), ("Diastolic pressure", "mmHg"), ("Stroke volume", "mL"))
LEAST = 1.0  # mL, SD of a stroke volume that nobody doubts
WIDER = 3.0  # SD of the stroke volume before the data, against that of its measurement
REST = 1 / np.sqrt(1 - 1 / WIDER**2)  # and of it among the data: both together weigh as the one measurement there is


@dataclass(frozen=True)
class VesselCalibration:
    """A posterior of (whole resistance, share, compliance, stroke volume), and how the data are met."""

    posterior: Posterior
    fit: tuple[Fitted, ...]
    venous: float

    def windkessel(self) -> Windkessel:
        """The vessels at the mean of the posterior."""
        total, share, compliance, _ = self.posterior.mean
        return Windkessel(proximal=share * total, distal=(1 - share) * total, compliance=compliance, venous=self.venous)

    def spread(self) -> dict[str, float]:
        """SD of each number of the scenario: "windkessel.proximal" ..., "stroke_volume"."""
        total, share, compliance, volume = self.posterior.sample.T
        columns = {
            "windkessel.proximal": share * total,
            "windkessel.distal": (1 - share) * total,
            "windkessel.compliance": compliance,
            "stroke_volume": volume,
        }
        return {name: float(np.std(column, ddof=1)) for name, column in columns.items()}


def calibrate_vessels(scenario: Flow) -> VesselCalibration:
    """What the cuff and the stroke volume of a scenario, each with its SD, tell of the vessels behind its outlet.

    Cuff readings are taken to err independently, each by ``cuff.error``. Refuses several outlets, and a cuff without a pulse.
    """
    cuff, venous = scenario.cuff, scenario.windkessel.venous
    if scenario.outlets:
        raise Refused("Vessels are fitted to the cuff behind a single outlet; give those of several outlets yourself.")
    if cuff.diastolic <= venous or cuff.systolic <= cuff.diastolic:
        raise Refused(
            f"The cuff reads {cuff.systolic:.0f} over {cuff.diastolic:.0f} mmHg: systolic must be above diastolic, and that above "
            f"the venous pressure of {venous:.0f}. Correct the cuff in the scenario."
        )
    volume = stroke_volume_of(scenario)
    varied = (TOTAL, SHARE, COMPLIANCE, replace(volume, sd=WIDER * volume.sd))
    times, flows = unit_beat(scenario)

    def answer(points: Floats) -> tuple[Floats, Floats]:
        pressure = periodic_pressures(points, times, flows, venous)
        found = np.column_stack([pressure.max(axis=1), pressure.min(axis=1), points[:, 3]])
        return found, np.zeros_like(found)

    inference = Inference(varied, answer, SEED)
    measured = np.array([cuff.systolic, cuff.diastolic, volume.mean])
    sd = np.array([cuff.error, cuff.error, volume.sd])
    found = inference.posterior(measured, np.diag((sd * [1.0, 1.0, REST]) ** 2))
    fit = fitted_all(DATA, measured, sd, inference.predicted(), inference.predicted(found.sample))
    return VesselCalibration(found, fit, venous)


def stroke_volume_of(scenario: Flow) -> Varied:
    """mL, the blood of one beat, with the SD that the scenario has for it; a measured inflow's own volume."""
    known = {number.path: number for number in varied_numbers(scenario)}
    found = known.get(VOLUME) or Varied(
        VOLUME, scenario.stroke_volume, LEAST, 5.0, 250.0, "mL", "Blood ejected in a beat"
    )
    if scenario.inflow is None:
        return found
    times, flows = _beat(scenario)
    return replace(found, mean=convert(float(np.trapezoid(flows, times)), "mm**3", "mL"))


def unit_beat(scenario: Flow) -> tuple[Floats, Floats]:
    """(t,) s and (t,) 1/s: when a scenario's blood flows, as flow for a stroke volume of 1."""
    times, flows = _beat(scenario)
    seconds = times / 1000.0
    return seconds, flows / float(np.trapezoid(flows, seconds))


def _beat(scenario: Flow) -> tuple[Floats, Floats]:
    ejection = ejection_of(scenario)
    times = np.linspace(0.0, ejection.cycle, STEPS + 1)
    return times, np.array([ejection.flow(float(t)) for t in times])


def periodic_pressures(points: Floats, times: Floats, flows: Floats, venous: float) -> Floats:
    """(p, t) mmHg at the outlet over a beat that comes back, for points (p, 4): R, share, C, stroke volume.

    As ``Outlet.shares`` steps it, exact for a flow that is straight between two times (s), for all points at once.
    """
    total, share, compliance, volume = (column[:, None] for column in points.T)
    distal, dt = (1 - share) * total, float(times[1] - times[0])
    a = dt / (distal * compliance)
    kept, gone = np.exp(-a), -np.expm1(-a)
    start, end = distal * (gone / a - kept), distal * (1.0 - gone / a)
    stored = np.zeros((len(points), len(times)))
    for k in range(len(times) - 1):
        stored[:, k + 1 : k + 2] = stored[:, k : k + 1] * kept + start * flows[k] + end * flows[k + 1]
    first = stored[:, -1:] / (1.0 - kept ** (len(times) - 1))
    stored += first * kept ** np.arange(len(times))
    return np.asarray(venous + volume * (stored + share * total * flows))
