"""Ablation: the tissue of a lesion conducts as little as dense scar, in every tier."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.ablation import TOUCHED, LesionBed
from geometry.heart_mesh import HeartMesh
from geometry.mesh_part import owned_facets
from geometry.metric import Metric
from geometry.surface import area_vectors
from solvers.scenario import Lesion

ABLATED = "ablated"
NARROW = 2.0  # edges: through a lesion thinner than this the tetrahedra left over may still conduct
SIDES = {"endo_lv": "left endocardium", "endo_rv": "right endocardium", "epi": "epicardium"}


def ablated(mesh: HeartMesh, lesions: Sequence[Lesion]) -> HeartMesh:
    """The mesh with the tissue of its lesions in a region of its own, which does not conduct; itself without any."""
    gone = ablated_tets(mesh, lesions)
    if not gone.any():
        return mesh
    number = max(mesh.region_names, default=0) + 1
    region = np.where(gone, number, mesh.region).astype(np.int32)
    return replace(mesh, region=region, region_names={**mesh.region_names, number: ABLATED})


def ablated_tets(mesh: HeartMesh, lesions: Sequence[Lesion], bed: LesionBed | None = None) -> NDArray[np.bool_]:
    """(m,) which tetrahedra any of the lesions takes in; ``bed`` is the heart made ready for lesions, where it is kept."""
    gone = np.zeros(len(mesh.tets), bool)
    bed = bed if bed is not None or not lesions else LesionBed(mesh)
    for lesion in lesions:
        if lesion.points and bed is not None:
            places = np.array(lesion.points)
            gone |= bed.tets(places, lesion.radius, lesion.depth, lesion.shape == "line")
    return gone


def lesion_metrics(mesh: HeartMesh, lesions: Sequence[Lesion]) -> tuple[Metric, ...]:
    """The numbers of ``ablated_metrics``; nothing without lesions."""
    return ablated_metrics(mesh, ablated_tets(mesh, lesions)) if lesions else ()


def ablated_metrics(mesh: HeartMesh, gone: NDArray[np.bool_]) -> tuple[Metric, ...]:
    """Volume (mL), share of the wall, and area (cm2) on each surface of the tetrahedra ``gone`` (m,)."""
    volumes = np.abs(mesh.tet_volumes())
    volume = float(volumes[gone].sum())
    found = [
        Metric("lesion_volume", "Lesion volume", volume / 1000, "mL", note="tetrahedra that do not conduct any more"),
        Metric("lesion_share", "Share of the wall ablated", 100 * volume / float(volumes.sum()), "%"),
    ]
    owned = owned_facets(mesh, gone)
    for name in TOUCHED:
        tags = [tag for tag, known in mesh.facet_names.items() if known == name]
        facets = mesh.facets[owned & np.isin(mesh.facet_tag, tags)]
        if len(facets):
            area = float(np.linalg.norm(area_vectors(mesh.points, facets), axis=1).sum())
            found.append(Metric(f"lesion_area_{name}", f"Lesion area, {SIDES[name]}", area / 100, "cm^2"))
    return tuple(found)


def lesion_notes(mesh: HeartMesh, lesions: Sequence[Lesion]) -> tuple[str, ...]:
    """A sentence where the mesh is too coarse for a lesion to be tight, and one about what a lesion here is."""
    if not lesions:
        return ()
    told = ["Lesions are complete and permanent here: no oedema, no gap, no recovery."]
    edge, least = mesh.edge_length(), min(lesion.radius for lesion in lesions)
    if 2 * least < NARROW * edge:
        told.append(
            f"A lesion {2 * least:.1f} mm wide is thinner than {NARROW:g} of the mesh's edges ({edge:.1f} mm) and may leak. "
            "Make it wider, or the mesh finer."
        )
    return tuple(told)
