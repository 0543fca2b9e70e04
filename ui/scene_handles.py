"""Landmarks in the 3D view: balls with names, dragged with the mouse in the plane of the screen."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from geometry.landmarks import MOVABLE, Point
from ui.scene import Scene
from ui.theme import Theme, px

RADIUS = 2.6  # mm
SEEN_THROUGH = 0.35  # opacity of the wall around landmarks
SIDE = " of the RV"
GRIP = 14.0  # pixels around the middle of a ball in which it is taken


class Handles(QObject):
    """Emits name and new place of a landmark that was dragged."""

    dropped = Signal(str, object)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._places: dict[str, Point] = {}
        self._colour = ""
        self.held = ""
        scene.plotter.installEventFilter(self)  # asked before the scene's own: a drag turns no camera

    def show(self, places: Mapping[str, Point], theme: Theme) -> None:
        """Show other landmarks (none: take them away)."""
        self._places, self._colour = dict(places), theme.accent
        view = self._scene.views[0]
        self._draw()
        points = np.array(list(places.values())).reshape(-1, 3)
        view.show_words("landmarks", points, [f"  {MOVABLE[name].removesuffix(SIDE)}" for name in places], theme.text)
        if places:
            view.make_glass(SEEN_THROUGH)

    def on_screen(self, place: Point) -> QPointF:
        """The pixel of the widget at which a place is seen."""
        return self._scene.on_screen(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take, drag and drop."""
        if not isinstance(event, QMouseEvent) or not self._places:
            return False
        spot, kind = event.position(), event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self.held = self._at(spot)
            return bool(self.held)
        if kind == QEvent.Type.MouseMove and self.held:
            self._places[self.held] = self._under(spot)
            self._draw()
            return True
        if kind == QEvent.Type.MouseMove and not event.buttons():
            shape = Qt.CursorShape.OpenHandCursor if self._at(spot) else Qt.CursorShape.ArrowCursor
            self._scene.plotter.setCursor(shape)
        if kind == QEvent.Type.MouseButtonRelease and self.held:
            name, self.held = self.held, ""
            self.dropped.emit(name, self._places[name])
            return True
        return False

    def _draw(self) -> None:
        self._scene.mark("landmarks", np.array(list(self._places.values())).reshape(-1, 3), self._colour, RADIUS)

    def _at(self, spot: QPointF) -> str:
        """The landmark under a pixel."""
        away = {name: (self.on_screen(place) - spot).manhattanLength() for name, place in self._places.items()}
        nearest = min(away, key=lambda name: away[name])
        return nearest if away[nearest] <= px(GRIP) else ""

    def _under(self, spot: QPointF) -> Point:
        """The place under a pixel, as far away as the landmark that is held."""
        plotter = self._scene.plotter
        renderer, ratio = plotter.renderers[0], plotter.devicePixelRatioF()
        depth = self._scene.display_of(self._places[self.held])[2]
        renderer.SetDisplayPoint(spot.x() * ratio, (plotter.height() - spot.y() - 1) * ratio, depth)
        renderer.DisplayToWorld()
        x, y, z, w = renderer.GetWorldPoint()
        return x / w, y / w, z / w
