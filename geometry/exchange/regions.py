"""Numbers and names of the parts of a wall."""

import numpy as np
from scipy.spatial import cKDTree

from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.exchange.surface_names import NamedBoundary
from geometry.exchange.tags import REGIONS, whole_numbers

LV, RV = 1, 2  # as ``geometry.meshing.ventricles`` numbers them
Regions = tuple[Array, dict[int, str], list[str]]


def regions_of(raw: RawMesh, facets: Array, boundary: NamedBoundary) -> Regions:
    """(m,) numbers, their names and notes: the file's; where it has but one, both ventricles are told apart by their surfaces."""
    found = whole_numbers(raw.tet_data, REGIONS)
    region = np.ones(len(raw.tets), np.int64) if found is None else found[1]
    present = [int(number) for number in np.unique(region)]
    if len(present) > 1 or raw.region_names:
        return region, {number: _short(raw.region_names.get(number, f"region {number}")) for number in present}, []
    if not {"endo_lv", "endo_rv", "epi"} <= set(boundary.names.values()):
        return region, {present[0]: "lv"}, []
    note = "The free wall of the right ventricle is told from the rest by the surfaces it lies between."
    return np.where(_is_right(raw, facets, boundary), RV, LV), {LV: "lv", RV: "rv"}, [note]


def _is_right(raw: RawMesh, facets: Array, boundary: NamedBoundary) -> Array:
    """(m,) bool: between the right endocardium and the epicardium, rather than beside the left one."""
    centers = raw.points[raw.tets].mean(axis=1)
    far = {}
    for tag, name in boundary.names.items():
        nodes = np.unique(facets[boundary.tags == tag])
        far[name] = cKDTree(raw.points[nodes]).query(centers)[0]
    free, septum = far["endo_rv"] + far["epi"], far["endo_lv"] + far["endo_rv"]
    return np.asarray(free < np.minimum(septum, far["endo_lv"] + far["epi"]))


def _short(name: str) -> str:
    words = name.lower().replace("_", " ").replace("-", " ")
    for short, long in (("lv", "left ventric"), ("rv", "right ventric")):
        if words.startswith(long):
            return short
    return name
