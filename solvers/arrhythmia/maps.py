"""Maps that point at a substrate: gradient of repolarization, deceleration zones."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.heart_mesh import HeartMesh
from solvers.result import Field

Floats = NDArray[np.float64]

ISOCHRONES = 8  # of equal time over the whole activation
REACH = 5.0  # mm: a ball 1 cm across
CROWDED = 3  # isochrones in it make a deceleration zone (clinical practice of late-activation mapping)
SLOW = 0.3  # m/s
STEEP = 10.0  # ms/mm, a gradient of repolarization that can block a wave


def gradient_size(mesh: HeartMesh, values: Floats) -> Floats:
    """(n,) size of the gradient of nodal values, per mm: mean over the tets of a node, weighted by volume; NaN: unknown."""
    corners, at = mesh.points[mesh.tets], values[mesh.tets]
    frame = corners[:, 1:] - corners[:, :1]
    slope = np.linalg.norm(np.linalg.solve(frame, (at[:, 1:] - at[:, :1])[..., None])[..., 0], axis=1)
    volume = np.abs(np.linalg.det(frame))
    known = np.isfinite(slope)
    n, nodes = len(values), mesh.tets[known].ravel()
    total = np.bincount(nodes, np.repeat((slope * volume)[known], 4), n)
    weight = np.bincount(nodes, np.repeat(volume[known], 4), n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(weight > 0, total / weight, np.nan))


def isochrones_near(points: Floats, activation: Floats, reach: float = REACH, count: int = ISOCHRONES) -> Floats:
    """(n,) how many of ``count`` isochronal bands there are within ``reach`` mm of each node; NaN where never activated."""
    known = np.flatnonzero(np.isfinite(activation))
    found = np.full(len(points), np.nan)
    if not known.size:
        return found
    first, last = activation[known].min(), activation[known].max()
    share = (activation[known] - first) / max(last - first, 1e-12)
    band = np.minimum((count * share).astype(int), count - 1)
    seen = np.zeros((known.size, count), bool)
    for k in range(count):
        if (band == k).any():
            away, _ = cKDTree(points[known[band == k]]).query(points[known], distance_upper_bound=reach)
            seen[:, k] = np.isfinite(away)
    found[known] = seen.sum(axis=1)
    return found


def deceleration(mesh: HeartMesh, activation: Floats) -> Floats:
    """(n,) 1 in a deceleration zone: slower than 0.3 m/s, or more than 3 of 8 isochrones within 1 cm; NaN: unknown."""
    slowness = gradient_size(mesh, activation)
    crowded = isochrones_near(mesh.points, activation) > CROWDED
    return np.where(np.isfinite(slowness), (slowness > 1.0 / SLOW) | crowded, np.nan)


def substrate_fields(mesh: HeartMesh, activation: Floats, repolarization: Field | None) -> dict[str, Field]:
    """Fields of a monodomain run: deceleration_zone, and where it has a map of repolarization (ms) the size of its gradient."""
    fields = {"deceleration_zone": Field(deceleration(mesh, activation), "1", "Deceleration zone", (), "NO", "YES")}
    if repolarization is not None:
        steep = gradient_size(mesh, np.asarray(repolarization.values))
        fields["repolarization_gradient"] = Field(steep, "ms/mm", "Repolarization gradient", (), "EVEN", "STEEP")
    return fields
