"""Puts editing together: its state, tool bar, mouse, overlay and autosave, over the slices of the step Segment."""

from PySide6.QtCore import QObject, QTimer

from ui.edit_bar import EditBar
from ui.edit_keeper import EditKeeper
from ui.edit_model import EditModel
from ui.edit_mouse import EditMouse
from ui.edit_overlay import EditOverlay
from ui.job_watch import JobWatch
from ui.session import Session
from ui.slices import Slices

LATER = 250  # ms after an edit until the other two views follow


class EditDesk(QObject):
    """Active in the step Segment; elsewhere the slices are as they were."""

    def __init__(self, session: Session, watch: JobWatch, slices: Slices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._slices = session, slices
        self.model = EditModel(session, watch, lambda: slices.place, self)
        self.overlay = EditOverlay(slices.views[0], self.model)
        self.mouse = EditMouse(slices, self.model, self.overlay)
        self.keeper = EditKeeper(session, self)
        self.bar = EditBar(self.model, slices)
        slices.add_bar(self.bar)
        self._later = QTimer(self, singleShot=True, interval=LATER)
        self._later.timeout.connect(slices.draw)
        session.step_changed.connect(self.arrange)
        session.case_changed.connect(self.arrange)
        session.data_changed.connect(self.arrange)
        session.theme_changed.connect(self.dress)
        session.labels.changed.connect(self._edited)
        slices.drawn.connect(self.draw)
        self.model.changed.connect(self._changed)
        self.model.strokes_changed.connect(self.draw)
        self.arrange()
        self.dress()

    @property
    def active(self) -> bool:
        """Whether slices are there to be edited."""
        return self._session.step == "segment" and self._session.image is not None

    def arrange(self) -> None:
        """Show what the step needs."""
        self.bar.setVisible(self.active)
        if not self.active and self.model.tool:
            self.model.hold("")
        self._slices.show_native(self.model.grid if self.active else None)
        if not self.active:
            self.overlay.show(False)
            self._slices.editing = False

    def draw(self) -> None:
        """Draw what lies over the slice in view."""
        if self.active and self._slices.planes:
            self.overlay.fill = self._session.overlay.fill if self.model.tool else 0.0
            self.mouse.contour.refresh()
            self.overlay.draw(self.mouse.plane())

    def dress(self) -> None:
        """Wear the session's theme."""
        self.bar.dress(self._session.theme)

    def finish(self) -> None:
        """Stop timers and processes."""
        self._later.stop()
        self.keeper.finish()
        self.model.helper.rest()

    def _changed(self) -> None:
        held = bool(self.model.tool)
        if held != self._slices.editing:
            self._slices.editing = held
            self._slices.draw()
        if not held:
            self.overlay.show_cursor(None)
        self.draw()

    def _edited(self) -> None:
        self.draw()
        if self.model.tool:
            self._later.start()
        else:
            self._slices.draw()
