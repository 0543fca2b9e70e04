"""Flow at the constant inflow of peak systole, averaged over time: what each member of a flow ensemble computes.

A beat for every member would take an hour. At a constant inflow the flow up to the narrowing settles in a few large steps
from that of the baseline; the jet behind it never stands still, so the answers are means over the steps that follow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats, HeartMesh
from geometry.narrowing import scale_narrowing
from geometry.outline_doubt import Outlines
from geometry.progress import Progress, silent
from geometry.units import convert
from solvers.flow.beat import PEAK_PERCENTILE
from solvers.flow.fluid import Carreau, Fluid
from solvers.flow.inflow import Ejection, blunt_profile
from solvers.flow.navier_stokes import FlowState, NavierStokes
from solvers.flow.outlets import steady_outlets
from solvers.flow.pulse import MeasuredInflow, Pulse
from solvers.flow.surface_integrals import mean_over
from solvers.flow.wall_shear import WallShear
from solvers.flow.waveform import Waveform, one_beat
from solvers.scenario import Flow

STEP = 20.0  # ms
LEAD_BASELINE, LEAD_MEMBER = 8, 2  # steps before averaging, from the beat's peak and from the baseline
AVERAGED = 5  # steps


@dataclass(frozen=True)
class MeanFlow:
    """Means over the averaged steps.

    drop kPa, speed mm/ms (the percentile of the beat), shear (w,) Pa on the wall's nodes, velocity_magnitude (n,) m/s
    drift     of the drop between both halves of the averaged steps, relative to it
    """

    drop: float
    speed: float
    shear: NDArray[np.float32]
    velocity_magnitude: NDArray[np.float32]
    drift: float


@dataclass(frozen=True)
class PeakFlow:
    """Computes the peak flow of one drawn scenario; sent to the processes of the ensemble.

    blood   the mesh as segmented, line its centreline;  start  (n, 4) a late flow of the baseline;  inflow  its inflow, mm3/ms
    outlines  the ways in which draws move its wall; None where they do not
    """

    blood: HeartMesh
    line: Centerline
    start: Floats
    inflow: float
    outlines: Outlines | None = None

    def __call__(self, scenario: Flow) -> MeanFlow:
        """The mean flow of ``scenario``, started from the baseline's scaled to its inflow."""
        flow = peak_model(opened(outlined(self.blood, self.outlines, scenario), self.line, scenario.opening), scenario)
        inflow = peak_inflow(scenario)
        ratio = inflow / self.inflow
        return mean_flow(flow, self.start * np.array([ratio, ratio, ratio, ratio**2]), inflow, LEAD_MEMBER)[0]


def opened(blood: HeartMesh, line: Centerline, opening: float) -> HeartMesh:
    """The mesh with its narrowing opened to ``opening`` times its area."""
    return blood if opening == 1.0 else scale_narrowing(blood, opening, line)


def outlined(blood: HeartMesh, outlines: Outlines | None, scenario: Flow) -> HeartMesh:
    """The mesh with its wall where the scenario has it."""
    if outlines is None or not scenario.outlines.vessel:
        return blood
    return blood.with_points(outlines.moved(blood.points, blood.tets, scenario.outlines.model_dump()))


def ejection_of(scenario: Flow) -> Pulse:
    """The measured inflow of a scenario, or its ejection, in mm3 and ms."""
    cycle = 60_000.0 / scenario.heart_rate
    if scenario.inflow is not None:
        curve = scenario.inflow
        wave = Waveform(curve.times, tuple(convert(value, "mL/s", "mm**3/ms") for value in curve.values))
        one_beat(wave, cycle, "The measured inflow")
        return MeasuredInflow(wave.times, wave.values)
    return Ejection(convert(scenario.stroke_volume, "mL", "mm**3"), scenario.ejection_time, cycle)


def peak_inflow(scenario: Flow) -> float:
    """The largest inflow of the beat, mm3/ms."""
    ejection = ejection_of(scenario)
    return ejection.flow(ejection.peak_time)


def fluid_of(scenario: Flow) -> Fluid:
    """The blood of a scenario, in internal units."""
    thin, thinning = scenario.thinning, None
    if scenario.blood == "carreau":
        thinning = Carreau(convert(thin.still, "mPa*s", "kPa*ms"), thin.relaxation, thin.power)
    density, viscosity = (
        convert(scenario.density, "kg/m**3", "mg/mm**3"),
        convert(scenario.viscosity, "mPa*s", "kPa*ms"),
    )
    return Fluid(density, viscosity, thinning)


def inlet_profile(blood: HeartMesh, scenario: Flow) -> Floats:
    """The inlet profile of a beat: a plug with an oscillating layer of thickness sqrt(2 nu / omega) at the wall."""
    fluid = fluid_of(scenario)
    omega = 2 * np.pi / ejection_of(scenario).cycle
    return blunt_profile(blood, float(np.sqrt(2 * fluid.viscosity / fluid.density / omega)))


def peak_model(blood: HeartMesh, scenario: Flow) -> NavierStokes:
    """The flow model of a run at constant inflow: pressures count from that of the outlet."""
    return NavierStokes(blood, fluid_of(scenario), steady_outlets(blood, scenario), inlet_profile(blood, scenario))


def mean_flow(
    flow: NavierStokes, start: Floats, inflow: float, lead: int, progress: Progress = silent
) -> tuple[MeanFlow, Floats]:
    """``lead`` damped steps from ``start`` (n, 4), then as many as are averaged; also returns the last state (n, 4)."""
    state = flow.starting(start)
    wall = WallShear(flow.blood)
    drops, speeds, shears, magnitudes = [], [], [], []
    for number in range(lead + AVERAGED):
        progress(number / (lead + AVERAGED), "Flow at peak systole")
        state = flow.advance(state, STEP, lambda _: inflow, damped=True)
        if number < lead:
            continue
        magnitudes.append(np.linalg.norm(state.velocity, axis=1))
        speeds.append(float(np.percentile(magnitudes[-1], PEAK_PERCENTILE)))
        stress = wall.best_stress(
            flow.wall_load(state), state.pressure, state.velocity, flow.fluid.density, flow.fluid.viscosity
        )
        shears.append(np.linalg.norm(stress, axis=1))
        drops.append(_drop(flow, state))
    half = AVERAGED // 2
    drop = float(np.mean(drops))
    mean = MeanFlow(
        drop,
        float(np.mean(speeds)),
        (np.mean(shears, axis=0) * convert(1, "kPa", "Pa")).astype(np.float32),
        np.mean(magnitudes, axis=0).astype(np.float32),
        float(abs(np.mean(drops[:half]) - np.mean(drops[half:])) / max(abs(drop), 1e-12)),
    )
    return mean, state.values


def _drop(flow: NavierStokes, state: FlowState) -> float:
    return mean_over(flow.blood, "inlet", state.pressure) - flow.outlet_pressure(state)
