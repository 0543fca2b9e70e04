"""A spiral wave on a sheet, started by crossed stimuli: one tip, a steady cycle; and a plane wave: no tip, no re-entry.

The second stimulus covers the lower half of the sheet at the moment the tail of the first wave passes its middle, so that
it finds rest on one side and refractory tissue on the other: one broken end, which curls up (cross-field S1-S2, Frazier
et al. 1989, doi 10.1172/JCI113945). The answer is a matter of topology: one end makes one singularity of known sense.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geometry.progress import Progress, part, silent
from solvers.arrhythmia.phase import Tips, tips_over_time
from solvers.arrhythmia.reentry import Reentry, find_reentry
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.march import march
from solvers.electrophysiology.stimulus import Stimulus
from solvers.result import Check

NAME = "ep-reentry"
TITLE = "A spiral wave has one tip and a steady cycle, a plane wave has none"

Floats = NDArray[np.float64]

SIDE, EDGE = 60.0, 1.0  # mm
DIFFUSION = 0.1  # mm2/ms
STEP, WATCHED = 0.1, 900.0  # ms; seven turns or so, of which the first ones settle
CELL = find_cell("mitchell_schaeffer_2003").with_parameters(tau_close=40.0, tau_open=40.0)
TAIL = -70.0  # mV, where the gate of this cell begins to open again


@dataclass(frozen=True)
class Sheet:
    """A square of triangles in the plane z = 0, all normals up."""

    points: Floats
    triangles: NDArray[np.int64]
    mass: csr_array
    stiffness: csr_array


def sheet(side: float = SIDE, edge: float = EDGE) -> Sheet:
    """Squares of ``edge`` mm cut in two; P1 mass and stiffness with ``DIFFUSION``."""
    k = round(side / edge) + 1
    x, y = np.meshgrid(np.linspace(0, side, k), np.linspace(0, side, k), indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(k * k)])
    number = np.arange(k * k).reshape(k, k)
    a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
    triangles = np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])
    corner = points[triangles][..., :2]
    opposite = np.roll(corner, -2, axis=1) - np.roll(corner, -1, axis=1)
    area = edge**2 / 2
    local = DIFFUSION * np.einsum("mai,mbi->mab", opposite, opposite) / (4 * area)
    weights = np.broadcast_to(area / 12 * (1 + np.eye(3)), local.shape)
    at = np.repeat(triangles, 3, axis=1).ravel(), np.tile(triangles, (1, 3)).ravel()
    mass, stiffness = (csr_array(coo_array((v.ravel(), at), shape=(k * k, k * k))) for v in (weights, local))
    return Sheet(points, triangles, mass, stiffness)


def verify(progress: Progress = silent) -> list[Check]:
    """Tips, cycle length and return of activation after crossed stimuli; none of them after one plane wave."""
    tissue = sheet()
    tips, crossed = spiral(tissue, progress)
    late = tips[len(tips) // 2 :]
    counts = np.array([len(one.chirality) for _, one in late])
    senses = np.concatenate([one.chirality for _, one in late])
    source = "one broken end, one singularity (topology)"
    plane_tips, plane = plane_wave(tissue)
    most = max(len(one.chirality) for _, one in plane_tips)
    return [
        Check("tips of the spiral, least", float(counts.min()), 1.0, 0.0, "", source),
        Check("tips of the spiral, most", float(counts.max()), 1.0, 0.0, "", source),
        Check("sense of the tip", float(senses.mean()), 1.0, 0.0, "", "the wave turns from left over top to right"),
        Check("re-entry found", float(crossed.sustained), 1.0, 0.0, "", "crossed stimuli"),
        Check("drift of the cycle length", crossed.drift, 0.0, 0.05, "1", "steady rotation"),
        Check("tips of the plane wave, most", float(most), 0.0, 0.0, "", "no broken end"),
        Check("re-entry after the plane wave", float(plane.sustained), 0.0, 0.0, "", "no second stimulus"),
    ]


def plane_wave(tissue: Sheet) -> tuple[list[tuple[float, Tips]], Reentry]:
    """One stimulus at the side x = 0, watched until all is at rest."""
    run = march(tissue.mass, tissue.stiffness, [_first(tissue)], CELL, 300.0, STEP, frame_every=5.0)
    found = find_reentry(run.state.nodes, run.state.passages, 0.0, 300.0)
    return tips_over_time(run.times, run.frames, tissue.points, tissue.triangles), found


def spiral(tissue: Sheet, progress: Progress = silent) -> tuple[list[tuple[float, Tips]], Reentry]:
    """The second stimulus when the tail of the first wave is in the middle, then ``WATCHED`` ms."""
    matrices = tissue.mass, tissue.stiffness
    middle = int(np.argmin(np.linalg.norm(tissue.points[:, :2] - SIDE / 2, axis=1)))
    first = march(*matrices, [_first(tissue)], CELL, 300.0, STEP, frame_every=1.0)
    V = first.frames[:, middle]
    peak = int(np.argmax(V))
    when = float(first.times[peak + int(np.argmax(V[peak:] < TAIL))]) + 20.0
    before = march(*matrices, [_first(tissue)], CELL, when, STEP, frame_every=when, progress=part(progress, 0, 0.3))
    second = Stimulus.at(np.flatnonzero(tissue.points[:, 1] < SIDE / 2), len(tissue.points), when, 2.0, 50.0)
    end = when + WATCHED
    run = march(
        *matrices,
        [second],
        CELL,
        end,
        STEP,
        frame_every=5.0,
        resume=before.state.without_history(),
        progress=part(progress, 0.3, 1.0),
    )
    found = find_reentry(run.state.nodes, run.state.passages, when + 2.0, end)
    return tips_over_time(run.times, run.frames, tissue.points, tissue.triangles), found


def _first(tissue: Sheet) -> Stimulus:
    return Stimulus.at(np.flatnonzero(tissue.points[:, 0] < 2.5), len(tissue.points), 0.0, 2.0, 50.0)
