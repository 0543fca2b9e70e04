"""What every page of the inspector is: a column of texts, cards and buttons, filled again when the session changes."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from geometry.metric import Metric, shown_text
from ui.job_watch import JobWatch
from ui.result_cards import metric_card
from ui.session import Session
from ui.theme import px
from ui.widgets import button, label, notice, section

OUT_OF_DATE = "Out of date"


class Page(QWidget):
    """A column; subclasses fill it in ``fill``."""

    title = ""
    lead = ""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.watch = watch
        self.kept: dict[str, Any] = {}  # what a part of the page remembers while it is filled again
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(16), px(14), px(14), px(16))
        self.column.setSpacing(px(8))
        self.refresh()

    def refresh(self) -> None:
        """Fill the page again."""
        _empty(self.column)
        head = QLabel(self.title, self)
        head.setProperty("role", "title")
        self.column.addWidget(head)
        if self.lead:
            self.column.addWidget(label(self.lead, "muted"))
        self.fill()
        self.column.addStretch(1)

    def fill(self) -> None:
        """Add what the page shows."""

    def tick(self) -> None:
        """A job has moved; pages that show it override this."""

    def add_notes(self, notes: tuple[str, ...], head: str = "Worth knowing") -> None:
        """Add sentences."""
        if notes:
            self.column.addWidget(section(head))
            for note in notes:
                self.column.addWidget(notice(note) if head == OUT_OF_DATE else label(shown_text(note), "small"))

    def add_doubts(self, *names: str) -> None:
        """What no longer fits of some runs, and a way to run them again."""
        session = self.session
        for name in dict.fromkeys(names):
            for sentence in session.scenario_doubts.get(name, ()):
                self.column.addWidget(notice(sentence))
            if name in session.old_runs:
                again = button(f"Run \u2018{session.title_of(name)}\u2019 again", partial(self._run_again, name))
                again.setEnabled(not self.watch.busy)
                self.column.addWidget(again)
        self.add_run_all()

    def add_run_all(self) -> None:
        """One button for all runs that are out of date, where there are several."""
        session, old = self.session, tuple(self.session.old_runs)
        if len(old) > 1:
            titles = ", ".join(session.title_of(name) for name in old)
            again = button(f"Run all {len(old)} again", partial(self.watch.run_all, old))
            again.setToolTip(
                f"Every run that is out of date, one after another, parents before their children: {titles}"
            )
            again.setEnabled(session.mesh is not None and not self.watch.busy)
            self.column.addWidget(again)

    def _run_again(self, name: str) -> None:
        self.watch.start("simulate", {"scenario": name})

    def add_metrics(self, metrics: tuple[Metric, ...], head: str) -> None:
        """Add cards with numbers."""
        self.add_metrics_to(self.column, metrics, head)

    @staticmethod
    def add_metrics_to(column: QVBoxLayout, metrics: tuple[Metric, ...], head: str) -> None:
        """Add cards with numbers to a part of the page."""
        if metrics:
            column.addWidget(section(head))
            for metric in metrics:
                column.addWidget(metric_card(metric))


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        inner = item.layout() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner, QVBoxLayout):
            _empty(inner)
