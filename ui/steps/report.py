"""Report: one page for the record."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel

from app.captures import Capture, captures, forget_capture
from app.case import Case
from app.options import told_runs
from ui.result_cards import metric_card
from ui.steps.page import OUT_OF_DATE, Page
from ui.theme import px
from ui.widgets import Fold, button, label, section


class ReportPage(Page):
    """Write the report and open it."""

    title = "Report"
    lead = (
        "One page and an annex: measured volumes, what was simulated, how sure it is, options side by side, and what all of it "
        "rests on."
    )

    def fill(self) -> None:
        """Add the buttons."""
        session = self.session
        if session.case is None:
            return
        found = reports(session.case.folder)
        start = button(
            "Write the report" if not found else "Write it again",
            lambda: self.watch.start("report", {}),
            main=not found,
        )
        start.setEnabled(bool(session.runs or session.segmentation is not None) and not self.watch.busy)
        self.column.addWidget(start)
        if found:
            self.column.addWidget(button("Open the report", lambda: open_outside(found[0]), main=True))
            for kind, words in (("html", "Open it in the browser"), ("json", "Open the numbers (report.json)")):
                path = found[0].with_suffix(f".{kind}")
                if path.exists():
                    self.column.addWidget(button(words, partial(open_outside, path)))
            self.column.addWidget(label(str(found[0]), "small"))
        self._add_captures(session.case)
        self.add_notes(session.stale, OUT_OF_DATE)
        self.add_run_all()
        for number, name in enumerate(told_runs(session.case)):
            result = session.result_of(name)
            if result is not None:
                fold = Fold(
                    session.title_of(name) + (" (out of date)" if session.scenario_doubts.get(name) else ""),
                    number == 0,
                    self,
                )
                for metric in result.metrics:
                    fold.column.addWidget(metric_card(metric))
                self.column.addWidget(fold)
        self.column.addWidget(section("Results for other programs"))
        self.column.addWidget(label("Each run keeps fields.vtkhdf, which ParaView opens.", "small"))
        self.column.addWidget(
            button("Open the case folder", lambda: open_outside(session.case.folder if session.case else Path()))
        )

    def _add_captures(self, case: Case) -> None:
        """The pictures that were taken for the report, small."""
        taken = captures(case)
        self.column.addWidget(section("Pictures taken"))
        if not taken:
            self.column.addWidget(
                label("None yet. The camera above the heart puts what is seen into the report.", "small")
            )
        for capture in taken:
            picture = QLabel(self)
            picture.setPixmap(
                QPixmap(str(capture.path)).scaledToWidth(px(280), Qt.TransformationMode.SmoothTransformation)
            )
            picture.setAccessibleName(capture.words)
            remove = button("Remove", partial(self._forget, capture))
            remove.setProperty("role", "link")
            row = QHBoxLayout()
            row.addWidget(label(capture.words, "small"), 1)
            row.addWidget(remove)
            self.column.addWidget(picture)
            self.column.addLayout(row)

    def _forget(self, capture: Capture) -> None:
        forget_capture(capture)
        self.refresh()


def reports(folder: Path) -> list[Path]:
    """The reports of a case, newest first."""
    return sorted((folder / "report").glob("*.pdf"), key=lambda path: path.stat().st_mtime, reverse=True)


def open_outside(path: Path) -> None:
    """Open a file or folder with the system's own program."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
