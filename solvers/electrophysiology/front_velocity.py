"""The velocity of an activation front, as a vector at every node."""

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh

FASTEST = 5.0  # mm/ms; faster than any tissue conducts: there two fronts meet, or one has broken through


def front_velocity(mesh: HeartMesh, activation: NDArray[np.floating], nodes: NDArray[np.integer]) -> Floats:
    """(k, 3) mm/ms at ``nodes`` (k,): grad T / |grad T|^2 of times (n,) ms, the gradient averaged by volume onto nodes.

    NaN where a time is missing around the node, or where the front is faster than ``FASTEST`` (as in Bayly 1998,
    doi 10.1109/10.668746, whose fit leaves out collisions too).
    """
    wanted = np.zeros(len(mesh.points), dtype=bool)
    wanted[nodes] = True
    tets = mesh.tets[wanted[mesh.tets].any(axis=1)]
    corners, times = mesh.points[tets], np.asarray(activation, float)[tets]
    frame = corners[:, 1:] - corners[:, :1]
    volume = np.abs(np.linalg.det(frame))
    slope = np.linalg.solve(frame, (times[:, 1:] - times[:, :1])[..., None])[..., 0]
    weights, sums = np.repeat(volume, 4), []
    owners, count = tets.ravel(), len(mesh.points)
    for axis in range(3):
        sums.append(np.bincount(owners, weights * np.repeat(slope[:, axis], 4), minlength=count)[nodes])
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = np.column_stack(sums) / np.bincount(owners, weights, minlength=count)[nodes, None]
        velocity = gradient / np.square(gradient).sum(axis=1, keepdims=True)
        velocity[~(np.linalg.norm(velocity, axis=1) <= FASTEST)] = np.nan
    return np.asarray(velocity)
