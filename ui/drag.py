"""Something in the scene that the mouse takes, drags and lets go."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from ui.scene import Scene


class Drag(QObject):
    """Asked before the scene's own handling: what is dragged turns no camera."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._dragging = False
        scene.plotter.installEventFilter(self)

    def take(self, spot: QPointF) -> bool:
        """Whether there is something under a pixel to be dragged; it is held from then on."""
        raise NotImplementedError

    def drag(self, spot: QPointF) -> None:
        """Move what is held to a pixel."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Leave what is held where it is."""
        raise NotImplementedError

    def hover(self, spot: QPointF) -> None:
        """The mouse moves over a pixel with nothing held and no button down."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take, drag and let go."""
        if not isinstance(event, QMouseEvent):
            return False
        kind, spot = event.type(), event.position()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = self.take(spot)
            return self._dragging
        if not self._dragging:
            if kind == QEvent.Type.MouseMove and not event.buttons():
                self.hover(spot)
            return False
        if kind == QEvent.Type.MouseMove:
            self.drag(spot)
            return True
        if kind == QEvent.Type.MouseButtonRelease:
            self._dragging = False
            self.let_go()
            return True
        return False
