"""Thin layers of tetrahedra along the wall of a blood pool, where the velocity falls to zero within a millimetre.

The nodes of the wall move inwards along smoothed normals and take the mesh with them (harmonically); prisms between the
old wall and the new one are cut into three tetrahedra each. Where the blood is too narrow a layer thins out to nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.displace import displaced
from geometry.meshing.grading import GradingError
from geometry.meshing.layer_prisms import LAYER, extruded
from geometry.potential import shape_gradients, solve_laplace, stiffness
from geometry.progress import Progress, silent
from geometry.quality import min_dihedrals, radius_ratios
from geometry.surface import area_vectors

Mask = NDArray[np.bool_]
Whole = NDArray[np.integer]
GROWTH = 1.3  # thickness of a layer over that of the one outside it
TOTAL = 0.6  # of the local edges of the wall, thickness of all layers unless told
MOST = 8
SHARPEST = 8.0  # degrees that a dihedral angle of the core may come down to
LEAST = 0.3  # of the thickness wanted, below which a node gets no layer
ROUNDS, SMOOTHINGS, FACING = 6, 3, 0.3  # FACING: cosine between a smoothed normal and those of the facets around
TURNED = 1e-3  # of the volume of a prism as thick as wanted: what is smaller has turned over


@dataclass(frozen=True)
class Layered:
    """A mesh with layers, how thick they are, and how good their tetrahedra.

    thickness   mm, of all layers together: least and median where there are any
    covered     share of the wall's nodes with layers
    min_dihedral, radius_ratio_p99  of the layers alone, which are flat by intent; those of the core keep to the usual limits
    """

    mesh: HeartMesh
    thickness: tuple[float, float]
    covered: float
    min_dihedral: float
    radius_ratio_p99: float


def with_wall_layers(
    mesh: HeartMesh, count: int, first: float | None = None, growth: float = GROWTH, progress: Progress = silent
) -> Layered:
    """``count`` layers along ``wall``, the outermost ``first`` mm thick; without it all are 0.6 of the local edges.

    Raises Refused for a mesh without a wall or numbers that make no layers, GradingError where nothing inside moves.
    """
    wall = mesh.tagged("wall")
    if mesh.kind != "blood_pool" or not len(wall):
        raise Refused("Wall layers are for the blood: this mesh has no surface named wall.")
    if not 1 <= count <= MOST or not 1.0 <= growth <= 2.0 or (first is not None and not 0.01 <= first <= 2.0):
        raise Refused(
            f"Give 1 to {MOST} wall layers, the first 0.01 to 2 mm thick, each up to twice as thick as the last."
        )
    nodes = np.unique(wall)
    edges = _edges(mesh, wall)
    whole = sum(growth**k for k in range(count))
    wanted = TOTAL * edges if first is None else np.minimum(first * whole, edges)
    inward, square = _inward(mesh, wall, nodes)
    progress(0.1, "making room along the wall")
    core, share = _moved(mesh, wall, nodes, inward, square, wanted, progress)
    thick = growth ** np.arange(float(count))
    steps = np.concatenate([[0.0], np.cumsum(thick / thick.sum())])
    progress(0.9, "laying the layers")
    made = extruded(mesh, core, wall, nodes, share >= LEAST, steps)
    depth = np.linalg.norm(core[nodes] - mesh.points[nodes], axis=1)[share >= LEAST]
    flat = made.tets[np.asarray(made.cell_data[LAYER]) > 0]
    ratio = float(np.percentile(radius_ratios(made.points, flat), 99))
    layered = Layered(
        made,
        (float(depth.min()), float(np.median(depth))),
        float((share >= LEAST).mean()),
        float(min_dihedrals(made.points, flat).min()),
        ratio,
    )
    return replace(layered, mesh=replace(made, notes=(*mesh.notes, *_notes(layered, count))))


def _edges(mesh: HeartMesh, wall: Ints) -> Floats:
    """(nodes of the wall,) mm, mean length of the edges of the wall around each."""
    nodes, numbered = np.unique(wall, return_inverse=True)
    links = _links(numbered.reshape(-1, 3), len(nodes))
    rows, columns = links.nonzero()
    length = np.linalg.norm(mesh.points[nodes[rows]] - mesh.points[nodes[columns]], axis=1)
    return np.asarray(np.bincount(rows, length, len(nodes)) / np.bincount(rows, minlength=len(nodes)))


def _links(triangles: Whole, count: int) -> csr_array:
    """(count, count) with 1 where two nodes share an edge."""
    ends = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    both = np.concatenate([ends, ends[:, ::-1]])
    links = coo_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count)).tocsr()
    links.data[:] = 1.0
    return links


def _inward(mesh: HeartMesh, wall: Ints, nodes: Whole) -> tuple[Floats, Floats]:
    """(k, 3) unit vectors into the blood, within the flat ends at their rims, and (n, 3) normals of these ends."""
    numbered = np.searchsorted(nodes, wall)
    vectors = area_vectors(mesh.points, wall)
    flat = np.zeros((len(mesh.points), 3))
    for name in set(mesh.facet_names.values()) - {"wall"}:
        end = mesh.tagged(name)
        if len(end):
            normal = area_vectors(mesh.points, end).sum(axis=0)
            flat[np.unique(end)] = normal / np.linalg.norm(normal)
    normals = np.zeros((len(nodes), 3))
    for corner in range(3):
        np.add.at(normals, numbered[:, corner], -vectors)
    links = _links(numbered, len(nodes))
    for _ in range(SMOOTHINGS + 1):
        normals -= np.einsum("ij,ij->i", normals, flat[nodes])[:, None] * flat[nodes]
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-12)[:, None]
        smoothed = normals + links @ normals / links.sum(axis=1)[:, None]
        last, normals = normals, smoothed
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1), 1e-300)[:, None]
    facing = np.ones(len(nodes))
    for corner in range(3):
        cosine = -np.einsum("ij,ij->i", last[numbered[:, corner]], unit)
        np.minimum.at(facing, numbered[:, corner], cosine)
    return np.where((facing > FACING)[:, None], last, 0.0), flat


def _moved(
    mesh: HeartMesh, wall: Ints, nodes: Whole, inward: Floats, square: Floats, wanted: Floats, progress: Progress
) -> tuple[Floats, Floats]:
    """(n, 3) mm where the nodes of the core lie, and (k,) share of the thickness wanted; 0 where nothing may move."""
    gradients, volumes = shape_gradients(mesh)
    matrix = stiffness(mesh, gradients, volumes)
    numbered = np.searchsorted(nodes, wall)
    links = _links(numbered, len(nodes))
    share = np.where(inward.any(axis=1), 1.0, 0.0)
    for round_ in range(ROUNDS):
        progress(0.1 + 0.8 * round_ / ROUNDS, "making room along the wall")
        share[share < LEAST] = 0.0
        if not share.any():
            raise GradingError("the blood is too narrow for wall layers")
        ways = inward * (share * wanted)[:, None]
        way = np.column_stack([solve_laplace(matrix, [(nodes, ways[:, k])], rtol=1e-5) for k in range(3)])
        way -= np.einsum("ij,ij->i", way, square)[:, None] * square
        points = displaced(mesh.points, mesh.tets, way, SHARPEST)
        got = np.linalg.norm(points[nodes] - mesh.points[nodes], axis=1) / np.maximum(wanted, 1e-9)
        bad = _turned(mesh, points, numbered, nodes, wanted) | (got < 0.99 * share)
        if not bad.any():
            return points, share
        last = round_ == ROUNDS - 2
        share = np.where(bad, 0.0 if last else 0.6 * np.minimum(share, np.maximum(got, LEAST)), share)
        around = links @ share / links.sum(axis=1)
        share = np.minimum(share, around + 0.25)
    raise GradingError("the blood is too narrow for wall layers")


def _turned(mesh: HeartMesh, points: Floats, numbered: Whole, nodes: Whole, wanted: Floats) -> Mask:
    """(k,) nodes of the wall around which a tetrahedron of the layers would turn over or be flat."""
    outer, inner = mesh.points[nodes], points[nodes]
    still = np.linalg.norm(inner - outer, axis=1) < 1e-9
    bad = np.zeros(len(nodes), dtype=bool)
    lowest = np.linalg.norm(area_vectors(outer, numbered), axis=1) * wanted[numbered].mean(axis=1) * TURNED / 3
    order = np.argsort(numbered, axis=1)
    row = np.take_along_axis(numbered, order, axis=1)
    even = np.where(np.isin((order * [1, 3, 9]).sum(axis=1), (21, 7, 11)), 1.0, -1.0)  # even turns of (0, 1, 2)
    for corners, skipped, side in (((0, 1, 2), 2, -1), ((0, 1), 1, 1), ((0,), 0, -1)):
        top = [outer[row[:, c]] for c in corners]
        bottom = [inner[row[:, c]] for c in range(skipped, 3)]
        a, b, c, d = (*top, *bottom)
        volume = side * even * np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) / 6.0
        wrong = (volume < lowest) & ~still[row[:, skipped]]
        bad[np.unique(row[wrong])] = True
    return bad & ~still


def _notes(layered: Layered, count: int) -> list[str]:
    least, usual = layered.thickness
    told = (
        f"{count} wall layer{'s'[: count - 1]}, together {usual:.2f} mm thick ({least:.2f} at the least); their tetrahedra are "
        f"flat by intent: angles down to {layered.min_dihedral:.0f} degrees."
    )
    if layered.covered < 0.999:
        told += f" At {100 * (1 - layered.covered):.1f} % of the wall there was no room for them."
    return [told]
