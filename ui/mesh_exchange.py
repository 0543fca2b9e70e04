"""A mesh from elsewhere into a case, and the case's mesh into a file."""

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from app.case import Case
from app.jobs import DONE, FAILED, JobStatus
from geometry.errors import Refused
from geometry.exchange.length_unit import UNITS
from geometry.exchange.surface_words import PRESETS, parse_surfaces
from ui.file_dialogs import ask_mesh, ask_where_the_mesh_goes
from ui.job_watch import JobWatch
from ui.session import Session
from ui.theme import px
from ui.way_in import next_folder
from ui.widgets import label

EDGES = (0.4, 5.0)  # mm
IMPORTED = "The mesh is the heart of this case. Read on the right what was guessed or mended, and look at its surfaces."
REPLACES = (
    "The mesh takes the place of the heart of this case; runs made on the old one are kept and told to be out of date."
)


class MeshDialog(QDialog):
    """Asks what the user may know better than the file: unit, names of surfaces, and the size of new tetrahedra."""

    def __init__(self, replaces: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import a mesh")
        self.unit = QComboBox(self)
        self.unit.addItem("As the file tells, or a guess", None)
        for name in UNITS:
            self.unit.addItem(name, name)
        self.unit.setToolTip("A guess is made from how large a heart can be, and is told")
        self.surfaces = QLineEdit(self)
        self.surfaces.setPlaceholderText("by name or shape; else 1=endo_lv 2=epi 3=base")
        self.surfaces.setToolTip(f"NUMBER=NAME for each surface, or the preset {', '.join(PRESETS)}")
        self.edge = QLineEdit(self)
        self.edge.setPlaceholderText("automatic")
        self.edge.setToolTip("mm; only where the file is a closed surface, which is filled with tetrahedra")
        form = QFormLayout()
        form.setHorizontalSpacing(px(14))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Unit of length", self.unit)
        form.addRow("Surfaces", self.surfaces)
        form.addRow("Edge length (mm)", self.edge)
        self.wrong = label("", "bad")
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(18), px(16), px(18), px(14))
        column.setSpacing(px(12))
        if replaces:
            column.addWidget(label(REPLACES))
        column.addLayout(form)
        column.addWidget(self.wrong)
        buttons = QDialogButtonBox(self)
        take = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        take.setProperty("role", "main")
        buttons.accepted.connect(self._check)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(px(440))

    def options(self) -> dict[str, object]:
        """What was answered, as options of the step; raises Refused for what cannot be."""
        surfaces = self.surfaces.text().replace(",", " ").split()
        parse_surfaces(surfaces)
        text = self.edge.text().strip().replace(",", ".")
        try:
            edge = float(text) if text else None
        except ValueError:
            edge = -1.0
        if edge is not None and not EDGES[0] <= edge <= EDGES[1]:
            raise Refused(f"The edge length must lie between {EDGES[0]:g} and {EDGES[1]:g} mm.")
        return {"unit": self.unit.currentData(), "surfaces": surfaces, "edge": edge}

    def _check(self) -> None:
        try:
            self.options()
        except Refused as refusal:
            self.wrong.setText(str(refusal).replace("--surface ", ""))
            self.wrong.show()
            return
        self.accept()


class MeshExchange(QObject):
    """Asks for files and starts the steps that read or write them."""

    case_wanted = Signal(Path)  # a case is to be opened
    back_wanted = Signal()  # nothing came of it

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._watch, self._window = session, watch, parent
        self._fresh: Path | None = None  # a new case whose mesh is being read
        self._name = ""  # of the file that is being written
        watch.ended.connect(self._ended)

    def ask_new_case(self) -> None:
        """Ask for a mesh, and make a case of it."""
        self._ask(fresh=True)

    def ask_import(self) -> None:
        """Ask for a mesh for the open case."""
        if self._session.case is not None:
            self._ask(fresh=False)

    def ask_export(self) -> None:
        """Ask where the mesh goes, and write it."""
        path = ask_where_the_mesh_goes(self._window) if self._session.mesh is not None else None
        if path is not None:
            self.give(path)

    def dialog(self, fresh: bool) -> MeshDialog:
        """The questions for a mesh."""
        return MeshDialog(not fresh and self._session.mesh is not None, self._window)

    def take(self, path: Path, options: dict[str, object], fresh: bool) -> None:
        """Start to read a mesh, into a new case (whose name tells nothing of the file) or into the open one."""
        if fresh:
            folder = next_folder()
            try:
                Case.create(folder, folder.name)
            except (Refused, OSError) as failure:
                self._session.said.emit(str(failure), "bad")
                return
            self.case_wanted.emit(folder)
            self._fresh = folder.resolve()
        self._session.show_step("heart")
        self._watch.start("import_mesh", {"files": [str(path)]} | options)

    def give(self, path: Path) -> None:
        """Start to write the mesh."""
        self._name = path.name
        self._watch.start("export_mesh", {"out": str(path)})

    def _ask(self, fresh: bool) -> None:
        path = ask_mesh(self._window)
        if path is not None:
            dialog = self.dialog(fresh)
            dialog.accepted.connect(lambda: self.take(path, dialog.options(), fresh))
            dialog.open()

    def _ended(self, status: JobStatus) -> None:
        if status.verb == "export_mesh" and status.state == DONE:
            self._session.said.emit(f"The mesh was written to {self._name}.", "info")
        if status.verb != "import_mesh":
            return
        fresh, self._fresh = self._fresh, None
        case = self._session.case
        if status.state == DONE:
            self._session.show_step("heart")
            self._session.said.emit(IMPORTED, "info")
        elif case is not None and case.folder == fresh:
            self._session.open(None)
            shutil.rmtree(case.folder, ignore_errors=True)
            self.back_wanted.emit()
            if status.state == FAILED:
                self._session.said.emit(status.error, "bad")
