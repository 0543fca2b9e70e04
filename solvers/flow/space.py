"""A blood-pool mesh as a finite element space of velocity and pressure, with its nodes in the order of the mesh."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.backend import MPI, basix, fem, mesh, ufl
from solvers.flow.fitness import SYMMETRY, outlet_names, refuse_unfit
from solvers.flow.surface_integrals import area_vectors

OUTLET = 1
SQUARE = 1e-6  # how far a plane of symmetry may be from a right angle to an axis (sine)


@dataclass(frozen=True)
class FlowSpace:
    """Linear velocity and pressure, interleaved.

    space   the dolfinx space of four components
    outlet  measure over all outlets
    dof     (n,) node of the space that is node i of the mesh
    """

    space: Any
    outlet: Any
    dof: NDArray[np.int32]

    def to_space(self, values: Floats) -> Floats:
        """(n, 4) in the order of the mesh to the flat vector of the space."""
        flat = np.empty_like(values)
        flat[self.dof] = values
        return flat.ravel()

    def to_mesh(self, vector: Floats) -> Floats:
        """The flat vector of the space to (n, 4) in the order of the mesh."""
        return np.ascontiguousarray(vector.reshape(-1, 4)[self.dof])


def flow_space(blood: HeartMesh) -> FlowSpace:
    """Make the space; refuses a mesh that ``fitness.refuse_unfit`` refuses."""
    refuse_unfit(blood)
    element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
    domain = mesh.create_mesh(MPI.COMM_SELF, blood.tets.astype(np.int64), element, blood.points)
    space = fem.functionspace(domain, ("Lagrange", 1, (4,)))
    original = np.asarray(domain.geometry.input_global_indices)
    dof = np.empty(len(original), dtype=np.int32)
    dof[original[domain.geometry.dofmaps[0]]] = space.dofmap.list
    return FlowSpace(
        space,
        _outlet_measure(domain, original, np.concatenate([blood.tagged(name) for name in outlet_names(blood)])),
        dof,
    )


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


def _outlet_measure(domain: Any, original: NDArray[np.int64], triangles: NDArray[np.int32]) -> Any:
    domain.topology.create_connectivity(2, 3)
    facets = mesh.exterior_facet_indices(domain.topology)
    corners = np.sort(original[mesh.entities_to_geometry(domain, 2, facets)], axis=1)
    wanted = np.sort(triangles, axis=1)
    count = len(original)
    keys = [(t[:, 0].astype(np.int64) * count + t[:, 1]) * count + t[:, 2] for t in (corners, wanted)]
    chosen = np.sort(facets[np.isin(keys[0], keys[1])])
    tags = mesh.meshtags(domain, 2, chosen, np.full(len(chosen), OUTLET, dtype=np.int32))
    whole = ufl.Measure("ds", domain=domain, subdomain_data=tags, metadata={"quadrature_degree": 2})
    return whole(OUTLET)
