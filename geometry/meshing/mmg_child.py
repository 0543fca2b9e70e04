"""mmg3d in a process of its own, because it may crash or hang: python -m geometry.meshing.mmg_child IN.npz OUT.npz.

In:  points (n, 3), tets (m, 4), facets (k, 3), facet_tag (k,), size (n,) mm wanted at each point, near mm that the new
     surface may lie off the old one, patience s
Out: points, tets, facets, facet_tag. Borders between tags are kept as ridges.
Dapogny, Dobrzynski & Frey, J. Comput. Phys. 262:358, 2014, doi:10.1016/j.jcp.2014.01.005.
"""

import signal
import sys

import mmgpy
import numpy as np
from numpy.typing import NDArray

GRADATION = 1.25  # largest ratio of the lengths of neighbouring edges


def remesh(given: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """Run mmg3d on the arrays of ``IN`` and give those of ``OUT``."""
    facets, tag, size = given["facets"].astype(np.int32), given["facet_tag"].astype(np.int32), given["size"]
    rims = _borders(facets, tag)
    mesh = mmgpy.MmgMesh3D()
    mesh.set_mesh_size(
        vertices=len(given["points"]), tetrahedra=len(given["tets"]), triangles=len(facets), edges=len(rims)
    )
    mesh.set_vertices(given["points"])
    mesh.set_tetrahedra(given["tets"].astype(np.int32), np.ones(len(given["tets"]), np.int32))
    mesh.set_triangles(facets, tag)
    mesh.set_edges(rims, np.full(len(rims), 1, np.int32))
    mesh.set_ridge_edges(np.arange(len(rims), dtype=np.int32))
    mesh.set_field("metric", np.ascontiguousarray(size[:, None], dtype=float))
    # Ridges are given above; found by their angle, voxel stairs would become ridges too.
    mesh.remesh(hausd=float(given["near"]), hmin=0.8 * float(size.min()), hgrad=GRADATION, angle=0, verbose=-1)
    triangles, tags = mesh.get_triangles_with_refs()
    return {
        "points": mesh.get_vertices(),
        "tets": mesh.get_tetrahedra().astype(np.int32),
        "facets": np.asarray(triangles, dtype=np.int32),
        "facet_tag": np.asarray(tags, dtype=np.int32).ravel(),
    }


def _borders(facets: NDArray[np.int32], tag: NDArray[np.int32]) -> NDArray[np.int32]:
    """(e, 2), the edges of a closed surface between triangles of different tags."""
    ends = np.sort(facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    owner = np.repeat(tag, 3)
    order = np.lexsort((owner, ends[:, 1], ends[:, 0]))
    pair = owner[order].reshape(-1, 2)
    return np.ascontiguousarray(ends[order[::2]][pair[:, 0] != pair[:, 1]])


if __name__ == "__main__":
    with np.load(sys.argv[1]) as stored:
        arrays = dict(stored)
    # Ends this process even inside mmg, and also when nobody is left to end it.
    signal.alarm(int(arrays["patience"]))
    np.savez(sys.argv[2], **remesh(arrays))  # type: ignore[arg-type]
