"""Coronary ostia dragged over the wall with the mouse, where a valve is planned; the numbers follow."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from solvers.devices.records import ImplantedValve
from ui.plan import valve
from ui.scene import Scene
from ui.session import Session
from ui.steps.plan import planned
from ui.theme import px

GRIP = 12.0  # pixels around an ostium in which it is taken
OSTIA = ("left_ostium", "right_ostium")


class OstiumDrag(QObject):
    """Shows the valve with the ostium at every place, and changes the scenario (can be undone) where it is let go."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._held = ""
        scene.plotter.installEventFilter(self)  # asked before the frame of the valve, which may lie around it

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take, drag and let go."""
        if not isinstance(event, QMouseEvent):
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._held = self._under(event.position())
            return bool(self._held)
        if not self._held:
            return False
        if kind == QEvent.Type.MouseMove:
            self._drag(event.position())
            return True
        if kind == QEvent.Type.MouseButtonRelease:
            self._let_go()
            return True
        return False

    def _drag(self, spot: QPointF) -> None:
        place, device = self._scene.under(spot), valve.current(self._session)
        if place is not None and device is not None:
            x, y, z = (round(c, 2) for c in place)
            self._session.move_device(device.model_copy(update={self._held: (x, y, z)}))

    def _let_go(self) -> None:
        which, self._held = self._held, ""
        moved = self._session.device
        self._session.move_device(None)
        if isinstance(moved, ImplantedValve):
            valve.keep(self._session, moved, f"Move the {which.replace('_', ' ')}")

    def _under(self, spot: QPointF) -> str:
        """Which ostium lies under a pixel; empty where there is none."""
        device = valve.current(self._session) if planned(self._session, valve.TITLE) else None
        for which in OSTIA:
            place = getattr(device, which, None)
            if place is not None and (self._scene.on_screen(place) - spot).manhattanLength() <= px(GRIP):
                return which
        return ""
