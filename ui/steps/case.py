"""Case: who this is, what there is already, and what does not fit any more."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.case_folder import LONGEST_TITLE
from geometry.errors import Refused
from ui.steps.page import OUT_OF_DATE, Page
from ui.theme import px
from ui.widgets import button, label, section

STATES = (
    ("images", "Scan"),
    ("segment", "Segmentation"),
    ("heart", "Heart"),
    ("simulate", "Simulations"),
)


class CasePage(Page):
    """The patient at a glance."""

    title = "Case"

    def fill(self) -> None:
        """Add what is known."""
        case = self.session.case
        if case is None:
            self.column.addWidget(label("No case is open. Choose a sample patient, a recent case or a scan.", "muted"))
            return
        self.column.addWidget(self._title(case.title))
        self.column.addWidget(label(str(case.folder), "small"))
        self.column.addWidget(section("On the way"))
        there = {
            "images": self.session.image is not None,
            "segment": self.session.segmentation is not None,
            "heart": self.session.mesh is not None,
            "simulate": bool(self.session.runs),
        }
        for step, words in STATES:
            self.column.addWidget(self._state(step, words, there[step]))
        if self.session.image is not None and not self.session.runs:
            go = button(
                "Go the whole way", self._go, main=True, tip="Segment, build the heart, simulate and write the report"
            )
            go.setEnabled(not self.watch.busy)
            self.column.addWidget(go)
        self.add_notes(self.session.stale, OUT_OF_DATE)
        self.add_run_all()
        self.add_metrics(case.measures()[:4], "Measured")

    def _title(self, title: str) -> QLineEdit:
        """The title as a field: what it says is kept when it is left or Enter is pressed."""
        field = QLineEdit(title, self)
        field.setProperty("role", "title")
        field.setMaxLength(LONGEST_TITLE)
        field.setToolTip(
            "The title of the case: click to change it. It is never taken from a file or a name in the scan."
        )
        field.setCursorPosition(0)

        def keep() -> None:
            try:
                self.session.rename(field.text())
            except Refused as refusal:
                field.setText(title)
                self.session.said.emit(str(refusal), "warn")

        field.editingFinished.connect(keep)
        return field

    def _state(self, step: str, words: str, there: bool) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        sign = QLabel("\u25cf" if there else "\u25cb", row)
        sign.setProperty("role", "good" if there else "muted")
        layout.addWidget(sign)
        text = button(words, lambda: self.session.show_step(step))
        text.setProperty("role", "link")
        layout.addWidget(text)
        layout.addStretch(1)
        state = QLabel(self._words(step, there), row)
        state.setProperty("role", "small")
        layout.addWidget(state)
        return row

    def _words(self, step: str, there: bool) -> str:
        if not there:
            return "not yet"
        if step == "simulate":
            count = len(self.session.runs)
            return f"{count} run{'s' if count != 1 else ''}"
        if step == "images" and self.session.image is not None:
            image = self.session.image
            return f"{image.modality}, {image.phases} phases" if image.phases > 1 else image.modality
        return "ready"

    def _go(self) -> None:
        case = self.session.case
        if case is not None:
            self.watch.start("road", {"scan": str(case.folder / "scan" / "image.nii.gz")})
