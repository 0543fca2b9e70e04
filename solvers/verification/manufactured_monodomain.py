"""An exact solution of a monodomain problem in 3-D, Pathmanathan and Gray 2014 (doi 10.1002/cnm.2615), for orders of convergence.

chi (C dV/dt + I) = div(sigma grad V) on the unit cube, no flux, C = 2, chi = 3, sigma = diag(1.1, 1.2, 0.3)/pi^2, with
F = cos(pi x) cos(2 pi y) cos(3 pi z), G = 1 + x y^2 z^3:
V = sqrt(1+t) F, u1 = (1+t) G + V, u2 = 1/((1+t) sqrt(G)).
"""

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from geometry.shapes import slab
from solvers.cells.cell import Cell
from solvers.electrophysiology.march import march
from solvers.fem import assemble_diffusion
from solvers.result import Check

NAME = "ep-manufactured-monodomain"
TITLE = "Orders of convergence of the monodomain solver, Pathmanathan and Gray 2014"

Floats = NDArray[np.float64]

_C, _CHI = 2.0, 3.0
_SIGMA = np.diag([1.1, 1.2, 0.3]) / np.pi**2
_END = 0.5
_SOURCE = "theory: P1 elements, Strang splitting, Crank-Nicolson"

MANUFACTURED = Cell(
    name="pathmanathan_gray_2014",
    title="Manufactured cell, Pathmanathan and Gray 2014",
    source="10.1002/cnm.2615",
    states={"V": 0.0, "u1": 1.0, "u2": 1.0},
    parameters={"C": _C, "chi": _CHI, "beta": -8.6},
    equations="""
    gap = u1 - V
    i_ion = -0.5 * gap * square(u2) * V + beta / (chi * C) * V
    """,
    gates=(),
    rates={
        "V": "stimulus - i_ion",
        "u1": "square(gap * u2) + 0.5 * gap * square(u2) * V",
        "u2": "-gap * u2 * square(u2)",
    },
    notes="Only for verification.",
)


def exact(points: Floats, t: float) -> Floats:
    """(3, n): V, u1, u2 at time t."""
    x, y, z = points.T
    F = np.cos(np.pi * x) * np.cos(2 * np.pi * y) * np.cos(3 * np.pi * z)
    G = 1 + x * y**2 * z**3
    V = np.sqrt(1 + t) * F
    return np.stack([V, (1 + t) * G + V, 1 / ((1 + t) * np.sqrt(G))])


def solve(cells: int, dt: float, order: int = 2) -> tuple[HeartMesh, Floats, float]:
    """The mesh of ``cells`` cubes an edge, V at the end, and its L2 error."""
    mesh = slab((1.0, 1.0, 1.0), 1.0 / cells)
    diffusion = np.broadcast_to(_SIGMA / (_CHI * _C), (len(mesh.tets), 3, 3))
    mass, stiffness = assemble_diffusion(mesh, diffusion)
    start = exact(mesh.points, 0.0)
    run = march(mass, stiffness, [], MANUFACTURED, _END, dt, frame_every=_END, order=order, start=start)
    V = run.frames[-1].astype(float)
    error = V - exact(mesh.points, _END)[0]
    return mesh, V, float(np.sqrt(error @ (mass @ error)))


def verify(progress: Progress) -> list[Check]:
    """Order of the L2 error in h (at a step so short that time does not matter), and of V in dt (at one h)."""
    errors = []
    for k, cells in enumerate((16, 32)):
        errors.append(solve(cells, _END / 50)[2])
        progress(0.2 + 0.4 * k, "Order of convergence in space")
    in_space = float(np.log2(errors[0] / errors[1]))
    finest = solve(8, _END / 320)[1]
    gaps = [float(np.linalg.norm(solve(8, _END / steps)[1] - finest)) for steps in (10, 20)]
    progress(1.0, "Order of convergence in time")
    in_time = float(np.log2(gaps[0] / gaps[1]))
    return [
        Check("order in space (L2)", in_space, 2.0, 0.1, "", _SOURCE),
        Check("order in time", in_time, 2.0, 0.15, "", _SOURCE),
        Check("L2 error on 32 cubes an edge", errors[1], 0.0, 0.01, "", "regression: 0.0065"),
    ]
