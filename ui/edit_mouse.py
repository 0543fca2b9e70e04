"""The mouse on the slice while an editing tool is held: strokes of brush, eraser, threshold and Grow."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from geometry.editing.brush import brush, reach
from geometry.editing.change import Change
from geometry.editing.rules import writable
from geometry.editing.threshold_brush import threshold_brush
from ui.contours import WORDS
from ui.edit_contour import ContourPointer
from ui.edit_model import FACTOR, OUTSIDE, EditModel
from ui.edit_overlay import STROKE, EditOverlay
from ui.edit_tools import CONTOUR, ERASER, GROW, ROUND, THRESHOLD
from ui.planes import Plane
from ui.slices import Slices

CLOSE = 0.3  # pixels the mouse must move before another piece of the stroke is drawn


class EditMouse(QObject):
    """Takes the left button of the first slice view while a tool is held; all else is left to the view."""

    def __init__(self, slices: Slices, model: EditModel, overlay: EditOverlay) -> None:
        super().__init__(slices)
        self._slices, self._model, self._overlay = slices, model, overlay
        self._view = slices.views[0]
        self.contour = ContourPointer(self._view, model, overlay, self.plane)
        self._path: list[NDArray[np.float64]] = []
        self._erasing = False
        self._view.plot.viewport().installEventFilter(self)

    def plane(self) -> Plane:
        """The slice in view."""
        return self._slices.planes[0].through(self._slices.place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Use the mouse for the tool in hand."""
        model = self._model
        if not model.tool or model.session.step != "segment" or model.grid is None:
            return False
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if event.type() == QEvent.Type.Leave:
            self._overlay.show_cursor(None)
        if not isinstance(event, QMouseEvent):
            return False
        spot = self._spot(event.position())
        self._overlay.show_cursor(*spot if model.tool in ROUND else (None,))
        if model.tool == CONTOUR:
            return self.contour.mouse(event, np.array(spot))
        return self._stroke(event, spot)

    def _stroke(self, event: QMouseEvent, spot: tuple[float, float]) -> bool:
        kind, left = event.type(), Qt.MouseButton.LeftButton
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick) and event.button() == left:
            self._slices.setFocus()
            self._begin(spot, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif kind == QEvent.Type.MouseMove and self._path:
            self._go_on(spot)
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == left and self._path:
            self._end()
        else:
            return False
        return True

    def _begin(self, spot: tuple[float, float], erasing: bool) -> None:
        model, grid = self._model, self._model.grid
        if grid is None or model.volume is None or not model.allowed():
            return
        self._erasing = erasing and model.tool != GROW
        self._overlay.live = np.take(model.volume, model.index, axis=grid.axis).copy()
        self._path = [self._voxel(spot)]
        self._paint(np.array(self._path))

    def _go_on(self, spot: tuple[float, float]) -> None:
        here = self._voxel(spot)
        if np.linalg.norm(here - self._path[-1]) >= CLOSE:
            self._path.append(here)
            self._paint(np.array(self._path[-2:]))

    def _end(self) -> None:
        model = self._model
        path, self._path, self._overlay.live = np.array(self._path), [], None
        change = self._change(path)
        if model.tool == GROW:
            model.add_seeds(change)
        elif change:
            erased = self._erasing or model.tool == ERASER
            model.commit(change, f"{'Erase' if erased else 'Paint'} {WORDS[model.label]}")
        else:
            self._overlay.draw(self.plane())

    def _paint(self, piece: NDArray[np.float64]) -> None:
        """Show a piece of the stroke at once; the edit itself is made when the button is released."""
        model, grid, live = self._model, self._model.grid, self._overlay.live
        if grid is None or live is None:
            return
        box, near = reach(grid.shape, grid.affine, piece, self._radius, grid.axis)
        near = np.take(near, 0, axis=grid.axis) if near.shape[grid.axis] else np.zeros((0, 0), dtype=bool)
        part = live[tuple(side for a, side in enumerate(box) if a != grid.axis)]
        if near.shape != part.shape:
            return
        if model.tool == GROW:
            part[near] = STROKE + model.label
        elif self._erasing or model.tool == ERASER:
            part[near & (part == model.label)] = 0
        else:
            if model.tool == THRESHOLD and model.grey is not None:
                values = np.take(model.grey[box], 0, axis=grid.axis)
                near &= (values >= model.limits[0]) & (values <= model.limits[1])
            part[near & writable(part, model.may_overwrite)] = model.label
        self._overlay.draw_labels()

    def _change(self, path: NDArray[np.float64]) -> Change:
        model, grid, volume = self._model, self._model.grid, self._model.volume
        assert grid is not None and volume is not None
        axis = None if model.ball and model.tool != GROW else grid.axis
        if model.tool == GROW:
            return brush(np.full(grid.shape, 254, np.uint8), grid.affine, path, self._radius, model.label, axis=axis)
        if self._erasing or model.tool == ERASER:
            return brush(volume, grid.affine, path, self._radius, OUTSIDE, over=(model.label,), axis=axis)
        if model.tool == THRESHOLD and model.grey is not None:
            return threshold_brush(
                volume, grid.affine, model.grey, path, self._radius, model.label, model.limits,
                over=model.may_overwrite, axis=axis,
            )  # fmt: skip
        return brush(volume, grid.affine, path, self._radius, model.label, over=model.may_overwrite, axis=axis)

    @property
    def _radius(self) -> float:
        return self._model.radius

    def _wheel(self, event: QWheelEvent) -> bool:
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._model.tool not in ROUND:
            return False
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._model.resize(self._model.radius * (FACTOR if turned > 0 else 1 / FACTOR))
        self._overlay.show_cursor(*self._spot(event.position()))
        return True

    def _spot(self, position: QPointF) -> tuple[float, float]:
        """mm on the screen under the mouse."""
        place = self._view.box.mapSceneToView(self._view.plot.mapToScene(position.toPoint()))
        return float(place.x()), float(place.y())

    def _voxel(self, spot: tuple[float, float]) -> NDArray[np.float64]:
        grid = self._model.grid
        assert grid is not None
        voxel = np.array(grid.voxel(self.plane().in_patient(*spot)), dtype=float)
        voxel[grid.axis] = self._model.index
        return voxel
