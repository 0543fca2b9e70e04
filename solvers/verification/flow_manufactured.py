"""How fast errors fall with the edge and with the time step, on exact flows.

Space: Kovasznay 1948 (doi 10.1017/S0305004100023999), steady flow with convection behind a grid, Re = 40,
k = Re/2 - sqrt(Re^2/4 + 4 pi^2):  u = 1 - e^(kx) cos 2 pi y,  v = k / (2 pi) e^(kx) sin 2 pi y,  p = (1 - e^(2kx)) / 2,
on a slice between planes of symmetry.
Time: Womersley's swinging flow with few steps a period, where the error of the steps rules.
"""

from dataclasses import dataclass, replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part
from geometry.shapes import slab, tube
from solvers.flow.inflow import scaled_to_unit_flux
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check
from solvers.verification.womersley import swinging_errors

NAME = "flow-manufactured"
TITLE = "Orders of convergence in space and time"
REYNOLDS = 40.0
BACK, JUDGED, FRONT = -0.5, 1.0, 2.0  # x; what the outlet disturbs has faded where errors are judged
EDGES, STEPS = (1 / 16, 1 / 32), (10, 20)  # of the height; a period
DECAY = REYNOLDS / 2 - np.sqrt(REYNOLDS**2 / 4 + 4 * np.pi**2)


@dataclass(frozen=True)
class Errors:
    """L2, relative, of velocity and pressure."""

    velocity: float
    pressure: float


def verify(progress: Progress) -> list[Check]:
    """Orders between two edges and between two steps."""
    coarse, fine = (kovasznay_errors(h, part(progress, 0.3 * k, 0.3 * (k + 1))) for k, h in enumerate(EDGES))
    pipe = tube(10.0, 30.0, 1.4)
    rough, smooth = (
        swinging_errors(pipe, 4.1, part(progress, 0.6 + 0.2 * k, 0.8 + 0.2 * k), steps=n)[0]
        for k, n in enumerate(STEPS)
    )
    return [
        Check("velocity error at 1/32", fine.velocity, 0.0, 0.01, "1", "Kovasznay 1948, exact"),
        Check("order of velocity in h", float(np.log2(coarse.velocity / fine.velocity)), 2.0, 0.2, "1", "linear elements"),
        Check("order of pressure in h (1 to 3)", float(np.log2(coarse.pressure / fine.pressure)), 2.0, 1.0, "1", "linear elements"),
        Check("order of velocity in dt", float(np.log2(rough / smooth)), 2.0, 0.3, "1", "BDF2, Womersley 1955"),
    ]  # fmt: skip


def kovasznay_errors(edge: float, progress: Progress) -> Errors:
    """Steady, on cubes of ``edge`` cut into tetrahedra."""
    mesh = _slice(edge)
    exact = kovasznay(mesh.points)
    profile = np.zeros_like(mesh.points)
    inlet = np.unique(mesh.tagged("inlet"))
    profile[inlet] = exact[inlet, :3]
    flow = NavierStokes(mesh, Fluid(1.0, 1 / REYNOLDS), Outlet(0.0), scaled_to_unit_flux(mesh, profile), developed=True)
    state, count = flow.at_rest(0.0), 25
    for number in range(count):
        progress(number / count, "Flow behind a grid")
        state = flow.advance(state, 1.0, lambda _: edge, damped=True)
    near = mesh.points[:, 0] < JUDGED
    off, truth = (state.values - exact)[near], exact[near]
    pressure = off[:, 3] - off[:, 3].mean()
    return Errors(
        float(np.linalg.norm(off[:, :3]) / np.linalg.norm(truth[:, :3])),
        float(np.linalg.norm(pressure) / np.linalg.norm(truth[:, 3] - truth[:, 3].mean())),
    )


def kovasznay(points: Floats) -> Floats:
    """(n, 4) velocity and pressure."""
    x, y, _ = points.T
    fade = np.exp(DECAY * x)
    u, v = 1 - fade * np.cos(2 * np.pi * y), DECAY / (2 * np.pi) * fade * np.sin(2 * np.pi * y)
    return np.column_stack([u, v, np.zeros(len(x)), (1 - fade**2) / 2])


def _slice(edge: float) -> HeartMesh:
    mesh = slab((FRONT - BACK, 1.0, edge), edge)
    tag = np.select([mesh.facet_tag == 1, mesh.facet_tag == 2], [1, 2], 3).astype(np.int32)
    names = {1: "inlet", 2: "outlet", 3: "symmetry"}
    moved = mesh.points + np.array([BACK, -0.5, 0.0])
    return replace(mesh, points=moved, facet_tag=tag, facet_names=names, kind="blood_pool", region_names={1: "blood"})
