"""The 3D heart: one or two linked views of it, a camera, and picking of points."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pyvistaqt import QtInteractor
from vtkmodules.vtkRenderingCore import vtkCellPicker

from ui.edge_letters import EdgeLetters
from ui.heart_actors import HeartActors
from ui.heart_surface import HeartSurface
from ui.painting import Painting
from ui.theme import Theme

Floats = NDArray[np.floating]
STILL = 5  # pixels the mouse may move between press and release of a click


class Scene(QWidget):
    """Draws a heart; emits the place (mm) that was clicked on it."""

    picked = Signal(float, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A window of its own: else Qt would put the whole program together with OpenGL each time a label changes.
        self.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.plotter = QtInteractor(self, shape=(1, 2), border=False, auto_update=False)
        self.views = (HeartActors(self.plotter, 0), HeartActors(self.plotter, 1))
        self.surface: HeartSurface | None = None
        self.shown_devices: set[str] = set()  # kinds of what the step Plan has drawn
        self._pressed: QPoint | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plotter)
        self.plotter.link_views()
        self._letters = EdgeLetters(self.plotter)
        self._later = QTimer(self, singleShot=True, interval=15)
        self._later.timeout.connect(self._render)
        self.plotter.installEventFilter(self)
        self.show_halves(False)

    def set_surface(self, surface: HeartSurface | None) -> None:
        """Show another heart; the camera looks at it from the front unless it is the same heart cut open."""
        fresh = surface is not None and (self.surface is None or self.surface.mesh is not surface.mesh)
        self.surface = surface
        if surface is None:
            for view in self.views:
                view.clear()
        elif fresh:
            self.look_from(0.35, 1.0, 0.22)
        self.draw()

    def show_halves(self, both: bool) -> None:
        """One view over the whole width, or two side by side."""
        left, right = self.plotter.renderers[0], self.plotter.renderers[1]
        left.SetViewport(0.0, 0.0, 0.5 if both else 1.0, 1.0)
        right.SetViewport(0.5 if both else 1.0, 0.0, 1.0, 1.0)
        right.SetDraw(both)
        if not both:
            self.views[1].clear()

    def paint(self, paintings: Sequence[Painting], isochrones: bool = True, captions: Sequence[str] = ()) -> None:
        """Paint one or two hearts; two of them are told apart by captions."""
        self._letters.caption(captions if len(paintings) > 1 else ())
        if self.surface is None:
            return
        self.show_halves(len(paintings) > 1)
        for view, painting in zip(self.views, paintings, strict=False):
            view.show_painting(self.surface, painting, isochrones)
        self.draw()

    def recolour(self, paintings: Sequence[Painting]) -> None:
        """Paint another frame of the same field."""
        surface = self.surface
        if surface is None:
            return
        done = [view.recolour(surface, painting) for view, painting in zip(self.views, paintings, strict=False)]
        if not all(done):
            self.paint(paintings, captions=self._letters.captions)
        self.draw()

    def show_tissue(self) -> None:
        """Show the heart without any field."""
        self.show_halves(False)
        self._letters.caption(())
        if self.surface is not None:
            self.views[0].show_tissue(self.surface)
        self.draw()

    def show_shade(self, colours: NDArray[np.uint8], edges: bool) -> None:
        """Show the heart with a colour for each triangle."""
        self.show_halves(False)
        self._letters.caption(())
        if self.surface is not None:
            self.views[0].show_shade(self.surface, colours, edges)
        self.draw()

    def mark(self, name: str, points: Floats, colour: str, radius: float = 2.4) -> None:
        """Mark places in every view."""
        for view, renderer in zip(self.views, self.plotter.renderers, strict=False):
            if renderer.GetDraw():  # the second view, where there is one, is filled anew when it appears
                view.show_marks(name, points, colour, radius)
        self.draw()

    def note(self, words: str) -> None:
        """Say something in a corner; nothing for none."""
        self._letters.note(words)
        self.draw()

    def look_from(self, left: float, front: float, above: float) -> None:
        """Look at the heart from a direction (patient's left, front, head)."""
        if self.surface is None:
            return
        points = self.surface.mesh.points
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        radius = float(np.linalg.norm(points - middle, axis=1).max())
        direction = np.array([-left, front, above]) / np.linalg.norm([left, front, above])
        camera = self.plotter.renderers[0].camera
        camera.focal_point = tuple(middle)
        camera.position = tuple(middle + direction * radius * 4.1)
        camera.up = (0.0, 0.0, 1.0)
        camera.view_angle = 29.0
        self.plotter.renderers[0].ResetCameraClippingRange()
        self.draw()

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        for place in (0, 1):
            self.plotter.subplot(0, place)
            self.plotter.set_background(theme.window, all_renderers=False)
        self._letters.dress(theme.faint, theme.muted, theme.text)
        self.draw()

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3), what is drawn."""
        if self._prepare():
            self.plotter.render()
        return np.asarray(self.plotter.screenshot(return_img=True))[..., :3]

    def pick_at(self, x: int, y: int) -> tuple[float, float, float] | None:
        """The place on the heart under a pixel of the widget, in mm."""
        ratio = self.plotter.devicePixelRatioF()
        across, up = x * ratio, (self.plotter.height() - y - 1) * ratio
        half = 1 if self.plotter.renderers[1].GetDraw() and x > self.plotter.width() / 2 else 0
        picker = vtkCellPicker()
        picker.SetTolerance(0.0005)
        if not picker.Pick(across, up, 0.0, self.plotter.renderers[half]):
            return None
        a, b, c = picker.GetPickPosition()
        return a, b, c

    def on_screen(self, place: Sequence[float] | Floats) -> QPointF:
        """The pixel of the widget at which a place (mm) is seen."""
        x, y, _ = self.display_of(place)
        ratio = self.plotter.devicePixelRatioF()
        return QPointF(x / ratio, self.plotter.height() - y / ratio - 1)

    def show_hand(self, on: bool) -> None:
        """An open hand in place of the arrow, where something can be taken."""
        self.plotter.setCursor(Qt.CursorShape.OpenHandCursor if on else Qt.CursorShape.ArrowCursor)

    def display_of(self, place: Sequence[float] | Floats) -> NDArray[np.floating]:
        """(3,), pixels of the screen from the lower left, and depth, of a place (mm)."""
        renderer = self.plotter.renderers[0]
        renderer.SetWorldPoint(*place, 1.0)
        renderer.WorldToDisplay()
        return np.array(renderer.GetDisplayPoint())

    def under(self, spot: QPointF) -> tuple[float, float, float] | None:
        """The place on the surface under a pixel of the first view, quickly: nothing but the heart is asked."""
        if self.surface is None:
            return None
        near, far = self.ray(spot).tolist()
        return self.surface.hit(tuple(near), tuple(far))

    def ray(self, spot: QPointF) -> Floats:
        """(2, 3) mm, the nearest and the furthest place that a pixel of the first view shows."""
        renderer, ratio, ends = self.plotter.renderers[0], self.plotter.devicePixelRatioF(), []
        for depth in (0.0, 1.0):
            renderer.SetDisplayPoint(spot.x() * ratio, (self.plotter.height() - spot.y() - 1) * ratio, depth)
            renderer.DisplayToWorld()
            x, y, z, w = renderer.GetWorldPoint()
            ends.append((x / w, y / w, z / w))
        return np.array(ends)

    def shift(self, place: Sequence[float] | Floats, start: QPointF, stop: QPointF) -> Floats:
        """(3,) mm in the plane of the screen through a place, from one pixel of the first view to another."""
        renderer, ratio, depth, ends = (
            self.plotter.renderers[0],
            self.plotter.devicePixelRatioF(),
            self.display_of(place)[2],
            [],
        )
        for spot in (start, stop):
            renderer.SetDisplayPoint(spot.x() * ratio, (self.plotter.height() - spot.y() - 1) * ratio, depth)
            renderer.DisplayToWorld()
            x, y, z, w = renderer.GetWorldPoint()
            ends.append(np.array([x, y, z]) / w)
        return np.asarray(ends[1] - ends[0])

    def draw(self) -> None:
        """Draw soon; many calls in a row draw once."""
        if not self._later.isActive():
            self._later.start()

    def finish(self) -> None:
        """Free the graphics before the window goes."""
        self._later.stop()
        self.plotter.removeEventFilter(self)
        self.plotter.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A click without a drag picks a point."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            place = event.position().toPoint()
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed = place
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                still = (place - self._pressed).manhattanLength() <= STILL
                self._pressed = None
                point = self.pick_at(place.x(), place.y()) if still else None
                if point is not None:
                    self.picked.emit(*point)
        return super().eventFilter(watched, event)

    def _prepare(self) -> bool:
        """Set letters and camera for the next drawing; False where nothing can be drawn."""
        if self.plotter.render_window is None:
            return False
        self._letters.follow(self.surface is not None)
        half = 2 if self.plotter.renderers[1].GetDraw() else 1
        narrow = self.plotter.width() / half < self.plotter.height()  # then the width must show all
        self.plotter.renderers[0].GetActiveCamera().SetUseHorizontalViewAngle(narrow)
        return True

    def _render(self) -> None:
        if self._prepare():
            QWidget.update(self.plotter)  # its painting renders: once, and not while it is hidden
