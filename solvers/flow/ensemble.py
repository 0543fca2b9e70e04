"""Doubt in viscosity, stroke volume, opening and outline carried through to wall shear stress, velocity and pressure drop."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from geometry.outline_doubt import outlines_of
from geometry.progress import Progress, part
from geometry.units import convert
from solvers.flow.beat import Beat
from solvers.flow.metrics import SHEAR_PERCENTILE
from solvers.flow.steady import LEAD_BASELINE, MeanFlow, PeakFlow, mean_flow, opened, outlined, peak_inflow, peak_model
from solvers.result import Check, Field
from solvers.scenario import Flow
from solvers.uncertainty.drawn import drawn_inputs
from solvers.uncertainty.ensemble import run_members
from solvers.uncertainty.member_store import Arrays, MemberStore
from solvers.uncertainty.sampling import draws
from solvers.uncertainty.summary import summary_fields, with_interval

ELEVATED_SHEAR = 7.0  # Pa; above it wall shear stress counts as elevated (Gijsen 2019, doi 10.1093/eurheartj/ehz551)
FAST = 4.0  # m/s; from there a stenosis is severe (Vahanian 2021, doi 10.1093/eurheartj/ehab395)
BASELINE = 0.15  # share of the time that the baseline takes


@dataclass(frozen=True)
class FlowEnsemble:
    """The members' answers and the baseline they are compared with, at its ``inflow`` in mm3/ms; ``drawn`` and ``good`` tell
    which of all they are."""

    baseline: MeanFlow
    inflow: float
    members: tuple[MeanFlow, ...]
    drawn: tuple[Flow, ...]
    good: tuple[int, ...]
    threshold: float
    notes: tuple[str, ...]

    def fields(self, wall: NDArray[np.integer]) -> dict[str, Field]:
        """Statistics of wall shear stress (on wall nodes) and of the velocity's magnitude."""
        speed = np.stack([member.velocity_magnitude for member in self.members])
        shear = np.full(speed.shape, np.nan, dtype=np.float32)
        shear[:, wall] = np.stack([member.shear for member in self.members])
        stress = Field(shear[0], "Pa", "Wall shear stress at constant peak flow", (), "LOW", "HIGH")
        magnitude = Field(speed[0], "m/s", "Velocity at constant peak flow", (), "SLOW", "FAST")
        found = summary_fields("wall_shear_stress", stress, shear, self.threshold)
        return found | summary_fields("velocity_magnitude", magnitude, speed, FAST)

    def metrics(self, of_beat: list[Metric]) -> list[Metric]:
        """The numbers of the beat with intervals, and the pressure drop of the members themselves."""
        steady = Metric(
            "constant_flow_pressure_drop",
            "Pressure drop at constant peak flow",
            convert(self.baseline.drop, "kPa", "mmHg"),
            "mmHg",
            note="inlet to outlet, without inertia",
        )
        values = self._values(of_beat)
        return [with_interval(m, values[m.name]) if m.name in values else m for m in (*of_beat, steady)]

    def kept(self, of_beat: list[Metric]) -> dict[str, NDArray[np.float64]]:
        """Each number and each drawn input for all members, NaN where one failed (see ``Result.members``)."""
        found = {}
        for name, values in self._values(of_beat).items():
            found[name] = np.full(len(self.drawn), np.nan)
            found[name][list(self.good)] = values
        return found | drawn_inputs(self.drawn)

    def _values(self, of_beat: list[Metric]) -> dict[str, NDArray[np.float64]]:
        """The numbers of the beat in proportion to those at constant flow, of the members that did not fail."""
        relative = self._relative()
        found = {m.name: m.value * relative[m.name] for m in of_beat if m.name in relative}
        drops = np.array([convert(member.drop, "kPa", "mmHg") for member in self.members])
        return found | {"constant_flow_pressure_drop": drops}

    def checks(self) -> list[Check]:
        """Whether the means of the members are settled: the jet never is."""
        drift = float(np.median([member.drift for member in self.members]))
        return [
            Check("ensemble: median drift of the pressure drop", drift, 0.0, 0.05, "1", "halves of the averaged steps")
        ]

    def _relative(self) -> Mapping[str, NDArray[np.float64]]:
        """Each number of the members against the baseline's."""
        base = self.baseline
        drop = np.array([member.drop for member in self.members]) / base.drop
        speed = np.array([member.speed for member in self.members]) / base.speed
        orifice = np.array([peak_inflow(self.drawn[k]) for k in self.good]) / self.inflow / speed
        shear = np.array([np.percentile(member.shear, SHEAR_PERCENTILE) for member in self.members])
        base_shear = np.percentile(base.shear, SHEAR_PERCENTILE)
        return {
            "peak_pressure_drop": drop,
            "mean_pressure_drop": drop,
            "peak_velocity": speed,
            "bernoulli_drop": speed**2,
            "echo_mean_gradient": speed**2,
            "effective_orifice_area": orifice,  # blood over velocity
            "echo_orifice_area": orifice,
            "peak_wall_shear_stress": shear / base_shear,
        }


def run_ensemble(
    blood: HeartMesh,
    line: Centerline,
    scenario: Flow,
    beat: Beat,
    progress: Progress,
    workers: int,
    cluster: str = "",
    kept: Path | None = None,
) -> FlowEnsemble:
    """Run the baseline at its constant peak flow from the peak of the beat, then every member from the baseline.

    blood is the mesh as segmented and ``line`` its centreline; members run on a Dask ``cluster`` where one is named, and
    those that are finished are ``kept`` in a folder until all are.
    """
    settings = scenario.ensemble
    inflow = peak_inflow(scenario)
    start = beat.peak.values.copy()
    start[:, 3] -= start[np.unique(blood.tagged("outlet")), 3].mean()
    drawn = draws(scenario, settings.members, settings.seed)
    outlines = outlines_of(blood) if any(one.outlines.vessel for one in (scenario, *drawn)) else None
    model = peak_model(opened(outlined(blood, outlines, scenario), line, scenario.opening), scenario)
    baseline, late = mean_flow(model, start, inflow, LEAD_BASELINE, part(progress, 0.0, BASELINE))
    store = None if kept is None else MemberStore(kept, f"peak flow {blood.digest()}", _packed, _unpacked)
    peak = PeakFlow(blood, line, late, inflow, outlines)
    found = run_members(peak, drawn, workers, part(progress, BASELINE, 1.0), store, cluster)
    if not found.good:
        raise Refused(
            f"None of the {settings.members} members of the ensemble could be computed. {' '.join(found.notes[:1])}"
        )
    threshold = ELEVATED_SHEAR if settings.threshold is None else settings.threshold
    good = tuple(k for k, value in enumerate(found.values) if value is not None)
    notes = (*found.notes, _note(len(good)))
    return FlowEnsemble(baseline, inflow, tuple(found.good), tuple(drawn), good, threshold, notes)


def _packed(flow: MeanFlow) -> Arrays:
    return {name: np.asarray(value) for name, value in vars(flow).items()}


def _unpacked(arrays: Arrays) -> MeanFlow:
    numbers = {name: float(arrays[name]) for name in ("drop", "speed", "drift")}
    return MeanFlow(shear=arrays["shear"], velocity_magnitude=arrays["velocity_magnitude"], **numbers)


def _note(count: int) -> str:
    return (
        f"The doubt comes from {count} runs at the constant inflow of peak systole, over viscosity, stroke volume, opening and the "
        "vessel's outline; intervals of numbers of the beat are those of these runs in proportion."
    )
