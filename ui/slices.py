"""Three linked slices through the scan: short axis and two long axes, meeting in one point."""

import numpy as np
import pyvista as pv
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from geometry.image import Image
from ui.contours import outlines
from ui.planes import Plane, reslice, slice_planes
from ui.session import Session
from ui.slice_view import SliceView

COLOURS = ("#ffd166", "#7bdff2", "#f49ac2")
STEP = 0.8  # mm between the samples of a slice


class Slices(QWidget):
    """The three views; they follow the session's point, phase, outlines and seeds."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._planes: tuple[Plane, ...] = ()
        self._levels = (0.0, 1.0)
        self._skin: pv.PolyData | None = None
        self._placing = False
        self._doubt = True
        self.views = tuple(SliceView(colour, self) for colour in COLOURS)
        self._empty = QLabel("No scan in this case yet.", self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        self.outer = QSplitter(Qt.Orientation.Horizontal, self)
        self.inner = QSplitter(Qt.Orientation.Vertical, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._empty)
        layout.addWidget(self.outer)
        self.arrange(False)
        self._soon = QTimer(self, singleShot=True, interval=10)
        self._soon.timeout.connect(self._draw)
        for index, view in enumerate(self.views):
            view.clicked.connect(lambda a, b, i=index: self._clicked(i, a, b))
            view.scrolled.connect(lambda steps, i=index: self._scroll(i, steps))
        for signal in (session.case_changed, session.data_changed):
            signal.connect(self.reload)
        for signal in (session.phase_changed, session.point_changed, session.seeds_changed):
            signal.connect(self.draw)
        session.theme_changed.connect(self.dress)
        self.reload()

    def arrange(self, big: bool) -> None:
        """The short axis large beside the two others, or all three under each other."""
        first, second, third = self.views
        column = self.inner
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
        for view in self.views:
            view.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def show_doubtful(self, on: bool) -> None:
        """Whether the outlines at 5 % and 95 % are drawn."""
        self._doubt = on
        self.draw()

    def reload(self) -> None:
        """Look at the scan again."""
        session = self._session
        image = session.image
        self.outer.setVisible(image is not None)
        self._empty.setVisible(image is None)
        self._skin = None
        if image is None:
            self._planes = ()
            return
        self._planes = slice_planes(image, session.segmentation, session.mesh)
        self._levels = grey_levels(image)
        mesh = session.mesh
        if mesh is not None:
            faces = np.column_stack([np.full(len(mesh.facets), 3), mesh.facets]).ravel()
            self._skin = pv.PolyData(np.array(mesh.points), faces).clean()
        self.draw()

    def draw(self) -> None:
        """Draw soon; many changes in a row draw once."""
        self._soon.start()

    def dress(self) -> None:
        """Wear the session's theme."""
        for view in self.views:
            view.dress(self._session.theme)

    def finish(self) -> None:
        """Draw no more."""
        self._soon.stop()

    def draw_now(self) -> None:
        """Draw at once."""
        self._soon.stop()
        self._draw()

    def _draw(self) -> None:
        session = self._session
        image = session.image
        if image is None or not self._planes:
            return
        place = np.asarray(session.point) if session.point is not None else self._planes[0].centre
        seeds = np.asarray(session.seeds, dtype=float).reshape(-1, 3)
        volume = image.phase(min(session.phase, image.phases - 1))
        for index, view in enumerate(self.views):
            plane = self._planes[index].through(place)
            view.show_slice(plane, reslice(volume, image.affine, plane, STEP), self._levels, STEP)
            near = np.abs((seeds - plane.centre) @ plane.normal) < 6.0
            view.show_seeds(plane.on_screen(seeds[near]))
            first, second = (self._planes[i].normal for i in range(3) if i != index)
            across, up = plane.on_screen(place)
            upright = abs(np.dot(first, plane.across)) > abs(np.dot(second, plane.across))
            others = [COLOURS[i] for i in range(3) if i != index]
            view.show_cross(float(across), float(up), (others[0], others[1]) if upright else (others[1], others[0]))
            if session.segmentation is not None:
                view.show_outlines(outlines(session.segmentation, plane, session.phase, STEP, self._doubt))
            else:
                view.show_outlines([])
            view.show_heart(self._crossing(plane))

    def _crossing(self, plane: Plane) -> np.ndarray:
        segmentation = self._session.segmentation
        if self._skin is None or (segmentation is not None and self._session.phase != segmentation.ed):
            return np.empty((0, 2))
        cut = self._skin.slice(normal=plane.normal, origin=plane.centre)
        if cut.n_points == 0:
            return np.empty((0, 2))
        pairs = np.asarray(cut.lines).reshape(-1, 3)[:, 1:]
        return plane.on_screen(np.asarray(cut.points)[pairs.ravel()])

    def _clicked(self, index: int, across: float, up: float) -> None:
        session = self._session
        if not self._planes:
            return
        place = np.asarray(session.point) if session.point is not None else self._planes[0].centre
        x, y, z = (float(v) for v in self._planes[index].through(place).in_patient(across, up))
        session.pick((x, y, z))
        if self._placing:
            session.add_seed((x, y, z))

    def _scroll(self, index: int, steps: int) -> None:
        if not self._planes:
            return
        session = self._session
        place = np.asarray(session.point) if session.point is not None else self._planes[0].centre
        x, y, z = (float(v) for v in place + self._planes[index].normal * steps * 2.0)
        session.pick((x, y, z))


def grey_levels(image: Image) -> tuple[float, float]:
    """The grey values shown black and white: a soft-tissue window with contrast for CT, nearly the whole range for MR."""
    if image.modality == "CT":
        return -150.0, 550.0
    some = np.asarray(image.phase(0))[::3, ::3]
    return float(np.percentile(some, 1)), float(np.percentile(some, 99.3))
