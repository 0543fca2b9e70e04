"""Lines along the velocity at each kept moment of a beat, worked out once so that a window only has to draw them."""

import numpy as np
import pyvista
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from solvers.flow.paths import anywhere
from solvers.result import Field, Lines

NAME = "streamlines"
COUNT = 90  # lines at any moment
STILL = 0.02  # m/s, slower than which a line ends
APART = 1.5  # element edges between two points of a line that are kept
LONGEST = 3.0  # times the extent of the blood


def streamlines(
    mesh: HeartMesh, velocity: Field, displacement: Field | None = None, progress: Progress = silent, count: int = COUNT
) -> Lines:
    """Through the same places of the blood at every frame; ``values`` are the speed in m/s at the middle of a segment.

    velocity (t, n, 3) m/s and displacement (t, n, 3) mm, if the mesh moves, as in a result.
    """
    seeds = anywhere(mesh, count, np.random.default_rng(2))
    points, segments, speeds, frames, known = [], [], [], [], 0
    for number in range(len(velocity.times)):
        progress(number / len(velocity.times), "Drawing streamlines")
        moved = mesh if displacement is None else mesh.with_points(mesh.points + displacement.values[number])
        places, pairs, speed = _lines_of(moved, np.asarray(velocity.values[number]), seeds)
        points.append(places)
        segments.append(pairs + known)
        speeds.append(speed)
        frames.append(np.full(len(pairs), number))
        known += len(places)
    return Lines(
        np.concatenate(points).astype(np.float32),
        np.concatenate(segments).astype(np.int32),
        "Streamlines",
        np.concatenate(speeds).astype(np.float32),
        np.concatenate(frames).astype(np.int32),
    )


def _lines_of(mesh: HeartMesh, velocity: Floats, seeds: Floats) -> tuple[Floats, NDArray[np.integer], Floats]:
    """Points (p, 3) mm, segments (s, 2) and the speed on them (s,) m/s."""
    grid = pyvista.UnstructuredGrid({pyvista.CellType.TETRA: mesh.tets}, mesh.points)
    grid["velocity"] = velocity.astype(float)
    drawn = grid.streamlines_from_source(
        pyvista.PolyData(seeds),
        vectors="velocity",
        integration_direction="both",
        initial_step_length=0.5,
        terminal_speed=STILL,
        max_length=LONGEST * float(np.ptp(mesh.points, axis=0).max()),
        max_steps=2000,
    )
    speed = np.linalg.norm(np.asarray(drawn.point_data["velocity"]).reshape(-1, 3), axis=1)
    places, pairs, apart = np.asarray(drawn.points), [], APART * mesh.edge_length()
    for line in _cells(np.asarray(drawn.lines)):
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places[line], axis=0), axis=1))])
        count = int(along[-1] / apart)
        if count:
            kept = line[np.unique(np.searchsorted(along, np.linspace(0.0, along[-1], count + 1)))]
            pairs.append(np.column_stack([kept[:-1], kept[1:]]))
    ends = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=int)
    used, renumbered = np.unique(ends, return_inverse=True)
    return places[used].reshape(-1, 3), renumbered.reshape(-1, 2), speed[ends].mean(axis=1)


def _cells(flat: np.ndarray) -> list[np.ndarray]:
    """The points of each line, from VTK's "count, points ..., count, points ..."."""
    found, at = [], 0
    while at < len(flat):
        found.append(flat[at + 1 : at + 1 + flat[at]])
        at += 1 + flat[at]
    return found
