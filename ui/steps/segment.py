"""Segment: find the heart in the scan, with doubt, and help it with a few points."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.jobs import FAILED
from ui.contours import COLOURS, WORDS
from ui.edit_card import EditCard
from ui.measure_panel import MeasurePanel
from ui.scar_panel import ScarPanel
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label, notice, section


class SegmentPage(Page):
    """Start the segmentation, place seeds, see the volumes."""

    title = "Segment"
    lead = "Solid lines: the likely boundary. Dotted and dashed: where it may still be (5 % and 95 %)."
    placing = Signal(bool)
    series_wanted = Signal()

    def fill(self) -> None:
        """Add controls and numbers."""
        session = self.session
        ready = session.image is not None
        self._add_ways_out()
        start = button("Segment" if session.segmentation is None else "Segment again", self._start, main=True)
        start.setEnabled(ready and not self.watch.busy)
        start.setToolTip("" if ready else "Read a scan first (step Images).")
        self.column.addWidget(start)
        self.column.addWidget(section("Help it"))
        self.column.addWidget(
            label("If it went wrong: click once in the middle of the left ventricle, then segment again.", "muted")
        )
        row = QHBoxLayout()
        place = self.place = QPushButton("Place points", self)
        place.setCheckable(True)
        place.toggled.connect(self.placing.emit)
        row.addWidget(place)
        clear = button("Remove points", lambda: session.clear_seeds())
        clear.setEnabled(bool(session.seeds))
        row.addWidget(clear)
        holder = QWidget(self)
        row.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(row)
        self.column.addWidget(holder)
        count = len(session.seeds)
        self.column.addWidget(
            label(f"{count} point{'s' if count != 1 else ''} placed." if count else "No points placed.", "small")
        )
        segmentation = session.segmentation
        if segmentation is None:
            return
        self.column.addWidget(EditCard(session, self))
        self.column.addWidget(section("Shown"))
        self.column.addWidget(self._legend())
        self.column.addWidget(MeasurePanel(session, self.watch, self))
        self.column.addWidget(ScarPanel(session, self.watch, self))
        self.add_notes(segmentation.notes)

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
