"""What a blood mesh must have before flow through it can be computed: surfaces, one piece, flat caps, conditions."""

from collections.abc import Collection

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.surface import boundary_facets
from solvers.flow.surface_integrals import area_vectors

FLAT = 0.05  # most that the normals of a cap may add to less than its area
OUTLETS, SYMMETRY = "outlet", "symmetry"


def outlet_names(blood: HeartMesh) -> tuple[str, ...]:
    """The surfaces that are outlets: those whose name begins with "outlet", in the order of their tags."""
    named = [name for _, name in sorted(blood.facet_names.items()) if name.startswith(OUTLETS)]
    return tuple(name for name in named if len(blood.tagged(name)))


def refuse_unfit(blood: HeartMesh) -> None:
    """Refuse a mesh without inlet, outlet or wall, with loose nodes, untagged boundary, several pieces or bent caps."""
    outlets = outlet_names(blood)
    sides = len(blood.tagged("wall")) or len(blood.tagged(SYMMETRY))
    found = {"inlet": len(blood.tagged("inlet")), OUTLETS: len(outlets), "wall": sides}
    missing = [name for name, count in found.items() if not count]
    if missing:
        raise Refused(f"The blood mesh has no surface named {' or '.join(missing)}. Make the mesh again and mark them.")
    if len(np.unique(blood.tets)) != len(blood.points):
        raise Refused("The blood mesh has nodes that belong to no tetrahedron. Make the mesh again.")
    _refuse_untagged(blood)
    _refuse_pieces(blood)
    for name in ("inlet", *outlets):
        _refuse_bent(blood, name)


def refuse_unconditioned(blood: HeartMesh, conditions: Collection[str]) -> None:
    """Refuse an outlet without a condition, and a condition without an outlet."""
    outlets = outlet_names(blood)
    bare = [name for name in outlets if name not in conditions]
    if bare:
        raise Refused(f"Nothing is said about the vessels behind {' and '.join(bare)}. Give each outlet its condition.")
    lost = [name for name in conditions if name not in outlets]
    if lost:
        raise Refused(f"There is a condition for {' and '.join(lost)}, but the mesh has only {' and '.join(outlets)}.")


def _refuse_untagged(blood: HeartMesh) -> None:
    boundary = np.sort(boundary_facets(blood.tets)[0], axis=1)
    named = blood.facets[np.isin(blood.facet_tag, list(blood.facet_names))]
    tagged, times = np.unique(np.sort(named, axis=1), axis=0, return_counts=True)
    if (times > 1).any():
        raise Refused(
            f"{int((times > 1).sum())} triangles of the blood's boundary belong to two surfaces at once. "
            "Give each triangle one name."
        )
    known = {tuple(row) for row in tagged.tolist()}
    bare = np.array([tuple(row) not in known for row in boundary.tolist()])
    if bare.any():
        x, y, z = blood.points[boundary[bare]].mean(axis=(0, 1))
        raise Refused(
            f"{int(bare.sum())} of {len(boundary)} triangles of the blood's boundary, around ({x:.0f}, {y:.0f}, {z:.0f}) mm, "
            "are neither inlet nor outlet nor wall. Name them."
        )


def _refuse_pieces(blood: HeartMesh) -> None:
    rows, columns = np.repeat(blood.tets[:, 0], 3), blood.tets[:, 1:].ravel()
    size = len(blood.points)
    pieces, label = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size)), False)
    if pieces > 1:
        smallest = np.bincount(label).argmin()
        x, y, z = blood.points[label == smallest].mean(axis=0)
        raise Refused(
            f"The blood is in {pieces} separate pieces, the smallest around ({x:.0f}, {y:.0f}, {z:.0f}) mm. "
            "Keep one piece: correct the segmentation there."
        )


def _refuse_bent(blood: HeartMesh, name: str) -> None:
    vectors = area_vectors(blood, name)
    total = np.linalg.norm(vectors, axis=1).sum()
    short = 1 - float(np.linalg.norm(vectors.sum(axis=0)) / total)
    if short > FLAT:
        raise Refused(
            f"The cap {name} is not flat (its normals add to {1 - short:.0%} of its area, and {1 - FLAT:.0%} is needed). "
            "Cut the vessel with a plane there."
        )
