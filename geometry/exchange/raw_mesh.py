"""What a file holds before anything is checked or understood: the common ground of all formats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Arrays = Mapping[str, Array]
NO_TETS, NO_TRIANGLES = np.zeros((0, 4), np.int64), np.zeros((0, 3), np.int64)
REGION, SURFACE, FACTS = "region", "surface", "cardiotwin"  # what our own files call these


@dataclass(frozen=True)
class RawMesh:
    """Cells of a file, in its own unit and numbering.

    points              (n, 3)
    tets, triangles     (m, 4), (k, 3) node numbers from 0
    point_data, tet_data, triangle_data   name -> (n, ...), (m, ...), (k, ...)
    region_names, surface_names           number -> name, as far as the file tells
    facts               what only our own files tell: kind, landmarks, unit
    other               kind of cell -> how many there are, of the volume cells that are no tetrahedra
    notes               sentences about what the reading itself changed
    """

    points: Array
    tets: Array = field(default_factory=lambda: NO_TETS)
    triangles: Array = field(default_factory=lambda: NO_TRIANGLES)
    point_data: Arrays = field(default_factory=dict)
    tet_data: Arrays = field(default_factory=dict)
    triangle_data: Arrays = field(default_factory=dict)
    region_names: Mapping[int, str] = field(default_factory=dict)
    surface_names: Mapping[int, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def named(numbers: Mapping[Any, Any]) -> dict[int, str]:
    """number -> name, from JSON whose keys are strings."""
    return {int(number): str(name) for number, name in numbers.items()}
