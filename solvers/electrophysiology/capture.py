"""Does a pacing site capture? Its threshold, by bisection on the piece of wall around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.mesh_part import part_of
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from solvers.electrophysiology.conduction_system import SYSTEM, paced_sources
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.grey_tissue import tissue_tensor, tuned_tissue
from solvers.electrophysiology.march import march
from solvers.electrophysiology.stimulus import Stimulus
from solvers.scenario import Electrophysiology

TIP = 1.5  # mm around the site that get the current, at least an edge length
REACH, FAR = 8.0, 5.0  # mm: the piece of wall, and the distance at which a wave has captured; at least 4 and 2.5 edges
WATCHED = 60.0  # ms in which it must get there
LEAST, MOST = 0.5, 150.0  # uA/mm3 between which a threshold is looked for; more would leave what a membrane can have
EXACT = 1.05  # ratio of the two ends of the bisection
PER_CURRENT = 1 / 1.4  # mV/ms per uA/mm3: over 140 /mm and 0.01 uF/mm2


@dataclass(frozen=True)
class Captured:
    """The scenario with those sites that capture, numbers and sentences about all of them."""

    scenario: Electrophysiology
    metrics: tuple[Metric, ...]
    notes: tuple[str, ...]


def check_capture(model: EikonalModel, scenario: Electrophysiology, progress: Progress = silent) -> Captured:
    """Leave out the pacing sites that are weaker than the threshold at their place; refuses when none is left."""
    if scenario.start != "paced":
        return Captured(scenario, (), ())
    left, metrics, notes = [], [], []
    count = len(scenario.sites)
    for k, site in enumerate(scenario.sites):
        if site.role in SYSTEM:  # its threshold is that of a bundle, which is no tissue here
            left.append(site)
            continue
        threshold = capture_threshold(model, scenario, k, part(progress, k / count, (k + 1) / count))
        words = f"Pacing site {k + 1} at ({site.x:.0f}, {site.y:.0f}, {site.z:.0f}) mm"
        if site.strength >= threshold:
            left.append(site)
        elif np.isfinite(threshold):
            notes.append(f"{words} does not capture: {site.strength:.3g} uA/mm3 where {threshold:.3g} are needed.")
        else:
            notes.append(f"{words} does not capture with any current up to {MOST:g} uA/mm3.")
        note = f"set to {site.strength:g} uA/mm3 for 2 ms"
        metrics.append(Metric(f"capture_{k + 1}", f"Capture threshold, site {k + 1}", threshold, "uA/mm^3", note=note))
    if not left:
        raise Refused(
            f"No pacing site captures, so nothing is activated. {' '.join(notes)} Make it stronger or move it."
        )
    return Captured(scenario.model_copy(update={"sites": tuple(left)}), tuple(metrics), tuple(notes))


def capture_threshold(model: EikonalModel, scenario: Electrophysiology, k: int, progress: Progress = silent) -> float:
    """uA/mm3, the least current density at site ``k`` from which a wave leaves, to 5 %; inf where none up to ``MOST`` does.

    Rest tissue with the scenario's cells and velocities (diffusion tuned for this mesh), current for 2 ms in a ball of ``TIP``.
    """
    captures = _trial(
        model, scenario, paced_sources(model.solver, (scenario.sites[k],))[0].node, part(progress, 0.0, 0.5)
    )
    if not captures(MOST):
        return float("inf")
    low, high, steps = LEAST, MOST, int(np.ceil(np.log2(np.log(MOST / LEAST) / np.log(EXACT))))
    for step in range(steps):
        progress(0.5 + 0.5 * step / steps, "Looking for the capture threshold")
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if captures(middle) else (middle, high)
    return high


def _trial(model: EikonalModel, scenario: Electrophysiology, node: int, progress: Progress) -> Callable[[float], bool]:
    """A function that tells whether a current (uA/mm3) at this node captures the wall around it."""
    from solvers.fem import assemble_diffusion  # starts MPI: only when a mesh is really solved

    mesh, edge = model.mesh, model.mesh.edge_length()
    away = np.linalg.norm(mesh.points - mesh.points[node], axis=1)
    around = (away[mesh.tets] <= max(REACH, 4 * edge)).all(axis=1) & ~model.substrate.core
    piece = part_of(mesh, around)
    tunings = tuned_tissue(mesh, model.substrate, scenario, progress)
    tensor = tissue_tensor(model.directions(scenario.fibers)[0], model.substrate, *tunings, tunings[0].cross)
    mass, stiffness = assemble_diffusion(piece.mesh, tensor[piece.tets])
    cell, start = model.kinds(scenario).start(piece.nodes)
    distance = away[piece.nodes]
    tip, far = np.flatnonzero(distance <= max(TIP, edge)), distance >= max(FAR, 2.5 * edge)

    def captures(current: float) -> bool:
        stimulus = Stimulus.at(tip, len(distance), strength=current * PER_CURRENT)
        run = march(
            blend_mass(mass, tunings[0].consistent),
            stiffness,
            [stimulus],
            cell,
            WATCHED,
            scenario.time_step,
            frame_every=WATCHED,
            order=cell.order,
            start=start,
            stop_when_activated=True,
            threads=1,
        )
        return bool(np.isfinite(run.activation[far]).any())

    return captures
