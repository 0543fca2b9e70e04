"""One beat of the patient's ventricles by the monodomain equation, started as the scenario says."""

from dataclasses import dataclass, replace

import numpy as np

from geometry.heart_mesh import Floats
from geometry.progress import Progress, part, silent
from solvers.electrophysiology.ecg import ecg_trace
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.execution import ALONE, Execution
from solvers.electrophysiology.foot import foot
from solvers.electrophysiology.march import MonodomainRun
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tuned_tissue import TunedTissue, tuned_tissue
from solvers.result import Trace
from solvers.scenario import Electrophysiology

SITE_EDGES = 2.0  # edge lengths around a source that are stimulated: a smaller seed is drained by its neighbours
FRAME_EVERY = 1.0  # ms, for the ECG
QUIET_STEP = 0.25  # ms, while no voltage changes fast: moves the end of the action potential by 0.3 ms
COARSE = 2.0  # Tuning.resolution above which the front across the fibres is not resolved
TRIALS = 3
AGREED = 0.05  # of the mean activation time: mean difference of the tiers at which the diffusion is kept
RESPONSE = 0.27  # share of the mean activation time lost when ln D across grows by 1, as seen on a 2 mm heart


@dataclass(frozen=True)
class MonodomainBeat:
    """The run, its ECG and sentences about how it was made."""

    run: MonodomainRun
    ecg: Trace
    notes: tuple[str, ...]


def run_monodomain_beat(
    model: EikonalModel,
    scenario: Electrophysiology,
    eikonal: Floats,
    progress: Progress = silent,
    how: Execution = ALONE,
) -> MonodomainBeat:
    """Solve the scenario on the model's mesh; ``eikonal`` (n,) ms is its eikonal activation.

    The diffusion is tuned to the wanted velocities on a block and, on a coarse mesh, corrected across the fibres on the
    heart itself. Fast endocardial layer: nodes on and next to it are stimulated when the eikonal front reaches them.
    """
    tissue = tuned_tissue(model.mesh, model.substrate, scenario, part(progress, 0.0, 0.1))
    model.kinds(scenario, part(progress, 0.0, 0.1))
    cross, notes = _cross_on_this_heart(model, scenario, eikonal, tissue, part(progress, 0.1, 0.5))
    run = solve_beat(
        model,
        scenario,
        stimulus_times(model, scenario, eikonal),
        tissue,
        cross,
        part(progress, 0.5, 1.0),
        how=how,
    )
    if has_fast_layer(model, scenario) or scenario.network == "grown_tree":
        what = (
            "fast layer: its nodes are"
            if scenario.network == "fast_layer"
            else "grown tree: the wall at its junctions is"
        )
        notes = (*notes, f"The Purkinje network is a {what} stimulated at the times of its eikonal front.")
    potentials = electrode_potentials(model, scenario, run)
    return MonodomainBeat(run, ecg_trace(run.times, potentials), (*notes, *tissue.local.notes))


def _cross_on_this_heart(
    model: EikonalModel,
    scenario: Electrophysiology,
    eikonal: Floats,
    tissue: TunedTissue,
    progress: Progress,
) -> tuple[float, tuple[str, ...]]:
    """Diffusion across the fibres (mm2/ms) with which the mean activation is the eikonal one, and what to tell about it.

    Where elements do not resolve the front, its velocity depends on how they lie: no block has the lattice, the surface
    elements and the turning fibres of this heart. A secant in ln D, from the block's value.
    """
    tuning = tissue.wall
    if tuning.resolution < COARSE:
        return tuning.cross, tuning.notes
    scale = float(np.nanmean(eikonal))
    guess, slope = float(np.log(tuning.cross)), -RESPONSE * scale
    judged = np.isfinite(eikonal) & ~model.substrate.grey_nodes
    tried: list[tuple[float, float]] = []
    for trial in range(TRIALS):
        watch = part(progress, trial / TRIALS, (trial + 1) / TRIALS)
        starts = stimulus_times(model, scenario, eikonal)
        run = solve_beat(model, scenario, starts, tissue, float(np.exp(guess)), watch, trial=True)
        late = (np.nan_to_num(run.activation, nan=scenario.duration) - eikonal)[judged]
        tried.append((guess, float(late.mean())))
        if abs(tried[-1][1]) < AGREED * scale:
            break
        if len(tried) > 1 and abs(tried[-1][0] - tried[-2][0]) > 0.02:
            found = (tried[-1][1] - tried[-2][1]) / (tried[-1][0] - tried[-2][0])
            slope = float(np.clip(found, 3 * slope, slope / 3))
        guess += float(np.clip(-tried[-1][1] / slope, -1.0, 1.0))
    best, off = min(tried, key=lambda pair: abs(pair[1]))
    cross = float(np.exp(best))
    told = (
        f"The mesh (edges of {model.mesh.edge_length():.1f} mm) is too coarse for textbook conductivities: they were multiplied by "
        f"{tuning.fiber / tuning.fine_fiber:.1f} along and {cross / tuning.fine_cross:.1f} across the fibres, so that the mean "
        f"activation is that of the eikonal tier to {abs(off):.1f} ms. Wave-front curvature, block and re-entry need a finer mesh."
    )
    return cross, (told,)


