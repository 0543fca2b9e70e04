"""What was cut out of the scan for the slice views, kept until the slice or what lies on it changes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.segmentation import Segmentation
from ui.contours import Outline, outlines
from ui.native import NativeGrid
from ui.planes import Plane, reslice

STEP = 0.8  # mm between the samples of a slice
Floats = NDArray[np.floating]
Where = tuple[float, ...]


class SliceCache:
    """Grey values and outlines by view and phase, and where the mesh crosses; each view holds those of its slice only."""

    def __init__(self) -> None:
        self._image: Image | None = None
        self._segmentation: Segmentation | None = None
        self._mesh: HeartMesh | None = None
        self._skin: pv.PolyData | None = None
        self._where: dict[int, Where] = {}
        self._grey: dict[tuple[int, int], Floats] = {}
        self._pixels: dict[tuple[int, int], Floats] = {}
        self._outlines: dict[tuple[int, int], list[Outline]] = {}
        self._crossings: dict[tuple[int, int], Floats] = {}

    def look_at(self, image: Image | None, segmentation: Segmentation | None, mesh: HeartMesh | None) -> None:
        """Use this scan, segmentation and mesh; what was cut from others is forgotten."""
        if image is not self._image:
            self._image = image
            self._grey.clear()
            self._pixels.clear()
        if segmentation is not self._segmentation:
            self._segmentation = segmentation
            self._outlines.clear()
        if mesh is not self._mesh:
            self._mesh, self._skin = mesh, None if mesh is None else _skin(mesh)
            self._crossings.clear()

    def grey(self, view: int, plane: Plane, phase: int) -> Floats:
        """(n, n), grey values on the slice; NaN outside the scan."""
        image = self._image
        assert image is not None
        index = min(phase, image.phases - 1)
        self._place(view, plane)
        return _kept(self._grey, (view, index), lambda: reslice(image.phase(index), image.affine, plane, STEP))

    def pixels(self, grid: NativeGrid, index: int, phase: int) -> Floats:
        """(across, up), the pixels of one of the scan's own slices."""
        image = self._image
        assert image is not None
        key = (index, min(phase, image.phases - 1))
        if key not in self._pixels:
            self._pixels = {k: v for k, v in self._pixels.items() if k[0] == index}
            self._pixels[key] = np.asarray(grid.cut(image.phase(key[1]), index), dtype=np.float32)
        return self._pixels[key]

    def outlines(self, view: int, plane: Plane, phase: int) -> list[Outline]:
        """All outlines on the slice, those of 5 % and 95 % too; none without a segmentation."""
        segmentation = self._segmentation
        if segmentation is None:
            return []
        self._place(view, plane)
        return _kept(self._outlines, (view, phase), lambda: outlines(segmentation, plane, phase, STEP, True))

    def crossing(self, view: int, plane: Plane) -> Floats:
        """(2k, 2), pairs of points where the surface of the mesh crosses the slice."""
        skin = self._skin
        if skin is None:
            return np.empty((0, 2))
        self._place(view, plane)
        return _kept(self._crossings, (view, 0), lambda: _crossing(skin, plane))

    def holds(self, view: int, plane: Plane, phase: int, native: bool = False) -> bool:
        """Whether nothing has to be worked out to show this slice; ``native`` where its pixels are shown as they are."""
        ready = native or (view, phase) in self._grey
        ready &= self._segmentation is None or (view, phase) in self._outlines
        return self._where.get(view) == _where(plane) and ready

    def _place(self, view: int, plane: Plane) -> None:
        where = _where(plane)
        if self._where.get(view) != where:
            self._where[view] = where
            stores: tuple[dict[tuple[int, int], Any], ...] = (self._grey, self._outlines, self._crossings)
            for kept in stores:
                for key in [key for key in kept if key[0] == view]:
                    del kept[key]


def _skin(mesh: HeartMesh) -> pv.PolyData:
    faces = np.column_stack([np.full(len(mesh.facets), 3), mesh.facets]).ravel()
    return pv.PolyData(np.array(mesh.points), faces).clean()


def _crossing(skin: pv.PolyData, plane: Plane) -> Floats:
    cut = skin.slice(normal=plane.normal, origin=plane.centre)
    if cut.n_points == 0:
        return np.empty((0, 2))
    pairs = np.asarray(cut.lines).reshape(-1, 3)[:, 1:]
    return plane.on_screen(np.asarray(cut.points)[pairs.ravel()])


def _where(plane: Plane) -> Where:
    return (*np.round(np.concatenate([plane.centre, plane.across, plane.up]), 4).tolist(), plane.half)


def _kept[Found](store: dict[tuple[int, int], Found], key: tuple[int, int], make: Callable[[], Found]) -> Found:
    if key not in store:
        store[key] = make()
    return store[key]
