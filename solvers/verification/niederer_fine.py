"""The slab of Niederer 2011 on its finer grids: all nine points, the converged value, and the eikonal model beside it.

Sources: Niederer 2011 (doi 10.1098/rsta.2011.0139) for the spread of the codes and the values on 0.05 mm (43.18, 42.76 and
42.53 ms at the far corner); times of the LLNL Cardioid code on 0.1 mm for the other points.
"""

from dataclasses import replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source
from solvers.result import Check
from solvers.verification.niederer import activation_at, solve_slab

NAME = "ep-niederer-fine"
TITLE = "Activation of a slab, Niederer 2011, 0.2 and 0.1 mm"
LONG = True

POINTS = {  # mm from the stimulated corner -> ms, Cardioid at 0.1 mm and 0.005 ms
    (0.0, 0.0, 0.0): 1.23,
    (0.0, 7.0, 0.0): 30.24,
    (20.0, 0.0, 0.0): 32.64,
    (20.0, 7.0, 0.0): 43.71,
    (0.0, 0.0, 3.0): 8.82,
    (0.0, 7.0, 3.0): 31.63,
    (20.0, 0.0, 3.0): 33.78,
    (20.0, 7.0, 3.0): 44.59,
    (10.0, 3.5, 1.5): 20.43,
}
FAR = (20.0, 7.0, 3.0)
CONVERGED = 42.8
ALONG, ACROSS = 0.61, 0.222  # m/s, converged velocities of this tissue


def verify(progress: Progress) -> list[Check]:
    """Linear elements with lumped mass on both grids and their extrapolation; elements of second order on the coarser one."""
    _, half = solve_slab(0.2, 0.05, 0.0, part(progress, 0.0, 0.08))
    fine_mesh, fine = solve_slab(0.1, 0.05, 0.0, part(progress, 0.08, 0.5))
    mesh, second = solve_slab(0.2, 0.05, 1.0, part(progress, 0.5, 1.0), degree=2)
    coarse, finer = activation_at(mesh, half, FAR), activation_at(fine_mesh, fine, FAR)
    checks = [
        Check("far corner, 0.1 mm", finer, 43.25, 5.45, "ms", "spread of 11 codes, Niederer 2011"),
        Check("far corner, extrapolated from 0.2 and 0.1 mm", finer + (finer - coarse) / 3, CONVERGED, 1.5, "ms", "0.05 mm"),
        Check("far corner, second order, 0.2 mm", activation_at(mesh, second, FAR), CONVERGED, 0.05 * CONVERGED, "ms", "0.05 mm"),
    ]  # fmt: skip
    checks += [
        Check(f"{point} mm, 0.1 mm", activation_at(fine_mesh, fine, point), ms, max(0.1 * ms, 0.1), "ms", "Cardioid, 0.1 mm")
        for point, ms in POINTS.items()
    ]  # fmt: skip
    late = eikonal_times(mesh)
    far = float(late[np.argmin(np.linalg.norm(mesh.points - FAR, axis=1))])
    return [*checks, Check("far corner, eikonal", far, CONVERGED, 0.1 * CONVERGED, "ms", "monodomain, converged")]


def eikonal_times(mesh: HeartMesh) -> Floats:
    """(n,) ms of a wave that starts at 0 in the stimulated cube."""
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    corner = np.flatnonzero((mesh.points <= 1.5 + 1e-9).all(axis=1))
    solver = EikonalSolver(replace(mesh, fiber=fiber, sheet=np.roll(fiber, 1, axis=1)))
    sources = [Source(int(node), 0.0) for node in corner]
    return solver.activation_times(fiber, Conduction(ALONG, ACROSS, ALONG), sources)
