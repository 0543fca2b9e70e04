"""Fibres as lines through the wall, each point with its helix angle: what a view draws."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import shape_gradients, slopes
from geometry.progress import Progress, silent

FILE = "fiber_lines.npz"
SEEDS, SEED = 3000, 1
REACH = 18.0  # mm that a line runs to either side of where it begins
STEP = 0.8  # mm
RIGHT = 2  # of the cell data "ventricle"
NEEDED = ("laplace_lv", "laplace_rv", "apex_base")
TETRA = 10  # VTK's number for a tetrahedron


@dataclass(frozen=True)
class FiberLines:
    """Lines along the fibres.

    points  (p, 3) mm, those of one line after those of another
    starts  (l + 1,) line k has the points starts[k] to starts[k + 1]
    helix   (p,) degrees, angle between the fibre and the circumference, positive where it rises to the base
            while it runs counter-clockwise seen from there (Streeter 1969, doi 10.1161/01.RES.24.3.339)
    """

    points: NDArray[np.float32]
    starts: NDArray[np.int32]
    helix: NDArray[np.float32]


def trace_fibers(mesh: HeartMesh, seeds: int = SEEDS, progress: Progress = silent) -> FiberLines:
    """Follow the fibres from places spread evenly through the wall; seconds for half a million tetrahedra.

    Refuses a mesh without fibres or without wall coordinates.
    """
    progress(0.05, "Fibre angles")
    helix, fiber = helix_angles(mesh)
    cells = np.column_stack([np.full(len(mesh.tets), 4), mesh.tets]).ravel()
    grid = pv.UnstructuredGrid(cells, np.full(len(mesh.tets), TETRA, np.uint8), np.array(mesh.points))
    grid.cell_data["fiber"], grid.cell_data["helix"] = fiber, helix
    grid = grid.cell_data_to_point_data()
    progress(0.3, "Following the fibres")
    volumes = mesh.tet_volumes()
    picked = np.random.default_rng(SEED).choice(len(mesh.tets), seeds, p=volumes / volumes.sum())
    lines = grid.streamlines_from_source(
        pv.PolyData(mesh.points[mesh.tets[picked]].mean(axis=1)),
        vectors="fiber",
        integrator_type=2,
        step_unit="l",
        initial_step_length=STEP,
        max_length=REACH,
        terminal_speed=0.2,
        compute_vorticity=False,
    )
    progress(0.95, "Following the fibres")
    return _kept(lines)


def helix_angles(mesh: HeartMesh) -> tuple[Floats, Floats]:
    """(m,) degrees in each tet, and its fibre (m, 3) with the sign that runs counter-clockwise seen from the base."""
    missing = [name for name in NEEDED if name not in mesh.point_data]
    if mesh.fiber is None or missing:
        raise Refused("This mesh has no fibres with wall coordinates, so no lines can be drawn; build the heart again.")
    gradients, _ = shape_gradients(mesh)
    right = mesh.cell_data.get("ventricle", np.zeros(len(mesh.tets))) == RIGHT
    inward = np.where(
        right[:, None], *(slopes(mesh, gradients, mesh.point_data[f"laplace_{side}"]) for side in ("rv", "lv"))
    )
    outward = -_units(inward)
    up = slopes(mesh, gradients, mesh.point_data["apex_base"])
    up = _units(up - np.einsum("ij,ij->i", up, outward)[:, None] * outward)
    around = np.einsum("ij,ij->i", mesh.fiber, np.cross(up, outward))
    rising = np.einsum("ij,ij->i", mesh.fiber, up)
    sign = np.where(around < 0, -1.0, 1.0)
    return np.degrees(np.arctan2(rising * sign, around * sign)), mesh.fiber * sign[:, None]


def save_lines(lines: FiberLines, folder: Path) -> None:
    """Keep the lines in the folder of their mesh."""
    np.savez(folder / FILE, points=lines.points, starts=lines.starts, helix=lines.helix)


def load_lines(folder: Path) -> FiberLines | None:
    """What ``save_lines`` kept; None where there is none."""
    path = folder / FILE
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as data:
        return FiberLines(data["points"], data["starts"], data["helix"])


def _kept(lines: pv.PolyData) -> FiberLines:
    order = lines.GetLines()
    starts = pv.convert_array(order.GetOffsetsArray())
    which = pv.convert_array(order.GetConnectivityArray())
    points = np.asarray(lines.points)[which].astype(np.float32)
    return FiberLines(points, starts.astype(np.int32), np.asarray(lines["helix"])[which].astype(np.float32))


def _units(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
