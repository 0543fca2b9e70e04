"""Three linked slices through the scan: short axis and two long axes, meeting in one point."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from ui.contours import Outline
from ui.native import NativeGrid
from ui.planes import Plane, slice_planes
from ui.session import Session
from ui.slice_cache import STEP, SliceCache
from ui.slice_controls import SliceControls
from ui.slice_view import SliceView
from ui.slice_zoom import SliceZoom
from ui.value_under_mouse import value_words
from ui.window_level import WindowLevel, automatic

COLOURS = ("#ffd166", "#7bdff2", "#f49ac2")
EMPTY, READING = "No scan in this case yet.", "The scan is being read ..."
NEAR_SEED = 6.0  # mm from a slice within which a seed is drawn on it
Floats = NDArray[np.floating]


class Slices(QWidget):
    """The three views; they follow the session's point, phase, window, outlines and seeds."""

    drawn = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._planes: tuple[Plane, ...] = ()
        self._automatic = WindowLevel(0.5, 1.0)
        self._placing = False
        self._native: NativeGrid | None = None
        self.editing = (
            False  # whether a tool is held; then nothing is worked out ahead, so that the mouse is never late
        )
        self._drawn: dict[int, tuple[object, ...]] = {}
        self.cache = SliceCache()
        self.views = tuple(SliceView(colour, self) for colour in COLOURS)
        self.zoom = SliceZoom(self.views)
        self.controls = SliceControls(session, self)
        self._empty = QLabel(EMPTY, self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        self.outer = QSplitter(Qt.Orientation.Horizontal, self)
        self.inner = QSplitter(Qt.Orientation.Vertical, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.outer, 1)
        self.arrange(False)
        self._soon = QTimer(self, singleShot=True, interval=5)
        self._soon.timeout.connect(self._draw)
        self._ahead = QTimer(self, singleShot=True, interval=0)
        self._ahead.timeout.connect(self._work_ahead)
        self._connect()
        self.reload()

    def arrange(self, big: bool) -> None:
        """The short axis large beside the two others, or all three under each other."""
        first, second, third = self.views
        column = self.inner
        self._big = big
        self.controls.setVisible(big and self._session.image is not None)
        column.addWidget(second)
        column.addWidget(third)
        if big:
            self.outer.addWidget(first)
            self.outer.addWidget(column)
            self.outer.setSizes([660, 340])
            column.setSizes([500, 500])
        else:
            column.insertWidget(0, first)
            self.outer.addWidget(column)
            column.setSizes([340, 330, 330])

    def place_seeds(self, on: bool) -> None:
        """Whether a click places a seed."""
        self._placing = on
        self._show_cursor()

    def set_windowing(self, on: bool) -> None:
        """Whether the left button sets the window, too."""
        for view in self.views:
            view.box.windowing = on
        self._show_cursor()

    def add_bar(self, bar: QWidget) -> None:
        """Put a bar of tools above the views."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, bar)

    def tell_empty(self, sentence: str) -> None:
        """Say why there is nothing to see."""
        self._empty.setText(sentence)

    def show_native(self, grid: NativeGrid | None) -> None:
        """Show the pixels of the scan's own slices in the first view; None for the plane that suits the heart."""
        if grid is not self._native:
            self._native = grid
            self.reload()

    @property
    def planes(self) -> tuple[Plane, ...]:
        """The slices, through the middle of the heart."""
        return self._planes

    def reset(self) -> None:
        """Show whole slices again."""
        self.zoom.reset()

    def reload(self) -> None:
        """Look at the scan again."""
        session = self._session
        image = session.image
        self.outer.setVisible(image is not None)
        self._empty.setVisible(image is None)
        self.controls.setVisible(self._big and image is not None)
        self.cache.look_at(image, session.segmentation, session.mesh)
        self._drawn = {}
        if image is None:
            self._planes = ()
            return
        self._planes = slice_planes(image, session.segmentation, session.mesh)
        if self._native is not None:
            first = self._planes[0]
            name = first.name if first.count else "Slices as taken"
            self._planes = (self._native.plane(name, first.half, first.centre), *self._planes[1:])
        self._automatic = automatic(image)
        self.zoom.look_at(self._planes)
        self.controls.refresh(self._automatic)
        self.draw()

    def draw(self) -> None:
        """Draw soon; many changes in a row draw once."""
        self._soon.start()

    def dress(self) -> None:
        """Wear the session's theme."""
        for view in self.views:
            view.dress(self._session.theme)
        self.controls.dress(self._session.theme)

    def finish(self) -> None:
        """Draw no more."""
        self._soon.stop()
        self._ahead.stop()

    def draw_now(self) -> None:
        """Draw at once."""
        self._soon.stop()
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what was not drawn while nobody could see it."""
        super().showEvent(event)
        self.draw()

    @property
    def place(self) -> Floats:
        """(3,) mm, where the slices meet."""
        point = self._session.point
        return np.asarray(point if point is not None else self._planes[0].centre, dtype=float)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session = self._session
        for index, view in enumerate(self.views):
            view.clicked.connect(lambda a, b, i=index: self._pointed(i, a, b))
            view.box.pressed.connect(lambda a, b, i=index: self._pressed(i, a, b))
            view.scrolled.connect(lambda steps, i=index: self._scroll(i, steps))
            view.hovered.connect(lambda a, b, i=index: self._hovered(i, a, b))
            view.left.connect(lambda v=view: v.tell_value(""))
            view.box.windowed.connect(self._set_window)
            view.box.twice.connect(self._reset_window)
        for signal in (session.case_changed, session.data_changed):
            signal.connect(self.reload)
        for signal in (session.phase_changed, session.point_changed, session.seeds_changed, session.overlay_changed):
            signal.connect(self.draw)
        session.window_changed.connect(self._window_changed)
        session.theme_changed.connect(self.dress)
        self.controls.windowing.connect(self.set_windowing)
        self.controls.reset_wanted.connect(self.reset)

    def _draw(self) -> None:
        session = self._session
        if session.image is None or not self._planes or not self.isVisible():
            return
        self.cache.look_at(session.image, session.segmentation, session.mesh)
        place = self.place
        for index, view in enumerate(self.views):
            self._draw_view(index, view, place)
        self.drawn.emit()
        if not self.editing:
            self._ahead.start()

    def _draw_view(self, index: int, view: SliceView, place: Floats) -> None:
        session, phase = self._session, self._session.phase
        plane = self._planes[index].through(place)
        levels = (session.window or self._automatic).limits
        grid, image = self._native if index == 0 else None, session.image
        grey, rect = None, None
        if grid is not None and image is not None:
            grey, rect = self.cache.pixels(grid, grid.index_of(place), phase), grid.corner(plane, grid.index_of(place))
        grey = self.cache.grey(index, plane, phase) if grey is None else grey
        view.show_slice(
            plane, self._planes[index].place_words(place), grey, levels, STEP, QRectF(*rect) if rect else None
        )
        first, second = (self._planes[i].normal for i in range(3) if i != index)
        across, up = plane.on_screen(place)
        upright = abs(np.dot(first, plane.across)) > abs(np.dot(second, plane.across))
        others = [COLOURS[i] for i in range(3) if i != index]
        view.show_cross(float(across), float(up), (others[0], others[1]) if upright else (others[1], others[0]))
        found, overlay = self.cache.outlines(index, plane, phase), session.overlay
        segmentation = session.segmentation
        still = segmentation is None or phase == segmentation.ed  # the mesh is of end-diastole
        pixels = grid is not None and self.editing  # then the boundary of the labels is drawn over it, pixel by pixel
        state = (found, overlay, still, session.seeds, round(float(plane.centre @ plane.normal), 3), pixels)
        if self._drawn.get(index) == state:
            return
        self._drawn[index] = state
        wanted = _wanted(found, overlay.doubt)
        view.show_outlines([o for o in wanted if o.chance != 0.5] if pixels else wanted, overlay.fill)
        seeds = np.asarray(session.seeds, dtype=float).reshape(-1, 3)
        near = np.abs((seeds - plane.centre) @ plane.normal) < NEAR_SEED
        view.show_seeds(plane.on_screen(seeds[near]))
        view.show_heart(self.cache.crossing(index, plane) if still else np.empty((0, 2)))

    def _work_ahead(self) -> None:
        """While nothing else happens, cut the phases that come next, one slice at a time, so that the heart beats freely."""
        session = self._session
        image = session.image
        if image is None or image.phases < 2 or not self._planes or not self.isVisible() or self.editing:
            return
        planes = [plane.through(self.place) for plane in self._planes]
        for later in range(image.phases):
            phase = (session.phase + later) % image.phases
            for index, plane in enumerate(planes):
                native = index == 0 and self._native is not None
                if not self.cache.holds(index, plane, phase, native):
                    if not native:
                        self.cache.grey(index, plane, phase)
                    self.cache.outlines(index, plane, phase)
                    self._ahead.start()
                    return

    def _pointed(self, index: int, across: float, up: float) -> None:
        if self._planes:
            x, y, z = (float(v) for v in self._planes[index].through(self.place).in_patient(across, up))
            self._session.pick((x, y, z))

    def _pressed(self, index: int, across: float, up: float) -> None:
        if self._planes and self._placing:
            x, y, z = (float(v) for v in self._planes[index].through(self.place).in_patient(across, up))
            self._session.add_seed((x, y, z))

    def _scroll(self, index: int, steps: int) -> None:
        if self._planes:
            x, y, z = (float(v) for v in self._planes[index].step_from(self.place, steps))
            self._session.pick((x, y, z))

    def _hovered(self, index: int, across: float, up: float) -> None:
        image = self._session.image
        if image is not None and self._planes:
            point = self._planes[index].through(self.place).in_patient(across, up)
            self.views[index].tell_value(value_words(image, self._session.phase, point))

    def _set_window(self, right: float, down: float) -> None:
        self._session.set_window((self._session.window or self._automatic).dragged(right, down))

    def _reset_window(self) -> None:
        if not self._placing:
            self._session.set_window(None)

    def _window_changed(self) -> None:
        self.controls.refresh(self._automatic)
        self.draw()

    def _show_cursor(self) -> None:
        windowing = self.views[0].box.windowing
        shape = Qt.CursorShape.SizeAllCursor if windowing else Qt.CursorShape.CrossCursor
        for view in self.views:
            view.setCursor(shape if windowing or self._placing else Qt.CursorShape.ArrowCursor)


def _wanted(found: list[Outline], doubt: bool) -> list[Outline]:
    return found if doubt else [outline for outline in found if outline.chance == 0.5]
