"""What the mouse does in a slice view: each gesture becomes one signal in millimetres on the slice."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

ZOOM = 1.15  # per notch of the wheel


class SliceBox(pg.ViewBox):  # type: ignore[misc]
    """Left moves the crosshair, right sets the window, middle or Shift moves the picture, the wheel walks or (Ctrl) zooms."""

    pointed = Signal(float, float)  # clicked or dragged with the left button
    pressed = Signal(float, float)  # clicked, not dragged
    windowed = Signal(float, float)  # pixels to the right, pixels down
    panned = Signal(float, float)  # mm the picture was moved
    zoomed = Signal(float, float, float)  # factor, about where
    scrolled = Signal(int)
    twice = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.windowing = False  # whether the left button sets the window too
        self.setAspectLocked(True)

    def wheelEvent(self, event: Any, axis: Any = None) -> None:  # noqa: N802 - pyqtgraph's name
        """Walk through the slices; zoom with Ctrl."""
        forward = event.delta() > 0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            place = self.mapSceneToView(event.scenePos())
            self.zoomed.emit(ZOOM if forward else 1 / ZOOM, place.x(), place.y())
        else:
            self.scrolled.emit(1 if forward else -1)
        event.accept()

    def mouseDragEvent(self, event: Any, axis: Any = None) -> None:  # noqa: N802 - pyqtgraph's name
        """Move the crosshair, the window or the picture."""
        button, shifted = event.button(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        left = button == Qt.MouseButton.LeftButton
        moved = event.screenPos() - event.lastScreenPos()
        event.accept()
        if button == Qt.MouseButton.RightButton or (left and self.windowing):
            self.windowed.emit(float(moved.x()), float(moved.y()))
        elif button == Qt.MouseButton.MiddleButton or (left and shifted):
            here, before = self.mapSceneToView(event.scenePos()), self.mapSceneToView(event.lastScenePos())
            self.panned.emit(here.x() - before.x(), here.y() - before.y())
        elif left:
            place = self.mapSceneToView(event.scenePos())
            self.pointed.emit(place.x(), place.y())

    def mouseClickEvent(self, event: Any) -> None:  # noqa: N802 - pyqtgraph's name
        """Point, or reset with a double click."""
        event.accept()
        if event.double():
            self.twice.emit()
        elif event.button() == Qt.MouseButton.LeftButton and not self.windowing:
            place = self.mapSceneToView(event.scenePos())
            self.pointed.emit(place.x(), place.y())
            self.pressed.emit(place.x(), place.y())
