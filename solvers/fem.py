"""Finite elements on a HeartMesh: dolfinx assembles, plain matrices in the HeartMesh's own order come back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.backend import MPI, basix, compiled_form, fem, ufl
from solvers.backend import mesh as dolfinx_mesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Discretisation:
    """A HeartMesh in dolfinx (which reorders it), and the way back.

    domain       dolfinx mesh, on this process alone
    input_cell   (m,) HeartMesh tet of each dolfinx cell
    input_node   (n,) HeartMesh node of each degree of freedom of ``space``; of second order, the middles of the HeartMesh's
                 ``edges`` come after its nodes
    space        Lagrange, one number a node
    """

    domain: Any
    space: Any
    input_cell: Ints
    input_node: Ints

    def per_cell(self, values: Floats) -> Any:
        """DG0 function of HeartMesh tet values (m,), (m, 3) or (m, 3, 3)."""
        space = fem.functionspace(self.domain, ("DG", 0, values.shape[1:]) if values.ndim > 1 else ("DG", 0))
        function = fem.Function(space)
        function.x.array[:] = np.ascontiguousarray(values[self.input_cell], dtype=float).ravel()
        return function

    def per_node(self, values: Floats) -> Any:
        """P1 function of HeartMesh node values (n,)."""
        function = fem.Function(self.space)
        function.x.array[:] = values[self.input_node]
        return function

    def to_nodes(self, function: Any) -> Floats:
        """(n,) HeartMesh node values of a P1 function."""
        values = np.empty(self.input_node.size)
        values[self.input_node] = function.x.array
        return values

    def assemble(self, form: Any) -> csr_array:
        """The matrix (n, n) of a bilinear form on ``space``, in HeartMesh node order."""
        matrix = fem.petsc.assemble_matrix(compiled_form(form))
        matrix.assemble()
        indptr, indices, values = matrix.getValuesCSR()
        rows = np.repeat(self.input_node, np.diff(indptr))
        matrix.destroy()
        n = self.input_node.size
        return csr_array((values, (rows, self.input_node[indices])), shape=(n, n))


def discretise(mesh: HeartMesh, degree: int = 1) -> Discretisation:
    """``mesh`` as a dolfinx mesh with its space of first or second order.

    Refuses nodes that belong to no tetrahedron and flat tetrahedra.
    """
    _check(mesh)
    element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
    domain = dolfinx_mesh.create_mesh(
        MPI.COMM_SELF, np.asarray(mesh.tets, np.int64), element, np.asarray(mesh.points, float)
    )
    space = fem.functionspace(domain, ("Lagrange", degree))
    corners = np.asarray(domain.geometry.input_global_indices)[domain.geometry.dofmaps[0]]
    numbers, count = corners, len(mesh.points)
    if degree == 2:
        pairs = np.sort(corners[:, EDGES_OF_TET].reshape(-1, 2), axis=1)
        known = edges(mesh)
        numbers = np.hstack([corners, count + _rows_of(pairs, known, count).reshape(-1, 6)])
        count += len(known)
    input_node = np.empty(count, np.int32)
    input_node[space.dofmap.list.ravel()] = numbers.ravel()
    return Discretisation(domain, space, np.asarray(domain.topology.original_cell_index, np.int32), input_node)


EDGES_OF_TET = np.array([[2, 3], [1, 3], [1, 2], [0, 3], [0, 2], [0, 1]])  # in the order of basix


def edges(mesh: HeartMesh) -> Ints:
    """(e, 2) nodes of every edge, the smaller first, sorted."""
    pairs = np.sort(np.asarray(mesh.tets)[:, EDGES_OF_TET].reshape(-1, 2), axis=1)
    return np.asarray(np.unique(pairs, axis=0), np.int32)


def _rows_of(pairs: Ints, known: Ints, count: int) -> Ints:
    """Where each pair stands among the ``known`` ones, which are sorted."""
    key = known[:, 0].astype(np.int64) * count + known[:, 1]
    return np.asarray(np.searchsorted(key, pairs[:, 0].astype(np.int64) * count + pairs[:, 1]), np.int32)


def _check(mesh: HeartMesh) -> None:
    loose = len(mesh.points) - np.unique(mesh.tets).size
    if loose:
        raise Refused(f"{loose} nodes of the mesh belong to no tetrahedron. Mesh the segmentation again.")
    flat = int(np.count_nonzero(np.abs(mesh.tet_volumes()) < 1e-12 * mesh.edge_length() ** 3))
    if flat:
        raise Refused(f"{flat} tetrahedra of the mesh are flat. Mesh the segmentation again.")


def assemble_diffusion(mesh: HeartMesh, diffusion: Floats, degree: int = 1) -> tuple[csr_array, csr_array]:
    """Mass M_ij = int u_i u_j and stiffness K_ij = int grad u_i . D grad u_j, in HeartMesh node order.

    diffusion  (m, 3, 3) mm2/ms, symmetric, per tet
    degree     1, or 2: the middles of ``edges`` come after the nodes

    M is consistent (mm3); K is in mm3/ms; both have the same pattern.
    """
    discretisation = discretise(mesh, degree)
    u, v = ufl.TrialFunction(discretisation.space), ufl.TestFunction(discretisation.space)
    tensor = discretisation.per_cell(diffusion)
    mass = discretisation.assemble(u * v * ufl.dx)
    stiffness = discretisation.assemble(ufl.inner(ufl.dot(tensor, ufl.grad(u)), ufl.grad(v)) * ufl.dx)
    return mass, stiffness
