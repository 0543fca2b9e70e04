"""One beat of the patient's ventricles by the monodomain equation, started as the scenario says."""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import Floats
from geometry.progress import Progress, part, silent
from solvers.cells.catalogue import find_cell
from solvers.conduction_system import sources_of
from solvers.ecg import ecg_trace
from solvers.eikonal_model import EikonalModel, conduction_of
from solvers.mesh_tuning import tune_on_mesh
from solvers.monodomain import MonodomainRun, Stimulus, solve_monodomain
from solvers.result import Trace
from solvers.scenario import Electrophysiology
from solvers.tissue import diffusion_tensor, tuned_diffusion

SITE_EDGES = 2.0  # edge lengths around a source that are stimulated: a smaller seed is drained by its neighbours
FRAME_EVERY = 1.0  # ms, for the ECG


@dataclass(frozen=True)
class MonodomainBeat:
    """The run, its ECG and sentences about how it was made."""

    run: MonodomainRun
    ecg: Trace
    notes: tuple[str, ...]


def run_monodomain_beat(
    model: EikonalModel, scenario: Electrophysiology, eikonal: Floats, progress: Progress = silent
) -> MonodomainBeat:
    """Solve the scenario on the model's mesh; ``eikonal`` (n,) ms is its eikonal activation.

    The diffusion is tuned to the wanted velocities on this very mesh. Fast endocardial layer: each endocardial node is
    stimulated when the eikonal front reaches it.
    """
    cell, velocities, mesh = find_cell(scenario.cell), scenario.velocities, model.mesh
    dt = scenario.time_step
    tuning = tuned_diffusion(
        velocities.fiber, velocities.cross, mesh.edge_length(), dt, cell, progress=part(progress, 0.0, 0.1)
    )
    found = tune_on_mesh(mesh, conduction_of(scenario), tuning, cell, dt, part(progress, 0.1, 0.25))
    fiber, _ = model.directions(scenario.fibers)
    run = solve_monodomain(
        mesh,
        diffusion_tensor(fiber, found.fiber, found.cross),
        [Stimulus(stimulus_times(model, scenario, eikonal))],
        cell,
        scenario.duration,
        dt,
        frame_every=FRAME_EVERY,
        consistent=tuning.consistent,
        progress=part(progress, 0.25, 1.0),
    )
    potentials = model.electrode_rows(scenario.fibers) @ run.frames.T.astype(np.float64)
    notes = list(found.notes(tuning))
    if has_fast_layer(model, scenario):
        notes.append(
            "The Purkinje network is a fast layer: endocardial nodes are stimulated at the times of its eikonal front."
        )
    return MonodomainBeat(run, ecg_trace(run.times, potentials), tuple(notes))


def has_fast_layer(model: EikonalModel, scenario: Electrophysiology) -> bool:
    """Whether the endocardium conducts faster than the wall."""
    return len(model.solver.triangles) > 0 and scenario.velocities.endocardium > scenario.velocities.fiber


def stimulus_times(model: EikonalModel, scenario: Electrophysiology, eikonal: Floats) -> Floats:
    """(n,) ms when each node is stimulated, NaN: not. Sources with a small ball around, and the fast layer."""
    start = np.full(len(eikonal), np.nan)
    if has_fast_layer(model, scenario):
        layer = np.unique(model.solver.triangles)
        start[layer] = eikonal[layer]
    radius = SITE_EDGES * model.mesh.edge_length()
    for source in sources_of(model.mesh, model.solver, scenario):
        away = np.linalg.norm(model.mesh.points - model.mesh.points[source.node], axis=1)
        start[away <= radius] = eikonal[away <= radius]
    return start
