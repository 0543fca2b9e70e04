"""A resistance to flow inside the blood, given at the nodes of the mesh."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from solvers.backend import fem
from solvers.flow.space import nodes_of


@dataclass(frozen=True)
class NodalDrag:
    """function: linear, one number a node;  node (m,) which node of the mesh each is."""

    function: Any
    node: NDArray[np.int64]

    @classmethod
    def of(cls, space: Any) -> "NodalDrag":
        """Nothing resists yet; ``space`` is that of the flow."""
        linear = fem.functionspace(space.mesh, ("Lagrange", 1))
        return cls(fem.Function(linear), nodes_of(linear))

    def set(self, values: Floats) -> None:
        """Take over (n,) kPa ms/mm2 in the order of the mesh."""
        self.function.x.array[:] = values[self.node]
