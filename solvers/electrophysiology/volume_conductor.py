"""What electrodes on the skin see of sources in a homogeneous chest that ends in air (boundary elements).

On the skin  phi = 2 phi_inf + 1/(2 pi) * integral of phi d(solid angle), phi_inf the potential without an end
(Geselowitz 1967, doi 10.1016/S0006-3495(67)86571-8). phi is constant on each triangle and its mean over the skin is 0,
which settles the constant that the equation leaves open. By reciprocity an electrode then has one potential Z in the
heart, which takes the place of 1/r in an unbounded conductor.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, spline_filter

from geometry.heart_mesh import Floats, HeartMesh
from geometry.on_surface import OnSurface
from solvers.electrophysiology.electrodes import Electrodes
from solvers.electrophysiology.torso import Torso, template, torso_around
from solvers.threads import one_thread

SPACING = 5.0  # mm, of the grid on which Z is known around the heart
MARGIN = 15.0  # mm, how far the grid reaches beyond it: outlines in doubt move it
_INWARDS = 0.02  # share of the way from the edge of a triangle to its middle that an electrode keeps off the edge
_AT_ONCE = 2000  # places whose distances from the skin are held in memory together


class SkinLeads:
    """Z of every electrode, known around one heart."""

    def __init__(self, mesh: HeartMesh, electrodes: Electrodes) -> None:
        """Electrodes count where they are nearest on the template's skin."""
        torso, _, _ = torso_around(mesh)
        heart = mesh.points[np.unique(mesh.tets)]
        self._corner: Floats = heart.min(axis=0) - MARGIN
        counts = np.ceil((heart.max(axis=0) + MARGIN - self._corner) / SPACING).astype(int) + 1
        grid = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1).reshape(-1, 3)
        with one_thread():  # the same to the last digit in a process that has more of them
            values = skin_potentials(torso, electrodes.positions, self._corner + SPACING * grid, template_response())
        self._splines = [spline_filter(one.reshape(counts)) for one in values]

    def __call__(self, points: Floats) -> Floats:
        """(e, n) 1/mm at points (n, 3) mm of the heart."""
        at = ((points - self._corner) / SPACING).T
        return np.stack([map_coordinates(one, at, prefilter=False, mode="nearest") for one in self._splines])


def skin_potentials(torso: Torso, electrodes: Floats, points: Floats, response: Floats) -> Floats:
    """(e, n) 1/mm: Z of electrodes (e, 3) at points (n, 3) mm inside; unbounded it would be 1/distance.

    response  (f, f) of this torso, or of one of another size: ``skin_response``
    """
    corners = torso.points[torso.triangles]
    middles = corners.mean(axis=1)
    on, owner = OnSurface(torso.points, torso.triangles).nearest(electrodes)
    on = on + _INWARDS * (middles[owner] - on)
    weights = solid_angles(corners, on, owner) / (2 * np.pi) @ response
    found = np.empty((len(on), len(points)))
    for first in range(0, len(points), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        found[:, some] = 2 * (
            weights @ _inverse_distances(middles, points[some]) + _inverse_distances(on, points[some])
        )
    return found


def skin_response(torso: Torso) -> Floats:
    """(f, f): the potential of each triangle for half of 2 phi_inf given on each; the same for a torso of another size."""
    corners = torso.points[torso.triangles]
    count = len(corners)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    seen = solid_angles(corners, corners.mean(axis=1), np.arange(count)) / (2 * np.pi)
    return np.asarray(np.linalg.inv(np.eye(count) - seen + areas / areas.sum()))


@cache
def template_response() -> Floats:
    """``skin_response`` of the template, computed once."""
    return skin_response(template())


def solid_angles(corners: Floats, places: Floats, own: NDArray[np.int64]) -> Floats:
    """(p, f) under which places (p, 3) inside see triangles (f, 3, 3); 0 for the triangle ``own`` (p,) that each lies in.

    Van Oosterom and Strackee 1983, doi 10.1109/TBME.1983.325207.
    """
    found = np.empty((len(places), len(corners)))
    for row, place in enumerate(places):
        a, b, c = np.moveaxis(corners - place, 1, 0)
        la, lb, lc = (np.sqrt(np.einsum("fi,fi->f", one, one)) for one in (a, b, c))
        volume = np.einsum("fi,fi->f", a, np.cross(b, c))
        below = la * lb * lc + sum(
            np.einsum("fi,fi->f", one, two) * length for one, two, length in ((a, b, lc), (a, c, lb), (b, c, la))
        )
        found[row] = 2 * np.arctan2(volume, below)
    found[np.arange(len(places)), own] = 0.0
    return found


def _inverse_distances(sources: Floats, points: Floats) -> Floats:
    """(s, n) 1/mm."""
    square = (sources**2).sum(axis=1)[:, None] + (points**2).sum(axis=1) - 2 * sources @ points.T
    return np.asarray(1 / np.sqrt(square))
