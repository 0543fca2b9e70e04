"""Where a heart is paced: its segments, the right ventricle, around a scar, or places that were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE

Floats = NDArray[np.float64]

BESIDE = 10.0  # mm from the scar
SITE_EDGES = (
    3.0  # a smaller seed is drained by its neighbours: with 2, stimuli of 340 to 370 ms after a beat do not capture
)


@dataclass(frozen=True)
class Site:
    """nodes: those stimulated; around: those just outside, by which capture is told."""

    nodes: NDArray[np.integer]
    around: NDArray[np.integer]


def sites_at(mesh: HeartMesh, places: Sequence[tuple[float, float, float]]) -> dict[str, Site]:
    """Sites at points (mm); refuses one further than two edge lengths from the tissue."""
    reach, found = 2.0 * mesh.edge_length(), {}
    for place in places:
        gap = np.linalg.norm(mesh.points - np.array(place), axis=1)
        if not gap.min() <= reach:
            raise Refused(
                f"The pacing site {place} lies {gap.min():.0f} mm outside the tissue. Choose a place on the wall."
            )
        found["({:g}, {:g}, {:g}) mm".format(*place)] = site_at(mesh, int(gap.argmin()))
    return found


def pacing_sites(mesh: HeartMesh) -> dict[str, Site]:
    """The 17 segments of the left wall and, with a right ventricle, its apex and outflow: name -> nodes.

    A site is around the endocardial node nearest to the middle of the segment; see ``site_at``.
    """
    from solvers.directions.coordinates import heart_axes
    from solvers.directions.places import AHA17, aha17

    segment = mesh.cell_data.get(AHA17)
    segment = aha17(mesh) if segment is None else segment
    inner = np.unique(mesh.tagged("endo_lv"))
    found = {}
    for number in range(1, 18):
        own = np.unique(mesh.tets[segment == number])
        if len(own):
            candidates = np.intersect1d(own, inner)
            candidates = candidates if len(candidates) else own
            found[f"segment {number}"] = _nearest(mesh, mesh.points[own].mean(axis=0), candidates)
    right = np.unique(mesh.tagged("endo_rv"))
    if len(right):
        height = heart_axes(mesh).height(mesh.points[right])
        anterior = (mesh.points[right] - heart_axes(mesh).apex) @ heart_axes(mesh).anterior
        low, high = right[np.argmin(height)], right[np.argmax(height + anterior / np.ptp(anterior))]
        for name, node in (("right apex", low), ("right outflow", high)):
            found[name] = site_at(mesh, int(node))
    return found


def site_at(mesh: HeartMesh, node: int, radius: float = SITE_EDGES) -> Site:
    """The nodes within ``radius`` edge lengths of a node; where the edges around it are longer than the mean, of those."""
    away = np.linalg.norm(mesh.points - mesh.points[node], axis=1)
    edge = mesh.edge_length()
    near = (away <= radius * edge)[mesh.tets].any(axis=1)
    reach = radius * max(edge, replace(mesh, tets=mesh.tets[near]).edge_length())
    return Site(np.flatnonzero(away <= reach), np.flatnonzero((away > reach) & (away <= 2 * reach)))


def _nearest(mesh: HeartMesh, place: Floats, candidates: NDArray[np.integer]) -> Site:
    return site_at(mesh, int(candidates[np.argmin(np.linalg.norm(mesh.points[candidates] - place, axis=1))]))


def scar_sites(mesh: HeartMesh) -> dict[str, Site]:
    """Four sites of the left endocardium ``BESIDE`` mm from the scar: on its basal and apical side and on both others.

    Where a premature beat is most likely to find one mouth of an isthmus refractory and the other not. Refuses a mesh
    without scar, and one whose scar leaves no room beside it.
    """
    from solvers.directions.coordinates import heart_axes

    scar = np.isin(
        mesh.region, [number for number, name in mesh.region_names.items() if name in (SCAR_CORE, BORDER_ZONE)]
    )
    if not scar.any():
        raise Refused("The mesh has no scar to pace beside. Pace from all sites, or mesh the case with its scar.")
    inner = np.unique(mesh.tagged("endo_lv"))
    away, _ = cKDTree(mesh.points[np.unique(mesh.tets[scar])]).query(mesh.points[inner])
    beside = inner[np.abs(away - BESIDE) < max(2.0, mesh.edge_length())]
    if not len(beside):
        raise Refused("No part of the left endocardium lies beside the scar. Choose places to pace from by hand.")
    axes, middle = heart_axes(mesh), mesh.points[mesh.tets[scar]].mean(axis=(0, 1))
    up = axes.height(mesh.points[beside]) - axes.height(middle[None])
    turn = axes.angle(mesh.points[beside]) - axes.angle(middle[None])
    turn = np.angle(np.exp(1j * turn))
    level = np.abs(up) < 0.1 if (np.abs(up) < 0.1).any() else np.ones(len(beside), bool)
    column = np.abs(turn) < 0.3 if (np.abs(turn) < 0.3).any() else np.ones(len(beside), bool)
    wanted = {
        "basal of the scar": np.where(column, up, -np.inf),
        "apical of the scar": np.where(column, -up, -np.inf),
        "clockwise of the scar": np.where(level, -turn, -np.inf),
        "counter-clockwise of the scar": np.where(level, turn, -np.inf),
    }
    return {name: site_at(mesh, int(beside[np.argmax(score)])) for name, score in wanted.items()}
