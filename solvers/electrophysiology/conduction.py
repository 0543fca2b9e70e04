"""Did the wave travel as it should? What an activation map says, so that numerical block is never shown as physiology."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import HeartMesh

Floats = NDArray[np.float64]

_STALLED = 30.0  # ms without a new activation before the end: the wave is not on its way any more
_SLOW = 0.5


@dataclass(frozen=True)
class ConductionReport:
    """How an activation map compares with the velocities it was to have.

    never     fraction of the nodes that were never activated
    stalled   whether the wave had come to rest before the end, with such nodes left
    ratio     median of measured/expected velocity over the tetrahedra; NaN where nothing was activated
    slow      fraction of the tetrahedra below half the expected velocity
    notes     sentences; empty when all is well
    """

    never: float
    stalled: bool
    ratio: float
    slow: float
    notes: tuple[str, ...]


def check_conduction(
    mesh: HeartMesh, activation: Floats, duration: float, velocity_fiber: float, velocity_cross: float
) -> ConductionReport:
    """Compare ``activation`` (n,) ms, simulated for ``duration`` ms, with velocities (mm/ms) along and across the fibres.

    The front moves along its normal n = grad T/|grad T| at 1/|grad T|; expected is sqrt(n . W n) with
    W = v_cross^2 I + (v_fiber^2 - v_cross^2) f f^T. Collisions and stimulated regions only make it faster.
    """
    missing = np.isnan(activation)
    last = float(np.nanmax(activation)) if not missing.all() else 0.0
    stalled = bool(missing.any() and last < duration - _STALLED)
    ratios = _velocity_ratios(mesh, activation, velocity_fiber, velocity_cross)
    ratio = float(np.median(ratios)) if ratios.size else float("nan")
    slow = float(np.mean(ratios < _SLOW)) if ratios.size else float("nan")
    never = float(missing.mean())
    return ConductionReport(never, stalled, ratio, slow, tuple(_sentences(never, stalled, ratio, slow, last, duration)))


def _velocity_ratios(mesh: HeartMesh, activation: Floats, along: float, across: float) -> Floats:
    corners, times = mesh.points[mesh.tets], activation[mesh.tets]
    known = ~np.isnan(times).any(axis=1)
    frame = corners[known, 1:] - corners[known, :1]
    gradient = np.linalg.solve(frame, (times[known, 1:] - times[known, :1])[..., None])[..., 0]
    slowness = np.linalg.norm(gradient, axis=1)
    moving = slowness > 1e-6
    normal = gradient[moving] / slowness[moving, None]
    fiber = np.zeros_like(normal) if mesh.fiber is None else mesh.fiber[known][moving]
    expected = np.sqrt(across**2 + (along**2 - across**2) * np.einsum("ij,ij->i", normal, fiber) ** 2)
    return np.asarray(1.0 / (slowness[moving] * expected))


def _sentences(never: float, stalled: bool, ratio: float, slow: float, last: float, duration: float) -> list[str]:
    found = []
    if stalled:
        found.append(
            f"The wave stopped after {last:.0f} ms and {100 * never:.0f} % of the heart was never activated. On a mesh this "
            "coarse that is most likely numerical, not a conduction block: use a finer mesh or the eikonal model."
        )
    elif never > 0.0:
        found.append(
            f"{100 * never:.0f} % of the heart was not yet activated after {duration:.0f} ms: "
            "simulate a longer time to see all of it."
        )
    if ratio < 0.8:
        found.append(
            f"The wave travelled at {100 * ratio:.0f} % of the wanted velocity (median): "
            "the mesh is too coarse for these conductivities."
        )
    elif slow > 0.1:
        found.append(f"In {100 * slow:.0f} % of the tissue the wave was slower than half the wanted velocity.")
    return found
