"""A blood-pool mesh as a finite element space of velocity and pressure, one process's own or shared out between several.

The elements are shared out; the flow itself, in the order of the mesh, is known whole to every process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.backend import MPI, basix, fem, la, mesh, ufl
from solvers.flow.fitness import SYMMETRY, outlet_names, refuse_unfit
from solvers.flow.surface_integrals import area_vectors

OUTLET, INLET = 1, 2
SQUARE = 1e-6  # how far a plane of symmetry may be from a right angle to an axis (sine)


@dataclass(frozen=True)
class FlowSpace:
    """Linear velocity and pressure, interleaved.

    space   the dolfinx space of four components
    outlet, inlet  measures over all outlets, and over the inlet
    node    (m,) node of the mesh that is node i of the space here: first this process's own, then neighbours' beside them
    owned   how many are its own;  everyone (n,) nodes of the mesh that the processes own, one process after the other
    """

    space: Any
    outlet: Any
    inlet: Any
    node: NDArray[np.int64]
    owned: int
    everyone: NDArray[np.int64]

    @property
    def comm(self) -> Any:
        """The processes that share the space."""
        return self.space.mesh.comm

    def to_space(self, values: Floats) -> Floats:
        """(n, ...) in the order of the mesh to the flat vector of the space here."""
        return values[self.node].ravel()

    def own(self, values: Floats) -> Floats:
        """(n, ...) in the order of the mesh to the flat vector of what is this process's own."""
        return values[self.node[: self.owned]].ravel()

    def to_mesh(self, own: Floats) -> Floats:
        """The flat vectors of what is each process's own to (n, 4) in the order of the mesh, for all of them."""
        whole, values = np.empty((len(self.everyone), 4)), np.empty((len(self.everyone), 4))
        self.comm.Allgatherv(own, [whole, self.comm.allgather(own.size)])
        values[self.everyone] = whole
        return values

    def rows(self, held: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Places in the flat vector of this process's own where (n, c) of the first c components is true."""
        node, component = np.nonzero(held[self.node[: self.owned]])
        return (4 * node + component).astype(np.int32)

    def assembled(self, form: Any) -> Floats:
        """A linear form's vector, of what is this process's own."""
        vector = fem.assemble_vector(form)
        vector.scatter_reverse(la.InsertMode.add)
        return np.array(vector.array[: 4 * self.owned])

    def agreed[Value](self, value: Value) -> Value:
        """The same for all processes, who may differ in the last digit."""
        told: Value = self.comm.bcast(value)
        return told


def flow_space(blood: HeartMesh, comm: Any = MPI.COMM_SELF) -> FlowSpace:
    """Make the space, shared out between the processes of ``comm``; refuses a mesh that ``fitness.refuse_unfit`` refuses."""
    refuse_unfit(blood)
    element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
    given = slice(None) if comm.rank == 0 else slice(0)
    domain = mesh.create_mesh(comm, blood.tets[given].astype(np.int64), element, blood.points[given])
    space = fem.functionspace(domain, ("Lagrange", 1, (4,)))
    node, owned = nodes_of(space), space.dofmap.index_map.size_local
    outlets = np.concatenate([blood.tagged(name) for name in outlet_names(blood)])
    over = _measure(domain, {OUTLET: outlets, INLET: blood.tagged("inlet")}, len(blood.points))
    return FlowSpace(
        space,
        over(OUTLET),
        over(INLET),
        node,
        owned,
        np.concatenate(comm.allgather(node[:owned])),
    )


def nodes_of(space: Any) -> NDArray[np.int64]:
    """(m,) node of the mesh that each node of a linear space is."""
    geometry = space.mesh.geometry
    node = np.empty(len(geometry.input_global_indices), dtype=np.int64)
    node[space.dofmap.list] = np.asarray(geometry.input_global_indices)[geometry.dofmaps[0]]
    return node


def held_by_symmetry(blood: HeartMesh) -> NDArray[np.bool_]:
    """(n, 3), the components of velocity that are zero on planes of symmetry, which lie at right angles to an axis."""
    held = np.zeros(blood.points.shape, dtype=bool)
    normal = area_vectors(blood, SYMMETRY)
    normal = np.abs(normal) / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    if len(normal) and normal.max(axis=1).min() < 1 - SQUARE:
        raise Refused(
            "A plane of symmetry of the blood mesh is not at right angles to the x, y or z axis. Turn the mesh."
        )
    for axis in range(3):
        held[np.unique(blood.tagged(SYMMETRY)[normal.argmax(axis=1) == axis]), axis] = True
    return held


def _measure(domain: Any, surfaces: Mapping[int, NDArray[np.int32]], count: int) -> Any:
    """Over the exterior facets, with the number of each surface as their tag."""
    original = np.asarray(domain.geometry.input_global_indices)
    domain.topology.create_connectivity(2, 3)
    facets = mesh.exterior_facet_indices(domain.topology)

    def key(triangles: NDArray[np.int32]) -> NDArray[np.int64]:
        t = np.sort(triangles, axis=1).astype(np.int64)
        return np.asarray((t[:, 0] * count + t[:, 1]) * count + t[:, 2])

    here = key(original[mesh.entities_to_geometry(domain, 2, facets)])
    tag = np.zeros(len(facets), dtype=np.int32)
    for number, triangles in surfaces.items():
        tag[np.isin(here, key(triangles))] = number
    order = np.argsort(facets)
    chosen = order[tag[order] > 0]
    tags = mesh.meshtags(domain, 2, facets[chosen], tag[chosen])
    return ufl.Measure("ds", domain=domain, subdomain_data=tags, metadata={"quadrature_degree": 2})