def solve_beat(
    model: EikonalModel,
    scenario: Electrophysiology,
    starts: Floats,
    tissue: TunedTissue,
    cross: float,
    progress: Progress,
    trial: bool = False,
    how: Execution = ALONE,
) -> MonodomainRun:
    """The monodomain equation on the model's conducting tissue: stimuli begin at ``starts`` (n,) ms, NaN: none there.

    cross  mm2/ms, diffusion across the fibres of the wall, instead of that of the ``tissue``
    trial  whether only the activation is wanted: the run ends with it

    Activation and frames are those of all nodes, NaN in dense scar.
    """
    living = model.substrate.conducting
    cell, start = model.kinds(scenario).start(living.nodes)
    fiber, _ = model.directions(scenario.fibers)
    told = how.watch
    seen = None if told is None else lambda so_far: told(lambda: living.spread(so_far()))
    run = solve_monodomain(
        living.mesh,
        tissue.tensor(fiber, cross)[living.tets],
        [Stimulus(starts[living.nodes])],
        cell,
        scenario.duration,
        scenario.time_step,
        start=start,
        frame_every=scenario.duration if trial else FRAME_EVERY,
        stop_when_activated=trial,
        consistent=tissue.wall.consistent,
        order=cell.order,
        quiet_dt=max(QUIET_STEP, scenario.time_step),
        how=how if seen is None else replace(how, watch=seen),
        progress=progress,
    )
    return replace(run, activation=living.spread(run.activation), frames=living.spread(run.frames))


def electrode_potentials(model: EikonalModel, scenario: Electrophysiology, run: MonodomainRun) -> Floats:
    """(9, t) mV."""
    nodes = model.substrate.conducting.nodes
    return np.asarray(model.electrode_rows(scenario)[:, nodes] @ run.frames[:, nodes].T.astype(np.float64))


def has_fast_layer(model: EikonalModel, scenario: Electrophysiology) -> bool:
    """Whether some of the endocardium conducts faster than the wall."""
    return bool(model.front(scenario).fast.any()) and scenario.velocities.endocardium > scenario.velocities.fiber


def stimulus_times(model: EikonalModel, scenario: Electrophysiology, eikonal: Floats) -> Floats:
    """(n,) ms when each node is stimulated, NaN: not. Sources (junctions too) with a small ball around, and the fast layer.

    They begin so much earlier than the eikonal front that a cell passes 0 mV with it.
    The layer is one element thick: a wave that starts from the surface nodes alone is late by an element's crossing.
    """
    start, tets, front = np.full(len(eikonal), np.nan), model.solver.tets, model.front(scenario)
    if has_fast_layer(model, scenario):
        surface = np.zeros(len(eikonal), dtype=bool)
        surface[model.solver.triangles[front.fast]] = True
        layer = np.unique(tets[surface[tets].any(axis=1)])
        start[layer] = eikonal[layer]
    radius = SITE_EDGES * model.mesh.edge_length()
    for source in front.sources:
        away = np.linalg.norm(model.mesh.points - model.mesh.points[source.node], axis=1)
        start[away <= radius] = eikonal[away <= radius]
    return np.maximum(start - foot(scenario.cell), 0.0)
