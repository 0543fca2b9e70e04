"""Segment: find the heart in the scan, with doubt, and help it with a few points."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.jobs import FAILED
from ui.contours import COLOURS, WORDS
from ui.edit_card import EditCard
from ui.measure_panel import MeasurePanel
from ui.scar_panel import ScarPanel
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Fold, button, label, notice, section


class SegmentPage(Page):
    """Start the segmentation, place seeds, see the volumes."""

    title = "Segment"
    lead = "Solid lines: the likely boundary. Dotted and dashed: where it may still be (5 % and 95 %)."
    placing = Signal(bool)
    series_wanted = Signal()
    import_wanted = Signal()  # of labels from elsewhere
    export_wanted = Signal()
    _unfolded = False

    def fill(self) -> None:
        """Add controls and numbers."""
        session = self.session
        segmentation = session.segmentation
        self._add_ways_out()
        if segmentation is None:
            self._add_start(self.column)
            self._add_exchange(self.column)
            return
        self.column.addWidget(EditCard(session, self))
        self.column.addWidget(section("Shown"))
        self.column.addWidget(self._legend())
        self.column.addWidget(MeasurePanel(session, self.watch, self))
        self.column.addWidget(ScarPanel(session, self.watch, self))
        self.add_notes(segmentation.notes)
        again = Fold("Segment again, labels in and out", bool(session.seeds) or self._unfolded)
        again.unfolded.connect(self._remember)
        self._add_start(again.column)
        self._add_exchange(again.column)
        self.column.addWidget(again)

    def _add_start(self, column: QVBoxLayout) -> None:
        """The button that finds the heart, and points that help it."""
        session, ready = self.session, self.session.image is not None
        first = session.segmentation is None
        start = button("Segment" if first else "Segment again", self._start, main=first)
        start.setEnabled(ready and not self.watch.busy)
        start.setToolTip("" if ready else "Read a scan first (step Images).")
        column.addWidget(start)
        column.addWidget(
            label("If it goes wrong: click once in the middle of the left ventricle, then segment again.", "muted")
        )
        place = self.place = QPushButton("Place points", self)
        place.setCheckable(True)
        place.setEnabled(ready)
        place.setToolTip("Then click in the slices; each click is a point inside the left ventricle")
        place.toggled.connect(self.placing.emit)
        clear = button("Remove points", session.clear_seeds)
        clear.setEnabled(bool(session.seeds))
        column.addWidget(_side_by_side(place, clear))
        count = len(session.seeds)
        column.addWidget(
            label(f"{count} point{'s' if count != 1 else ''} placed." if count else "No points placed.", "small")
        )

    def _remember(self, on: bool) -> None:
        self._unfolded = on

    def _add_ways_out(self) -> None:
        """Where the method refused: its sentence, and what can be done instead."""
        refused = [status for status in self.watch.jobs.values() if (status.verb, status.state) == ("segment", FAILED)]
        if not refused or self.session.segmentation is not None:
            return
        self.column.addWidget(notice(refused[-1].error))
        self.column.addWidget(section("What you can do"))
        self.column.addWidget(button("Click into the left ventricle", lambda: self.place.setChecked(True)))
        self.column.addWidget(button("Choose another series ...", self.series_wanted.emit))
        by_hand = button("Draw it by hand", lambda: self.watch.start("segment", {"seeds": [], "method": "manual"}))
        self.column.addWidget(by_hand)

    def _add_exchange(self, column: QVBoxLayout) -> None:
        """Labels from elsewhere, and labels given away."""
        column.addWidget(section("Labels as a file"))
        take = button("Import ...", self.import_wanted.emit, tip="Label maps: NIfTI, NRRD, MetaImage, DICOM SEG")
        give = button("Export ...", self.export_wanted.emit, tip="The labels of this case: NIfTI, NRRD, DICOM SEG")
        take.setEnabled(self.session.image is not None and not self.watch.busy)
        give.setEnabled(self.session.segmentation is not None and not self.watch.busy)
        column.addWidget(_side_by_side(take, give))

    def _legend(self) -> QWidget:
        segmentation = self.session.segmentation
        assert segmentation is not None
        there = [name for name in COLOURS if name in segmentation.probability or (segmentation.labels == name).any()]
        words = "   ".join(
            f'<span style="color:{COLOURS[name]}">\u25a0</span>&nbsp;{WORDS[name].replace(" ", "&nbsp;")}'
            for name in there
        )
        found = QLabel(words, self)
        found.setWordWrap(True)
        found.setContentsMargins(0, 0, 0, px(2))
        return found

    def _start(self) -> None:
        self.watch.start("segment", {"seeds": [list(seed) for seed in self.session.seeds], "method": None})


def _side_by_side(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    return holder
