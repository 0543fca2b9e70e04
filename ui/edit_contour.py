"""The contour tool: a label's boundary on the slice as points to drag, add and remove."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent

from geometry.editing.contour import FEWEST, circle, contour, control_points, curve, inserted
from geometry.editing.grid import in_plane
from ui.contours import WORDS
from ui.edit_model import EditModel
from ui.edit_overlay import EditOverlay
from ui.edit_tools import CONTOUR
from ui.planes import Plane
from ui.slice_view import SliceView
from ui.theme import px

NEAR = 9.0  # pixels of the screen within which a point is taken
Spots = NDArray[np.float64]


class ContourPointer:
    """Holds the points (mm on the screen) of the chosen label on the slice in view; a drag ends in an edit."""

    def __init__(self, view: SliceView, model: EditModel, overlay: EditOverlay, plane: Callable[[], Plane]) -> None:
        self._view, self._model, self._overlay, self._plane = view, model, overlay, plane
        self._key: tuple[object, ...] = ()
        self._held: int | None = None  # the point in the hand; -1 for the whole curve, -2 while a new one is drawn
        self._last: Spots = np.zeros(2)

    def refresh(self) -> None:
        """Make points of the label's boundary, where the slice, the label or what lies there has changed."""
        model, grid, volume = self._model, self._model.grid, self._model.volume
        if model.tool != CONTOUR or grid is None or volume is None:
            self._key = ()
            self._overlay.points = np.empty((0, 2))
            return
        here = np.take(volume, model.index, axis=grid.axis)
        key = (model.index, model.phase, model.label, here.tobytes())
        if key == self._key or self._held is not None:
            return
        self._key = key
        found = control_points(here, model.label, in_plane(grid.affine, grid.axis))
        self._overlay.points = np.asarray(grid.curve_on_screen(self._plane(), found, model.index), dtype=np.float64)

    def mouse(self, event: QMouseEvent, spot: Spots) -> bool:
        """Use the mouse; says whether it did."""
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonDblClick and left and len(self._overlay.points):
            self._overlay.points, self._held = inserted(self._overlay.points, spot)
        elif kind == QEvent.Type.MouseButtonPress and left and self._model.allowed():
            self._take(spot)
        elif kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.RightButton:
            return self._remove(spot)
        elif kind == QEvent.Type.MouseMove and self._held is not None:
            self._drag(spot)
        elif kind == QEvent.Type.MouseButtonRelease and left and self._held is not None:
            self._held = None
            self._commit()
        else:
            return False
        self._overlay.draw_contour()
        return True

    def _take(self, spot: Spots) -> None:
        points, self._last = self._overlay.points, spot
        if len(points) == 0:
            self._held = -2
            self._overlay.points = circle(spot, self._model.radius, (1.0, 1.0))
            return
        nearest = int(np.argmin(np.linalg.norm(points - spot, axis=1)))
        if np.linalg.norm(points[nearest] - spot) <= self._reach:
            self._held = nearest
        elif _holds(curve(points), spot):
            self._held = -1

    def _drag(self, spot: Spots) -> None:
        points = self._overlay.points.copy()
        if self._held == -2:
            radius = max(float(np.linalg.norm(spot - self._last)), self._model.radius / 2)
            points = circle(self._last, radius, (1.0, 1.0))
        elif self._held == -1:
            points += spot - self._last
            self._last = spot
        else:
            points[self._held] = spot
        self._overlay.points = points

    def _remove(self, spot: Spots) -> bool:
        points = self._overlay.points
        if len(points) <= FEWEST:
            return False
        nearest = int(np.argmin(np.linalg.norm(points - spot, axis=1)))
        if np.linalg.norm(points[nearest] - spot) > self._reach:
            return False
        self._overlay.points = np.delete(points, nearest, axis=0)
        self._commit()
        self._overlay.draw_contour()
        return True

    def _commit(self) -> None:
        model, grid, volume = self._model, self._model.grid, self._model.volume
        if grid is None or volume is None or len(self._overlay.points) < FEWEST:
            return
        plane, index = self._plane(), model.index
        voxels = np.array([grid.voxel(plane.in_patient(*spot)) for spot in self._overlay.points])
        change = contour(
            volume, grid.affine, np.delete(voxels, grid.axis, axis=1), model.label, grid.axis, index,
            over=model.may_overwrite,
        )  # fmt: skip
        points = self._overlay.points
        self._held = -1  # the points stay those that were drawn
        model.commit(change, f"Contour of {WORDS[model.label]}")
        self._held = None
        now = model.volume
        if now is not None:
            self._key = (index, model.phase, model.label, np.take(now, index, axis=grid.axis).tobytes())
            self._overlay.points = points

    @property
    def _reach(self) -> float:
        return px(NEAR) * float(self._view.box.viewPixelSize()[0])


def _holds(closed: Spots, spot: Spots) -> bool:
    """Whether a closed polygon holds a point (even-odd rule)."""
    (x, y), (a, b) = closed[:-1].T, np.roll(closed[:-1], -1, axis=0).T
    crosses = (y > spot[1]) != (b > spot[1])
    at = x + (spot[1] - y) * (a - x) / np.where(b == y, 1e-12, b - y)
    return bool(np.count_nonzero(crosses & (spot[0] < at)) % 2)
