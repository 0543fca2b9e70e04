"""Coronary ostia dragged over the wall with the mouse, where a valve is planned; the numbers follow."""

from PySide6.QtCore import QPointF

from solvers.devices.records import ImplantedValve
from ui.drag import Drag
from ui.plan import valve
from ui.scene import Scene
from ui.session import Session
from ui.steps.plan import planned
from ui.theme import px

GRIP = 12.0  # pixels around an ostium in which it is taken
OSTIA = ("left_ostium", "right_ostium")


class OstiumDrag(Drag):
    """Shows the valve with the ostium at every place, and changes the scenario (can be undone) where it is let go."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._held = ""

    def take(self, spot: QPointF) -> bool:
        """Whether an ostium lies under a pixel."""
        self._held = self._under(spot)
        return bool(self._held)

    def drag(self, spot: QPointF) -> None:
        """Show the valve with the ostium under a pixel of the wall."""
        place, device = self._scene.under(spot), valve.current(self._session)
        if place is not None and device is not None:
            x, y, z = (round(c, 2) for c in place)
            self._session.move_device(device.model_copy(update={self._held: (x, y, z)}))

    def let_go(self) -> None:
        """Change the scenario."""
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
