"""Labels from elsewhere into the case, and the case's labels into a file."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from app.jobs import DONE, JobStatus
from geometry.label_maps import schemes
from ui.file_dialogs import ask_label_maps, ask_where_to_write
from ui.job_watch import JobWatch
from ui.session import Session
from ui.theme import px
from ui.widgets import label

TITLES = {"acdc": "ACDC", "mmwhs": "MM-WHS", "totalsegmentator": "TotalSegmentator", "cardiotwin": "CardioTwin",
          "bivme": "biv-me"}  # fmt: skip


class LabelDialog(QDialog):
    """Asks how the numbers of a label map are to be read, and which phase it belongs to."""

    def __init__(self, count: int, phases: int, phase: int, replaces: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import labels")
        self._several = count > 1
        self.scheme = QComboBox(self)
        self.scheme.addItem("As the file tells", None)
        for name in schemes():
            self.scheme.addItem(TITLES.get(name, name), name)
        self.scheme.setToolTip("Which number stands for which part of the heart, where the file does not say")
        self.when = QComboBox(self)
        self.when.addItem("As the file tells", None)
        for number in range(phases):
            self.when.addItem(f"Phase {number + 1}" + (" (in view)" if number == phase else ""), number)
        self.when.setToolTip("For a map of one phase of a cine")
        form = QFormLayout()
        form.setHorizontalSpacing(px(14))
        form.addRow("Numbers", self.scheme)
        if phases > 1 and not self._several:
            form.addRow("Phase", self.when)
        else:
            self.when.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(18), px(16), px(18), px(14))
        column.setSpacing(px(12))
        if replaces:
            column.addWidget(label("The labels take the place of the segmentation of this case, edits included."))
        column.addLayout(form)
        buttons = QDialogButtonBox(self)
        self.take = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.take.setProperty("role", "main")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(px(360))

    def options(self) -> dict[str, object]:
        """What was answered, as options of the step."""
        phase = self.when.currentData()
        return {"scheme": self.scheme.currentData(), "phases": [] if phase is None else [phase]}


class LabelExchange(QObject):
    """Asks for files and starts the steps that read or write them."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._watch, self._window = session, watch, parent
        self._name = ""  # of the file that is being written
        watch.ended.connect(self._ended)

    def ask_import(self) -> None:
        """Ask for label maps and how to read them."""
        if self._session.image is None:
            return
        paths = ask_label_maps(self._window)
        if paths:
            dialog = self.dialog(len(paths))
            dialog.accepted.connect(lambda: self.take(paths, dialog.options()))
            dialog.open()

    def dialog(self, count: int) -> LabelDialog:
        """The questions for that many label maps."""
        session = self._session
        phases = session.image.phases if session.image is not None else 1
        return LabelDialog(count, phases, session.phase, session.segmentation is not None, self._window)

    def take(self, paths: tuple[Path, ...], options: dict[str, object]) -> None:
        """Start to read label maps into the case."""
        self._watch.start("labels", {"files": [str(path) for path in paths]} | options)

    def ask_export(self) -> None:
        """Ask where the labels go, and write them."""
        path = ask_where_to_write(self._window)
        if path is not None:
            self.give(path)

    def give(self, path: Path) -> None:
        """Start to write the labels."""
        self._name = path.name
        self._watch.start("export_labels", {"out": str(path)})

    def _ended(self, status: JobStatus) -> None:
        if status.state != DONE:
            return
        if status.verb == "export_labels":
            self._session.said.emit(self._written(), "info")
        elif status.verb == "labels":
            self._show()

    def _written(self) -> str:
        segmentation = self._session.segmentation
        if not self._name.lower().endswith(".dcm") or segmentation is None:
            return f"The labels were written to {self._name}."
        of_phase = f" of phase {segmentation.ed + 1} (end-diastole)" if segmentation.labels.ndim == 4 else ""
        beside = f"{Path(self._name).stem}_source"
        return f"The labels{of_phase} were written to {self._name}; the images they refer to lie beside it in {beside}."

    def _show(self) -> None:
        """Show what came in, in a phase that has labels."""
        segmentation = self._session.segmentation
        if segmentation is None:
            return
        if not segmentation.phase(self._session.phase).any():
            self._session.set_phase(segmentation.ed)
        told = f" {segmentation.notes[0]}" if segmentation.notes else ""
        self._session.said.emit(f"The labels are in the case.{told}", "warn" if told else "info")
