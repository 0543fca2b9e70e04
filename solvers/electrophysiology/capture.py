"""Does a pacing site capture? Its threshold, by bisection on the piece of wall around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.mesh_part import part_of
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from solvers.electrophysiology.conduction_system import SYSTEM, paced_sources
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.march import march
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tuned_tissue import tuned_tissue
from solvers.scenario import Electrophysiology, PacingSite

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
    tissue, count = _Tissue.of(model, scenario, part(progress, 0.0, 0.3)), len(scenario.sites)
    for k, site in enumerate(scenario.sites):
        if site.role in SYSTEM:  # its threshold is that of a bundle, which is no tissue here
            left.append(site)
            continue
        watch = part(progress, 0.3 + 0.7 * k / count, 0.3 + 0.7 * (k + 1) / count)
        threshold = _threshold(_trial(model, scenario, _node(model, site), tissue), watch)
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


@dataclass(frozen=True)
class _Tissue:
    """Diffusion (m, 3, 3) mm2/ms of a scenario on the model's mesh, and the consistent part of its mass matrix."""

    tensor: Floats
    consistent: float

    @classmethod
    def of(cls, model: EikonalModel, scenario: Electrophysiology, progress: Progress) -> "_Tissue":
        tuned = tuned_tissue(model.mesh, model.substrate, scenario, progress)
        fiber, _ = model.directions(scenario.fibers)
        return cls(tuned.tensor(fiber), tuned.wall.consistent)


def capture_threshold(model: EikonalModel, scenario: Electrophysiology, k: int, progress: Progress = silent) -> float:
    """uA/mm3, the least current density at site ``k`` from which a wave leaves, to 5 %; inf where none up to ``MOST`` does.

    Rest tissue with the scenario's cells and velocities (diffusion tuned for this mesh), current for 2 ms in a ball of ``TIP``.
    """
    tissue = _Tissue.of(model, scenario, part(progress, 0.0, 0.5))
    captures = _trial(model, scenario, _node(model, scenario.sites[k]), tissue)
    return _threshold(captures, part(progress, 0.5, 1.0))


def _node(model: EikonalModel, site: PacingSite) -> int:
    return paced_sources(model.solver, (site,))[0].node


def _threshold(captures: Callable[[float], bool], progress: Progress) -> float:
    """The least current (uA/mm3) that ``captures``, by bisection."""
    if not captures(MOST):
        return float("inf")
    low, high, steps = LEAST, MOST, int(np.ceil(np.log2(np.log(MOST / LEAST) / np.log(EXACT))))
    for step in range(steps):
        progress(step / steps, "Looking for the capture threshold")
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if captures(middle) else (middle, high)
    return high


def _trial(model: EikonalModel, scenario: Electrophysiology, node: int, tissue: _Tissue) -> Callable[[float], bool]:
    """A function that tells whether a current (uA/mm3) at this node captures the wall around it."""
    from solvers.fem import assemble_diffusion  # starts MPI: only when a mesh is really solved

    mesh, edge = model.mesh, model.mesh.edge_length()
    away = np.linalg.norm(mesh.points - mesh.points[node], axis=1)
    around = (away[mesh.tets] <= max(REACH, 4 * edge)).all(axis=1) & ~model.substrate.core
    piece = part_of(mesh, around)
    mass, stiffness = assemble_diffusion(piece.mesh, tissue.tensor[piece.tets])
    cell, start = model.kinds(scenario).start(piece.nodes)
    distance = away[piece.nodes]
    tip, far = np.flatnonzero(distance <= max(TIP, edge)), distance >= max(FAR, 2.5 * edge)

    def captures(current: float) -> bool:
        stimulus = Stimulus.at(tip, len(distance), strength=current * PER_CURRENT)
        run = march(
            blend_mass(mass, tissue.consistent),
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
