"""The slab of Niederer 2011 on its finer grids: all nine points, the converged value, and the eikonal model beside it.

Sources: Niederer 2011 (doi 10.1098/rsta.2011.0139) for the spread of the codes and the values on 0.05 mm (43.18, 42.76 and
42.53 ms at the far corner); times of the LLNL Cardioid code on 0.1 mm for the other points.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source
from solvers.electrophysiology.march import MonodomainRun
from solvers.result import Check
from solvers.verification.niederer import activation_at, solve_slab
from solvers.verification.plot import Plot

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
    half, second = solved(0.2, 0.0, 1), solved(0.2, 1.0, 2)
    progress(0.5, "Slab of 0.1 mm")
    fine = solved(0.1, 0.0, 1)
    coarse, finer = (activation_at(*one, FAR) for one in (half, fine))
    checks = [
        Check("far corner, 0.1 mm", finer, 43.25, 5.45, "ms", "spread of 11 codes, Niederer 2011"),
        Check("far corner, extrapolated from 0.2 and 0.1 mm", finer + (finer - coarse) / 3, CONVERGED, 1.5, "ms", "0.05 mm"),
        Check("far corner, second order, 0.2 mm", activation_at(*second, FAR), CONVERGED, 0.05 * CONVERGED, "ms", "0.05 mm"),
    ]  # fmt: skip
    checks += [
        Check(f"{point} mm, 0.1 mm", activation_at(*fine, point), ms, max(0.1 * ms, 0.1), "ms", "Cardioid, 0.1 mm")
        for point, ms in POINTS.items()
    ]  # fmt: skip
    mesh = half[0]
    late = eikonal_times(mesh)
    far = float(late[np.argmin(np.linalg.norm(mesh.points - FAR, axis=1))])
    return [*checks, Check("far corner, eikonal", far, CONVERGED, 0.1 * CONVERGED, "ms", "monodomain, converged")]


def plot(progress: Progress) -> Plot:
    """All nine points on the three grids of the study, on elements of second order, and in another code."""
    made = {
        "0.5 mm, linear, lumped mass": (0.5, 0.0, 1),
        "0.5 mm, linear, full mass": (0.5, 1.0, 1),
        "0.2 mm, linear, lumped mass": (0.2, 0.0, 1),
        "0.1 mm, linear, lumped mass": (0.1, 0.0, 1),
        "0.2 mm, second order": (0.2, 1.0, 2),
    }
    order = sorted(POINTS, key=lambda point: POINTS[point])
    curves = {}
    for number, (words, how) in enumerate(made.items()):
        progress(number / len(made), words)
        mesh, run = solved(*how)
        curves[words] = tuple(activation_at(mesh, run, point) for point in order)
    curves["Cardioid, 0.1 mm"] = tuple(POINTS[point] for point in order)
    ticks = tuple("({:g}, {:g}, {:g})".format(*point) for point in order)
    return Plot(ticks, curves, "Place [mm from the stimulated corner]", "Activation time [ms]")


@lru_cache
def solved(edge: float, consistent: float, degree: int) -> tuple[HeartMesh, MonodomainRun]:
    """The slab on a grid (mm), solved once."""
    return solve_slab(edge, 0.05, consistent, silent, degree=degree)


def eikonal_times(mesh: HeartMesh) -> Floats:
    """(n,) ms of a wave that starts at 0 in the stimulated cube."""
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    corner = np.flatnonzero((mesh.points <= 1.5 + 1e-9).all(axis=1))
    solver = EikonalSolver(replace(mesh, fiber=fiber, sheet=np.roll(fiber, 1, axis=1)))
    sources = [Source(int(node), 0.0) for node in corner]
    return solver.activation_times(fiber, Conduction(ALONG, ACROSS, ALONG), sources)
