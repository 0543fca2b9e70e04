"""Landmarks in the 3D view: balls with names, dragged with the mouse in the plane of the screen."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, Signal

from geometry.landmarks import MOVABLE, Point
from ui.drag import Drag
from ui.scene import Scene
from ui.theme import Theme, px

RADIUS = 2.6  # mm
SEEN_THROUGH = 0.35  # opacity of the wall around landmarks
SIDE = " of the RV"
GRIP = 14.0  # pixels around the middle of a ball in which it is taken


class Handles(Drag):
    """Emits name and new place of a landmark that was dragged."""

    dropped = Signal(str, object)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._places: dict[str, Point] = {}
        self._colour = ""
        self.held = ""

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

    def take(self, spot: QPointF) -> bool:
        """Whether a landmark lies under a pixel."""
        self.held = self._at(spot)
        return bool(self.held)

    def drag(self, spot: QPointF) -> None:
        """Show the landmark under a pixel."""
        self._places[self.held] = self._under(spot)
        self._draw()

    def let_go(self) -> None:
        """Tell where it was dropped."""
        name, self.held = self.held, ""
        self.dropped.emit(name, self._places[name])

    def hover(self, spot: QPointF) -> None:
        """An open hand over a landmark."""
        if self._places:
            self._scene.show_hand(bool(self._at(spot)))

    def _draw(self) -> None:
        self._scene.mark("landmarks", np.array(list(self._places.values())).reshape(-1, 3), self._colour, RADIUS)

    def _at(self, spot: QPointF) -> str:
        """The landmark under a pixel."""
        away = {name: (self.on_screen(place) - spot).manhattanLength() for name, place in self._places.items()}
        nearest = min(away, key=lambda name: away[name], default="")
        return nearest if nearest and away[nearest] <= px(GRIP) else ""

    def _under(self, spot: QPointF) -> Point:
        """The place under a pixel, as far away as the landmark that is held."""
        plotter = self._scene.plotter
        renderer, ratio = plotter.renderers[0], plotter.devicePixelRatioF()
        depth = self._scene.display_of(self._places[self.held])[2]
        renderer.SetDisplayPoint(spot.x() * ratio, (plotter.height() - spot.y() - 1) * ratio, depth)
        renderer.DisplayToWorld()
        x, y, z, w = renderer.GetWorldPoint()
        return x / w, y / w, z / w
