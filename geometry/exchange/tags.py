"""Which array of a file holds the numbers of regions or surfaces, and those of the boundary of its tetrahedra."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geometry.exchange.raw_mesh import Array, Arrays, RawMesh

REGIONS = ("region", "regions", "_volume-id", "part-id", "elementtag", "elemtag", "material", "materials", "modelregionid",
           "tag", "tags", "cell_tags", "id", "label", "labels")  # fmt: skip
SURFACES = ("surface", "_surface-id", "surface-id", "class", "boundaries_surf", "facet_tag", "facet_tags", "modelfaceid",
            "boundary", "tag", "tags", "cell_tags", "id", "label", "labels")  # fmt: skip


def whole_numbers(data: Arrays, names: Sequence[str]) -> tuple[str, Array] | None:
    """Name and values (n,) int of the first of ``names`` whose values are whole numbers; those that are none become 0."""
    by_name = {name.lower(): name for name in data}
    for name in names:
        if name in by_name:
            values = np.asarray(data[by_name[name]])
            if values.ndim == 1 and len(values) and values.dtype.kind in "iuf":
                plain = np.nan_to_num(values.astype(float))
                if (plain == np.round(plain)).all():
                    return by_name[name], plain.astype(np.int64)
    return None


def triangle_tags(raw: RawMesh) -> tuple[str, Array] | None:
    """Name of the array and (k,) tags of the triangles; from their nodes, by majority, where only those have any."""
    found = whole_numbers(raw.triangle_data, SURFACES)
    if found is not None and len(np.unique(found[1])) > 1:
        return found
    at_nodes = whole_numbers(raw.point_data, SURFACES)
    if at_nodes is None or not len(raw.triangles):
        return found
    a, b, c = at_nodes[1][raw.triangles].T
    return at_nodes[0], np.where(b == c, b, a)


def without_doubles(raw: RawMesh) -> RawMesh:
    """Of triangles on the same nodes only that of the rarest tag: a closed cavity tells its wall again, with its lid."""
    found = triangle_tags(raw)
    if found is None:
        return raw
    _, which, count = np.unique(found[1], return_inverse=True, return_counts=True)
    order = np.argsort(count[which.ravel()], kind="stable")
    size = int(raw.triangles.max()) + 1
    rows = np.sort(order[np.unique(_keys(raw.triangles[order], size), return_index=True)[1]])
    data = {name: values[rows] for name, values in raw.triangle_data.items()}
    return replace(raw, triangles=raw.triangles[rows], triangle_data=data)


def tags_of_facets(facets: Array, raw: RawMesh, tags: Array) -> tuple[Array, Array]:
    """(f,) the tag of each boundary facet, 0 where no triangle lies on it, and which (u,) tags are no part of the boundary."""
    size = int(max(facets.max(), raw.triangles.max(initial=0))) + 1
    facet_keys, keys = _keys(facets, size), _keys(raw.triangles, size)
    order = np.argsort(facet_keys)
    place = np.minimum(np.searchsorted(facet_keys[order], keys), len(facets) - 1)
    lies = facet_keys[order][place] == keys
    found = np.zeros(len(facets), np.int64)
    found[order[place[lies]]] = tags[lies]
    return found, np.setdiff1d(tags, found)


def _keys(triangles: Array, size: int) -> Array:
    corners = np.sort(triangles.astype(np.int64), axis=1)
    return (corners[:, 0] * size + corners[:, 1]) * size + corners[:, 2]
