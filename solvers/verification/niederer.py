"""The slab of Niederer 2011 (doi 10.1098/rsta.2011.0139): where and when a wave arrives, on its three grids.

Converged, the far corner is activated after 42.5 to 43 ms. On linear elements the codes of the study need 45 ms on the grid
of 0.1 mm, 54 on 0.2 and 118 on 0.5 (means of 11), because the front is hardly wider than an element across the fibres. Elements
of second order carry the same front on the same grid within the 5 % wanted, without a constant to tune.
"""

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.march import MonodomainRun
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import diffusion_tensor
from solvers.result import Check

NAME = "ep-niederer"
TITLE = "Activation of a slab, Niederer 2011, 0.5 mm"

_CHI_CM = 140.0 * 0.01  # 1/mm, uF/mm2
_DIFFUSION = (0.17 * 0.62 / 0.79 / _CHI_CM, 0.019 * 0.24 / 0.259 / _CHI_CM)  # harmonic mean of intra and extra, mS/mm
_OWN = "regression, agrees with an independent dolfinx prototype to 0.05 ms"


def solve_slab(
    edge: float, dt: float, consistent: float, progress: Progress, duration: float = 150.0, degree: int = 1
) -> tuple[HeartMesh, MonodomainRun]:
    """The benchmark slab, 20 x 7 x 3 mm, until everything is activated."""
    mesh = slab((20.0, 7.0, 3.0), edge)
    corner = np.flatnonzero((mesh.points <= 1.5 + 1e-9).all(axis=1))
    run = solve_monodomain(
        mesh,
        diffusion_tensor(np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1)), *_DIFFUSION),
        [Stimulus.at(corner, len(mesh.points))],
        find_cell("tentusscher_panfilov_2006_epi"),
        duration,
        dt,
        frame_every=duration,
        stop_when_activated=True,
        consistent=consistent,
        degree=degree,
        progress=progress,
    )
    return mesh, run


def activation_at(mesh: HeartMesh, run: MonodomainRun, point: tuple[float, float, float]) -> float:
    """Activation time (ms) of the node nearest to ``point``."""
    return float(run.activation[np.argmin(np.linalg.norm(mesh.points - point, axis=1))])


def verify(progress: Progress) -> list[Check]:
    """Full and lumped mass at a step of 0.05 ms, and the stimulated corner at 0.01 ms."""
    mesh, full = solve_slab(0.5, 0.05, 1.0, part(progress, 0.0, 0.3))
    _, lumped = solve_slab(0.5, 0.05, 0.0, part(progress, 0.3, 0.6))
    fine_mesh, fine = solve_slab(0.5, 0.01, 1.0, part(progress, 0.6, 1.0), duration=5.0)
    far, end, side = (20.0, 7.0, 3.0), (20.0, 0.0, 0.0), (0.0, 7.0, 0.0)
    return [
        Check("far corner, full mass", activation_at(mesh, full, far), 54.43, 0.3, "ms", _OWN),
        Check(
            "far corner, full mass, other codes",
            activation_at(mesh, full, far),
            57.3,
            4.0,
            "ms",
            "openCARP 58, beat 56.7",
        ),
        Check("far corner, lumped mass", activation_at(mesh, lumped, far), 127.20, 0.5, "ms", _OWN),
        Check("20 mm edge, full mass", activation_at(mesh, full, end), 33.9, 0.2, "ms", _OWN),
        Check("7 mm edge, full mass", activation_at(mesh, full, side), 48.9, 0.2, "ms", _OWN),
        # 50 mA/cm3 / (140/mm 0.01 uF/mm2) = 35.7 mV/ms; a stimulus of 50 instead gives 0.95 ms
        Check(
            "stimulated corner",
            activation_at(fine_mesh, fine, (0.0, 0.0, 0.0)),
            1.23,
            0.05,
            "ms",
            "Chaste 1.226, Cardioid 1.23",
        ),
    ]
