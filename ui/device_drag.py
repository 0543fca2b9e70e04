"""Devices moved in the 3D view, in the step Plan: dragged with the mouse, or pushed with the arrow keys."""

from typing import Protocol, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from solvers.devices.records import Device
from ui.drag import Drag
from ui.scene import Scene
from ui.session import Session
from ui.steps.plan import chosen
from ui.theme import px
from ui.viewing import Point

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


class DeviceDrag(Drag):
    """Shows the device at every place, and changes the scenario where it is let go."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._held: tuple[Movable, Device, QPointF] | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The mouse, and the arrow keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            module = self._module()
            return module is not None and self._push(module, Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def take(self, spot: QPointF) -> bool:
        """Whether the middle of the device, or one of its handles, lies under a pixel."""
        module = self._module()
        place, device = (module.grip(self._session), module.current(self._session)) if module else (None, None)
        if module is None or place is None or device is None:
            return False
        if (self._scene.on_screen(place) - spot).manhattanLength() > px(GRIP) and not self._at_handle(module, spot):
            return False
        self._held = (module, device, spot)
        return True

    def drag(self, spot: QPointF) -> None:
        """Show the device where the mouse has brought it."""
        assert self._held is not None
        module, device, start = self._held
        moved = module.dragged(self._session, self._scene, device, start, spot)
        if moved is not None:
            self._session.move_device(moved)

    def let_go(self) -> None:
        """Change the scenario where the device has moved."""
        assert self._held is not None
        (module, device, _), self._held = self._held, None
        last = self._session.device
        self._session.move_device(None)
        if last is not None and last != device:
            module.keep(self._session, last, "Move the device")

    def hover(self, spot: QPointF) -> None:
        """An open hand over a handle."""
        module = self._module()
        if module is not None and hasattr(module, "taken"):
            self._scene.show_hand(self._at_handle(module, spot))

    def _module(self) -> Movable | None:
        module = chosen(self._session) if self._session.step == "plan" else None
        return cast(Movable, module) if hasattr(module, "grip") else None

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
