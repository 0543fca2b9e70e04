"""Ablation painted over the heart with the mouse or the keys, in the step Plan: volume follows the brush, the wave at its end."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from geometry.errors import Refused
from solvers.scenario import Electrophysiology, Lesion
from ui.lesion_tool import BRUSH, ERASER, RADII, erased, spots_between
from ui.plan import ablation
from ui.scene import Scene
from ui.session import Session
from ui.steps.plan import planned
from ui.theme import px
from ui.viewing import Point

STEP = 6.0  # pixels that an arrow key moves the brush
KEYS = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}
WIDER = {Qt.Key.Key_BracketLeft: -1, Qt.Key.Key_BracketRight: 1}
TOUCHES = (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class LesionBrush(QObject):
    """Paints a stroke while the left button is down, or takes away (the eraser, or the brush with Ctrl)."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._stroke: tuple[Lesion, ...] | None = None  # the lesions as they are while the button is down
        self._fresh: list[Point] = []
        self._gone: NDArray[np.bool_] = np.empty(0, bool)
        self._erasing = False
        scene.plotter.installEventFilter(self)

    @property
    def ready(self) -> bool:
        """Whether the mouse paints."""
        session = self._session
        wanted = session.lesions.tool.shape in (BRUSH, ERASER) and planned(session, ablation.TITLE)
        return wanted and isinstance(session.scenario, Electrophysiology)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Begin, go on and end a stroke; keys. A press beside the heart turns it as ever."""
        if not isinstance(event, QMouseEvent | QKeyEvent) or not self.ready:
            return False
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and Qt.Key(event.key()) in TOUCHES:
                event.accept()  # the space bar plays elsewhere
                return True
            return event.type() == QEvent.Type.KeyPress and self._typed(event)
        kind = event.type()
        place = self._scene.under(event.position()) if kind != QEvent.Type.MouseButtonRelease else None
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return place is not None and self._begin(
                place, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            )
        if self._stroke is None:
            if kind == QEvent.Type.MouseMove and not event.buttons():
                self._hover(place)
            return False
        if kind == QEvent.Type.MouseMove and place is not None:
            self._go_on(place)
        elif kind == QEvent.Type.MouseButtonRelease:
            self._end()
        return True

    def _begin(self, place: Point, take_away: bool) -> bool:
        bed, scenario = self._session.lesion_bed, self._session.scenario
        if bed is None or not isinstance(scenario, Electrophysiology):
            return False
        self._erasing = take_away or self._session.lesions.tool.shape == ERASER
        self._stroke, self._fresh = scenario.lesions, []
        self._gone = self._tets_of(scenario.lesions)
        self._hover(None)
        self._go_on(place)
        return True

    def _go_on(self, place: Point) -> None:
        tool, bed, before = self._session.lesions.tool, self._session.lesion_bed, self._stroke
        if bed is None or before is None:
            return
        if self._erasing:
            self._stroke = erased(before, place, tool.radius)
            if self._stroke == before:
                return
            self._gone = self._tets_of(self._stroke)
        else:
            fresh = spots_between(self._fresh[-1] if self._fresh else None, place, tool.radius)
            try:
                self._gone = self._gone | bed.tets(np.array(fresh), tool.radius, tool.depth)
            except Refused as refusal:
                self._session.said.emit(str(refusal), "warn")
                return
            self._fresh += fresh
        ablation.show_ablated(self._scene, bed.mesh, self._gone)
        self._session.lesions.painted.emit(float(bed.volumes[self._gone].sum()) / 1000)

    def _end(self) -> None:
        tool, lesions, fresh = self._session.lesions.tool, self._stroke, tuple(self._fresh)
        self._stroke, self._fresh = None, []
        if lesions is None:
            return
        if self._erasing:
            self._session.lesions.store(lesions, "Erase lesions")
        elif fresh:
            painted = Lesion(shape="spots", points=fresh, radius=tool.radius, depth=tool.depth)
            self._session.lesions.store((*lesions, painted), "Paint a lesion")

    def _tets_of(self, lesions: tuple[Lesion, ...]) -> NDArray[np.bool_]:
        found, bed = self._session.lesion_tets(lesions), self._session.lesion_bed
        assert bed is not None
        return found if found is not None else np.zeros(len(bed.mesh.tets), bool)

    def _hover(self, place: Point | None) -> None:
        """A ring as wide as the brush where it would touch."""
        ablation.show_ring(self._scene, place, self._session.lesions.tool)

    def _typed(self, event: QKeyEvent) -> bool:
        """Arrows move the brush over the heart, the space bar paints there, Delete takes away, [ and ] change its radius."""
        key, session = Qt.Key(event.key()), self._session
        if key in WIDER:
            place = RADII.index(session.lesions.tool.radius) + WIDER[key]
            session.lesions.take(radius=RADII[min(max(place, 0), len(RADII) - 1)])
        elif key in KEYS:
            self._walk(*KEYS[key])
        elif key in TOUCHES and session.point is not None:
            if self._begin(session.point, key != Qt.Key.Key_Space):
                self._end()
        else:
            return False
        return True

    def _walk(self, right: int, down: int) -> None:
        """The marked place one step further over the surface; to begin with, the middle of the view."""
        scene, point = self._scene, self._session.point
        middle = QPointF(scene.plotter.rect().center())
        spot = scene.on_screen(point) + QPointF(right, down) * px(STEP) if point is not None else middle
        place = scene.under(spot)
        if place is not None:
            self._session.pick(place)
            self._hover(place)
