"""A resistance to flow inside the blood, given at the nodes of the mesh."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from solvers.backend import fem


@dataclass(frozen=True)
class NodalDrag:
    """function: linear, one number a node;  dof (n,) its place for node i of the mesh."""

    function: Any
    dof: NDArray[np.int32]

    @classmethod
    def of(cls, space: Any) -> "NodalDrag":
        """Nothing resists yet; ``space`` is that of the flow."""
        domain = space.mesh
        linear = fem.functionspace(domain, ("Lagrange", 1))
        original = np.asarray(domain.geometry.input_global_indices)
        dof = np.empty(len(original), dtype=np.int32)
        dof[original[domain.geometry.dofmaps[0]]] = linear.dofmap.list
        return cls(fem.Function(linear), dof)

    def set(self, values: Floats) -> None:
        """Take over (n,) kPa ms/mm2 in the order of the mesh."""
        self.function.x.array[self.dof] = values
