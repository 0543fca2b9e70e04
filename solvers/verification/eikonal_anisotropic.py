"""The eikonal solver against the exact time of an anisotropic wave from a point."""

import numpy as np

from geometry.heart_mesh import Floats
from geometry.progress import Progress
from geometry.shapes import slab
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source
from solvers.result import Check

NAME = "ep-eikonal-anisotropic"
TITLE = "Eikonal activation of an anisotropic block"

CONDUCTION = Conduction(fiber=0.6, cross=0.25)
FIBER = np.array([np.cos(0.5) * np.cos(0.3), np.sin(0.5) * np.cos(0.3), np.sin(0.3)])  # along no edge of the mesh
SIDE = 20.0  # mm
BALL = (
    4.0  # mm around the source with exact times, the same on every mesh: else the source's singularity hides the order
)


def verify(progress: Progress) -> list[Check]:
    """Mean and largest error at 2, 1 and 0.5 mm, the order between them, and two sources against the earlier of the two."""
    errors = []
    for step, edge in enumerate((2.0, 1.0, 0.5)):
        progress(step / 4, f"{TITLE}, {edge:g} mm")
        errors.append(point_source_errors(edge))
    source = "T = sqrt(dx . D^-1 dx)"
    checks = [
        Check("mean error at 1 mm", errors[1][0], 0.0, 0.02, "1", source),
        Check("mean error at 0.5 mm", errors[2][0], 0.0, 0.01, "1", source),
        Check("largest error at 0.5 mm", errors[2][1], 0.0, 1.5, "ms", source),
        Check(
            "order from 1 to 0.5 mm", float(np.log2(errors[1][0] / errors[2][0])), 1.0, 0.2, "1", "first-order update"
        ),
    ]
    progress(0.8, f"{TITLE}: plane wave")
    checks.append(
        Check("plane wave along the fibres", plane_wave_error(), 0.0, 1e-3, "ms", "P1 holds a linear time exactly")
    )
    progress(1.0, TITLE)
    return checks


def exact_times(points: Floats, start: Floats) -> Floats:
    """(n,) ms from a point, straight through the block."""
    away = points - start
    along = away @ FIBER
    across2 = np.maximum((away**2).sum(axis=1) - along**2, 0.0)
    return np.asarray(np.sqrt(along**2 / CONDUCTION.fiber**2 + across2 / CONDUCTION.cross**2))


def point_source_errors(edge: float) -> tuple[float, float]:
    """Mean relative error, and largest error in ms, of all nodes further than ``BALL`` from a source in the middle."""
    mesh = slab((SIDE, SIDE, SIDE), edge)
    solver = EikonalSolver(mesh, ball=BALL)
    node = solver.nearest_node((SIDE / 2, SIDE / 2, SIDE / 2))
    found = solver.activation_times(np.tile(FIBER, (len(mesh.tets), 1)), CONDUCTION, [Source(node)])
    exact = exact_times(mesh.points, mesh.points[node])
    far = np.linalg.norm(mesh.points - mesh.points[node], axis=1) > BALL
    error = np.abs(found - exact)[far]
    return float((error / exact[far]).mean()), float(error.max())


def plane_wave_error() -> float:
    """ms, largest error of a wave from a whole side of a block with fibres along its way."""
    mesh = slab((10.0, 4.0, 4.0), 1.0)
    solver = EikonalSolver(mesh)
    side = np.flatnonzero(mesh.points[:, 0] == 0.0)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    found = solver.activation_times(fiber, CONDUCTION, [Source(int(n)) for n in side])
    return float(np.abs(found - mesh.points[:, 0] / CONDUCTION.fiber).max())
