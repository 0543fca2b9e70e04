"""Devices moved in the 3D view, in the step Plan: dragged with the mouse, or pushed with the arrow keys."""

from typing import Protocol, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from solvers.devices.records import Device
from ui.scene import Scene
from ui.session import Point, Session
from ui.steps.plan import chosen
from ui.theme import px

GRIP = 26.0  # pixels around the middle of a device in which it is taken
KEYS = {Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}


class Movable(Protocol):
    """An intervention whose device is moved in the view."""

    def grip(self, session: Session) -> Point | None:
        """Where the device is taken, mm; None where there is none."""

    def current(self, session: Session) -> Device | None:
        """The device as it is now."""

    def dragged(self, session: Session, scene: Scene, device: Device, start: QPointF, spot: QPointF) -> Device | None:
        """The device taken at ``start`` once the mouse is at ``spot``; None where it cannot go."""

    def pushed(self, session: Session, device: Device, right: int, up: int) -> Device | None:
        """The device one step further."""

    def keep(self, session: Session, device: Device, text: str) -> None:
        """Let the scenario have it (can be undone)."""


class DeviceDrag(QObject):
    """Shows the device at every place, and changes the scenario where it is let go."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._held: tuple[Device, QPointF] | None = None
        scene.plotter.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take, drag and let go; arrow keys."""
        if not isinstance(event, QMouseEvent | QKeyEvent):
            return False
        module = self._module()
        if module is None:
            return False
        if isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._push(module, Qt.Key(event.key()))
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return self._take(module, event.position())
        return self._dragged(module, event)

    def _dragged(self, module: Movable, event: QMouseEvent) -> bool:
        """Move what is held, let it go; a hand over a handle while nothing is."""
        kind, spot = event.type(), event.position()
        if self._held is None:
            if kind == QEvent.Type.MouseMove and not event.buttons():
                self._hover(module, spot)
            return False
        device, start = self._held
        if kind == QEvent.Type.MouseMove:
            moved = module.dragged(self._session, self._scene, device, start, spot)
            if moved is not None:
                self._session.move_device(moved)
            return True
        if kind == QEvent.Type.MouseButtonRelease:
            self._held = None
            last = self._session.device
            self._session.move_device(None)
            if last is not None and last != device:
                module.keep(self._session, last, "Move the device")
            return True
        return False

    def _module(self) -> Movable | None:
        module = chosen(self._session) if self._session.step == "plan" else None
        return cast(Movable, module) if hasattr(module, "grip") else None

    def _take(self, module: Movable, spot: QPointF) -> bool:
        place, device = module.grip(self._session), module.current(self._session)
        if place is None or device is None:
            return False
        at_grip = (self._scene.on_screen(place) - spot).manhattanLength() <= px(GRIP)
        if not at_grip and not self._at_handle(module, spot):
            return False
        self._held = (device, spot)
        return True

    def _hover(self, module: Movable, spot: QPointF) -> None:
        """An open hand over a handle."""
        if hasattr(module, "taken"):
            shape = Qt.CursorShape.OpenHandCursor if self._at_handle(module, spot) else Qt.CursorShape.ArrowCursor
            self._scene.plotter.setCursor(shape)

    def _at_handle(self, module: Movable, spot: QPointF) -> bool:
        """Whether a handle of the device is under the mouse, where it has more than its middle."""
        taken = getattr(module, "taken", None)
        return taken is not None and bool(taken(self._session, self._scene, spot))

    def _push(self, module: Movable, key: Qt.Key) -> bool:
        device = module.current(self._session)
        if key not in KEYS or device is None:
            return False
        moved = module.pushed(self._session, device, *KEYS[key])
        if moved is not None and moved != device:
            module.keep(self._session, moved, "Move the device")
        return True
