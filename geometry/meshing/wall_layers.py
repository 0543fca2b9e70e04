"""Thin layers of tetrahedra along the wall of a blood pool, where the velocity falls to zero within a millimetre.

The nodes of the wall move inwards along smoothed normals and take the mesh with them (harmonically); prisms between the
old wall and the new one are cut into three tetrahedra each. Where the blood is too narrow or the wall too bent there are fewer
layers, each as thick as elsewhere: layers that thin out have flat tetrahedra.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.displace import displaced
from geometry.meshing.grading import GradingError
from geometry.meshing.layer_prisms import Prisms, extruded, prisms
from geometry.potential import shape_gradients, solve_laplace, stiffness
from geometry.progress import Progress, silent
from geometry.quality import min_dihedrals, radius_ratios
from geometry.surface import area_vectors

Mask = NDArray[np.bool_]
Whole = NDArray[np.integer]
GROWTH = 1.3  # thickness of a layer over that of the one outside it
TOTAL = 0.6  # of the local edges of the wall, thickness of all layers unless told
MOST, THINNEST, THICKEST = 8, 0.01, 2.0  # layers; mm, the outermost
SHARPEST = 8.0  # degrees that a dihedral angle of the core may come down to
FLATTEST = 5.5  # degrees that a dihedral angle of the layers may come down to
FLATTER = 0.6  # of the angle that a straight prism over the same triangle has, where the layers asked for are flatter than that
ROUNDS, FORCED, SMOOTHINGS, FACING = (
    12,
    4,
    3,
    0.3,
)  # FACING: cosine between a smoothed normal and those of the facets around


@dataclass(frozen=True)
class Layered:
    """A mesh with layers, how thick they are, and how good their tetrahedra.

    thickness   mm, of all layers together: least and median where there are any
    covered     share of the wall's nodes with layers; whole: with as many as asked for
    min_dihedral, radius_ratio_p99  of the layers alone, which are flat by intent; those of the core keep to the usual limits
    """

    mesh: HeartMesh
    thickness: tuple[float, float]
    covered: float
    whole: float
    min_dihedral: float
    radius_ratio_p99: float


@dataclass(frozen=True)
class Wall:
    """Where layers are wanted.

    triangles  (t, 3) of the mesh, between its sorted nodes (k,)
    inward     (k, 3) unit vectors, zero where nothing may move
    square     (n, 3) normals of the flat ends, within which their nodes stay
    wanted     (k,) mm, thickness of all layers
    """

    mesh: HeartMesh
    triangles: Ints
    nodes: Whole
    inward: Floats
    square: Floats
    wanted: Floats

    def angles(self, first: float) -> Floats:
        """(t,) degrees, smallest dihedral angle of straight prisms whose first layer is that share of ``wanted``."""
        area = np.linalg.norm(area_vectors(self.mesh.points, self.triangles), axis=1)
        corners = self.mesh.points[self.triangles]
        shortest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).min(axis=1)
        height = first * self.wanted[np.searchsorted(self.nodes, self.triangles)].min(axis=1)
        return np.asarray(np.degrees(np.arctan2(height, 2 * area / shortest)))


def with_wall_layers(
    mesh: HeartMesh, count: int, first: float | None = None, growth: float = GROWTH, progress: Progress = silent
) -> Layered:
    """``count`` layers along ``wall``, the outermost ``first`` mm thick; without it all are 0.6 of the local edges.

    Raises Refused for a mesh without a wall or numbers that make no layers, GradingError where nothing inside moves.
    """
    wall = mesh.tagged("wall")
    if mesh.kind != "blood_pool" or not len(wall):
        raise Refused("Wall layers are for the blood: this mesh has no surface named wall.")
    if not 1 <= count <= MOST or not 1.0 <= growth <= 2.0 or (first is not None and not THINNEST <= first <= THICKEST):
        raise Refused(
            f"Give 1 to {MOST} wall layers, the first {THINNEST:g} to {THICKEST:g} mm thick, each up to twice as thick as the last."
        )
    nodes = np.unique(wall)
    edges = _edges(mesh, wall)
    whole = sum(growth**k for k in range(count))
    wanted = TOTAL * edges if first is None else np.minimum(first * whole, edges)
    inward, square = _inward(mesh, wall, nodes)
    reach = np.concatenate([[0.0], np.cumsum(growth ** np.arange(float(count)))]) / whole
    progress(0.1, "making room along the wall")
    laid, counts = _moved(Wall(mesh, wall, nodes, inward, square, wanted), reach, progress)
    progress(0.9, "laying the layers")
    depth = np.linalg.norm(laid.points[nodes] - mesh.points[nodes], axis=1)[counts > 0]
    layered = Layered(
        extruded(mesh, laid, wall),
        (float(depth.min()), float(np.median(depth))),
        float((counts > 0).mean()),
        float((counts == count).mean()),
        float(min_dihedrals(laid.points, laid.tets).min()),
        float(np.percentile(radius_ratios(laid.points, laid.tets), 99)),
    )
    return replace(layered, mesh=replace(layered.mesh, notes=(*mesh.notes, *_notes(layered, count))))


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


def _moved(wall: Wall, reach: Floats, progress: Progress) -> tuple[Prisms, Whole]:
    """The layers, and (k,) how many there are at each node: as many as fit without tetrahedra that turn over or are too flat."""
    mesh, nodes = wall.mesh, wall.nodes
    gradients, volumes = shape_gradients(mesh)
    matrix = stiffness(mesh, gradients, volumes)
    links = _links(np.searchsorted(nodes, wall.triangles), len(nodes))
    counts = np.where(wall.inward.any(axis=1), len(reach) - 1, 0)
    straight = wall.angles(reach[1])
    sharpest = np.where(straight > FLATTEST, FLATTEST, FLATTER * straight)
    for round_ in range(ROUNDS):
        progress(0.1 + 0.8 * round_ / ROUNDS, "making room along the wall")
        if not counts.any():
            break
        ways = wall.inward * (reach[counts] * wall.wanted)[:, None]
        way = np.column_stack([solve_laplace(matrix, [(nodes, ways[:, k])], rtol=1e-5) for k in range(3)])
        way -= np.einsum("ij,ij->i", way, wall.square)[:, None] * wall.square
        core = displaced(mesh.points, mesh.tets, way, SHARPEST)
        laid = prisms(mesh.points, core, wall.triangles, nodes, counts, reach)
        got = np.linalg.norm(core[nodes] - mesh.points[nodes], axis=1) / np.maximum(wall.wanted, 1e-9)
        poor = _poor(wall, laid, counts, sharpest) if got.any() else counts > 0
        room = np.searchsorted(reach, 1.02 * got, side="right") - 1 if got.any() else counts
        fewer = np.minimum(room, counts - poor)
        if (fewer == counts).all():
            return laid, counts
        fewer = np.where((fewer < counts) & (round_ >= ROUNDS - FORCED), 0, fewer)
        counts = np.minimum(fewer, np.floor(links @ fewer / links.sum(axis=1)).astype(int) + 1)
    raise GradingError("the blood is too narrow for wall layers")


def _poor(wall: Wall, laid: Prisms, counts: Whole, sharpest: Floats) -> Mask:
    """(k,) nodes with a tetrahedron of their layers that turned over or is flatter than ``sharpest`` (t,) degrees."""
    a, b, c, d = (laid.points[laid.tets[:, k]] for k in range(4))
    turned = np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) <= 0
    bad = turned | (min_dihedrals(laid.points, laid.tets) < sharpest[laid.triangle])
    corners = np.searchsorted(wall.nodes, wall.triangles[laid.triangle[bad]])
    taking = counts[corners] >= laid.layer[bad][:, None]
    poor = np.zeros(len(wall.nodes), dtype=bool)
    poor[corners[taking]] = True
    return poor


def _notes(layered: Layered, count: int) -> list[str]:
    least, usual = layered.thickness
    told = (
        f"{count} wall layer{'s'[: count - 1]}, together {usual:.2f} mm thick ({least:.2f} at the least); their tetrahedra are "
        f"flat by intent: angles down to {layered.min_dihedral:.1f} degrees."
    )
    if layered.whole < 0.999:
        told += (
            f" There was room for all of them at {100 * layered.whole:.1f} % of the wall, and for none at "
            f"{100 * (1 - layered.covered):.1f} %."
        )
    return [told]
