"""Thickness of a wall of tetrahedra: the length of the field lines of Laplace's equation from its inner to its outer surface.

Jones et al. 2000, doi 10.1002/1097-0193(200009)11:1<12::AID-HBM20>3.0.CO;2-K; lengths as the solution of a transport equation
instead of by following each line: Yezzi & Prince 2003, doi 10.1109/TMI.2003.817775.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import at_nodes, shape_gradients, slopes, solve_laplace, stiffness

SWEEPS = 400  # at most; about as many as there are nodes through the wall are needed
SETTLED = 1e-6  # mm
LAPLACE_LV, LAPLACE_RV = "laplace_lv", "laplace_rv"  # 1 on that endocardium, 0 on the other surfaces


@dataclass(frozen=True)
class WallLengths:
    """Along the field line through each node.

    inner, outer  (n,) mm to the inner and to the outer surface
    """

    inner: Floats
    outer: Floats

    @property
    def thickness(self) -> Floats:
        """(n,) mm."""
        return self.inner + self.outer

    @property
    def depth(self) -> Floats:
        """(n,) 0 on the inner to 1 on the outer surface, linear in mm."""
        return self.inner / np.maximum(self.thickness, 1e-9)


def wall_lengths(mesh: HeartMesh, potential: Floats) -> WallLengths:
    """Lengths for a potential (n,) that is 0 on the inner and 1 on the outer surface.

    Solves grad L0 . T = 1 and -grad L1 . T = 1 along T = grad u / |grad u|, L0 = 0 where u = 0 and L1 = 0 where u = 1: the
    length at a node is that at the foot of its line on the far face of the tet which the line comes through, plus the way.
    """
    gradients, volumes = shape_gradients(mesh)
    rising = at_nodes(mesh, volumes, slopes(mesh, gradients, potential))
    along = rising / np.maximum(np.linalg.norm(rising, axis=1), 1e-12)[:, None]
    inner = _transported(mesh, gradients, -along, potential <= 1e-9)
    outer = _transported(mesh, gradients, along, potential >= 1 - 1e-9)
    return WallLengths(inner, outer)


def ventricle_lengths(mesh: HeartMesh) -> WallLengths:
    """Left of the septum's far side from the left endocardium outwards (to the right endocardium in the septum), beyond it
    from the right endocardium outwards.

    Uses the kept Laplace fields, or solves them. Refuses a mesh without endo_lv and epi.
    """
    lengths = wall_lengths(mesh, 1.0 - _from("endo_lv", LAPLACE_LV, mesh))
    free = right_nodes(mesh)
    if not free.any():
        return lengths
    right = wall_lengths(mesh, 1.0 - _from("endo_rv", LAPLACE_RV, mesh))
    return WallLengths(np.where(free, right.inner, lengths.inner), np.where(free, right.outer, lengths.outer))


def right_nodes(mesh: HeartMesh) -> NDArray[np.bool_]:
    """(n,) nodes of the free wall of the right ventricle alone."""
    numbers = [number for number, name in mesh.region_names.items() if name == "rv"]
    right = np.isin(mesh.region, numbers)
    found = np.zeros(len(mesh.points), bool)
    found[mesh.tets[right]] = True
    found[mesh.tets[~right]] = False
    return found


def _from(name: str, kept: str, mesh: HeartMesh) -> Floats:
    """(n,) 1 on the surface ``name``, 0 on the other endocardium and the epicardium."""
    if kept in mesh.point_data:
        return mesh.point_data[kept]
    surfaces = {each: np.unique(mesh.tagged(each)) for each in ("endo_lv", "endo_rv", "epi")}
    if not len(surfaces[name]) or not len(surfaces["epi"]):
        raise Refused(f"The wall cannot be measured: the mesh has no surface {name} or no epi. Mesh it as ventricles.")
    others = [(nodes, 0.0) for each, nodes in surfaces.items() if each != name]
    return solve_laplace(stiffness(mesh, *shape_gradients(mesh)), [*others, (surfaces[name], 1.0)])


def _transported(mesh: HeartMesh, gradients: Floats, way: Floats, start: NDArray[np.bool_]) -> Floats:
    """(n,) mm walked along ``way`` until ``start``."""
    tet, corner, reach, weights = _upwind(mesh, gradients, way)
    nodes = mesh.tets[tet]
    n = len(mesh.points)
    weights[np.arange(n), corner] = 0.0
    moves = csr_matrix((weights.ravel(), (np.repeat(np.arange(n), 4), nodes.ravel())), shape=(n, n))
    length = np.zeros(n)
    for _ in range(SWEEPS):
        new = np.where(start, 0.0, reach + moves @ length)
        settled = np.abs(new - length).max() < SETTLED
        length = new
        if settled:
            break
    return length


def _upwind(
    mesh: HeartMesh, gradients: Floats, way: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
    """For each node the tet that a step along ``way`` leads into, the node's corner there, mm to the far face, and the
    weights (n, 4) of that tet's corners where the step arrives."""
    count = len(mesh.points)
    best = np.full(count, -np.inf)
    tet, corner = np.zeros(count, np.intp), np.zeros(count, np.intp)
    rates = np.einsum("mjc,mic->mij", gradients, way[mesh.tets])  # of barycentric coordinate j when leaving corner i
    for i in range(4):
        others = [j for j in range(4) if j != i]
        scale = np.maximum(-rates[:, i, i], 1e-12)
        worst = np.where(rates[:, i, i] < 0, rates[:, i, others].min(axis=1) / scale, -np.inf)
        order = np.argsort(worst)
        nodes = mesh.tets[order, i]
        top = np.full(count, -np.inf)
        which = np.zeros(count, np.intp)
        top[nodes], which[nodes] = worst[order], order  # the last, largest, stays
        better = top > best
        best[better], tet[better], corner[better] = top[better], which[better], i
    rows = np.arange(count)
    rate = rates[tet, corner]
    reach = 1.0 / np.maximum(-rate[rows, corner], 1e-12)
    weights = np.clip(rate * reach[:, None], 0.0, None)
    weights[rows, corner] = 0.0
    total = weights.sum(axis=1, keepdims=True)
    lost = (total[:, 0] <= 0) | ~np.isfinite(best)
    reach[lost], weights[lost] = 0.0, 0.0
    weights = weights / np.where(total > 0, total, 1.0)
    return tet, corner, reach, weights
