"""The places of a triangulated surface that lie nearest to given ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvista import PolyData
from vtkmodules.vtkCommonCore import mutable
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

from geometry.heart_mesh import Floats, Ints
from geometry.surface import area_vectors


class OnSurface:
    """A surface that is asked again and again; ``normals`` (k, 3) are unit vectors by the order of the corners."""

    def __init__(self, points: Floats, triangles: Ints) -> None:
        area = area_vectors(points, triangles)
        self.normals: Floats = area / np.maximum(np.linalg.norm(area, axis=1, keepdims=True), 1e-12)
        self._surface = PolyData.from_regular_faces(points, triangles)
        self._locator = vtkStaticCellLocator()
        self._locator.SetDataSet(self._surface)
        self._locator.BuildLocator()

    def nearest(self, places: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """(n, 3) mm on the surface nearest to ``places`` (n, 3), and (n,) the triangles that they lie in."""
        found, triangle = np.empty((len(places), 3)), np.empty(len(places), np.int64)
        at: list[float] = [0.0, 0.0, 0.0]
        answers: list[Any] = [mutable(0), mutable(0), mutable(0.0)]  # triangle, part of it, squared distance
        for row, place in enumerate(places):
            self._locator.FindClosestPoint(place, at, *answers)
            found[row], triangle[row] = at, int(answers[0])
        return found, triangle
