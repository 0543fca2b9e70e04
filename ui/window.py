"""The window: step bar, views, inspector, and a foot with the intended use and the running step."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QCursor, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QStackedWidget,
)

from app.settings import cases_folder, load_settings, save_settings, with_recent
from geometry.errors import Refused
from sample_scans.catalogue import sample
from solvers.scenario import Electrophysiology
from ui.actions import add_actions
from ui.edit_desk import EditDesk
from ui.file_dialogs import ask_case, ask_scan_file, ask_scan_folder
from ui.finished import finished_twin, own_folder
from ui.frame import beside, framed
from ui.inspector import Inspector
from ui.job_panel import JobPanel
from ui.job_watch import JobWatch
from ui.label_exchange import LabelExchange
from ui.mesh_exchange import MeshExchange
from ui.message_bar import MessageBar
from ui.series_chooser import SeriesChooser
from ui.session import Session
from ui.slices import EMPTY, READING
from ui.start_page import StartPage
from ui.step_bar import StepBar
from ui.steps.compare import ComparePage
from ui.steps.images import ImagesPage
from ui.steps.plan import PlanPage, asks, look_before
from ui.steps.segment import SegmentPage
from ui.theme import DARK, THEMES, px, wear
from ui.way_in import WayIn
from ui.workplace import Workplace


class Window(QMainWindow):
    """Puts the parts together and connects what one does to the others."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self.session = Session(self)
        self.session.theme = THEMES.get(load_settings().theme, DARK)
        wear(application, self.session.theme)
        self.watch = JobWatch(self.session, self)
        self.step_bar = StepBar(self)
        self.messages = MessageBar(self)
        self.start_page = StartPage(self)
        self.workplace = Workplace(self.session, self)
        self.editing = EditDesk(self.session, self.watch, self.workplace.slices, self)
        self.inspector = Inspector(self.session, self.watch, self)
        self.jobs = JobPanel(self.watch, self)
        self.chooser = SeriesChooser(self)
        self.exchange = LabelExchange(self.session, self.watch, self)
        self.meshes = MeshExchange(self.session, self.watch, self)
        self.way_in = WayIn(self.session, self.watch, self.chooser, self)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        add_actions(self)
        self._dress()
        self.show_start()

    # --- what a person asks for -----------------------------------------------------------------------------------------

    def open_case(self, folder: Path) -> bool:
        """Open a case folder; a sentence and False where that is not possible."""
        self._application.setOverrideCursor(QCursor(Qt.CursorShape.WaitCursor))
        try:
            self.session.save_view()
            self.messages.hide()
            self.session.open_folder(folder)
        except Refused as refusal:
            self.session.said.emit(str(refusal), "bad")
            return False
        finally:
            self._application.restoreOverrideCursor()
        save_settings(with_recent(load_settings(), folder))
        self.pages.setCurrentIndex(1)
        self._show_title()
        return True

    def open_sample(self, key: str, whole: bool) -> None:
        """Open a sample patient: the finished twin (worked out the first time), or a new case with only its scan."""
        chosen = sample(key)
        if chosen is None:
            return
        twin = finished_twin(chosen) if whole else None
        if twin is not None:
            self.open_case(twin)
            return
        folder = own_folder(chosen, whole)
        if (folder / "case.json").is_file():
            if self.open_case(folder) and whole and not self.session.runs and not self.watch.busy:
                self.watch.start("road", {"scan": str(chosen.scan)})
            return
        self.way_in.begin("road" if whole else "import", {"scan": str(chosen.scan)}, folder, chosen.title)

    def bring_in(self, path: Path) -> None:
        """Open what somebody brings: a case, or a scan to make one of."""
        self.messages.hide()
        self.way_in.bring_in(path)

    def new_case(self) -> None:
        """Ask for a file (an archive, a volume, or any picture of a DICOM folder) and make a case of it."""
        path = ask_scan_file(self)
        if path is not None:
            self.bring_in(path)

    def new_case_from_folder(self) -> None:
        """Ask for a folder of DICOM files and make a case of it."""
        path = ask_scan_folder(self)
        if path is not None:
            self.bring_in(path)

    def add_late_enhancement(self, source: str) -> None:
        """Put late enhancement beside the scan of the open case, from the same "study", a "file" or a "folder"."""
        if source == "study":
            self.way_in.choose_again("lge")
            return
        path = ask_scan_folder(self) if source == "folder" else ask_scan_file(self)
        if path is not None:
            self.way_in.bring_in(path, "lge")

    def choose_case(self) -> None:
        """Ask for a case folder and open it."""
        place = ask_case(self, cases_folder())
        if place is not None:
            self.open_case(place)

    def show_start(self) -> None:
        """Show the sample patients and the recent cases."""
        self.session.save_view()
        self.start_page.refresh()
        self.pages.setCurrentIndex(0)
        self.step_bar.show_step("")
        self.setWindowTitle("CardioTwin")
        self.name.clear()

    def go(self, step: str) -> None:
        """Go to a step; without a case that is the start page."""
        if self.session.case is None:
            self.show_start()
            return
        self.pages.setCurrentIndex(1)
        self._show_title()
        self.session.show_step(step)

    def wear(self, name: str) -> None:
        """Change the theme and remember it."""
        theme = THEMES[name]
        wear(self._application, theme)
        self.session.set_theme(theme)
        save_settings(load_settings().model_copy(update={"theme": name}))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and folders."""
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()
            self.session.said.emit("Drop it to open it: a zip archive, a folder or file of a scan, or a case.", "info")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """It was not meant for here."""
        self.messages.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        event.acceptProposedAction()
        self.bring_in(Path(event.mimeData().urls()[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the view; stop timers, processes and graphics."""
        self.session.save_view()
        self.way_in.finish()
        self.editing.finish()
        self.watch.finish()
        self.start_page.finish()
        self.workplace.finish()
        super().closeEvent(event)

    # --- inside -----------------------------------------------------------------------------------------------------------

    def _show_chooser(self) -> None:
        self.pages.setCurrentWidget(self.chooser)
        self.step_bar.show_step("images")
        self.setWindowTitle("CardioTwin")

    def _back(self) -> None:
        """Back to the case that is open, or to the start."""
        if self.session.case is None:
            self.show_start()
        else:
            self.go(self.session.step)

    def _lay_out(self) -> None:
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(beside(self.workplace, self.inspector))
        self.pages.addWidget(self.chooser)
        self.setCentralWidget(framed(self.step_bar, self.messages, self.pages, self.jobs))
        self.name = QLabel(self)
        self.name.setProperty("role", "muted")
        self.name.setContentsMargins(px(10), 0, px(16), 0)
        self.name.setMinimumHeight(px(28))
        self.menuBar().setCornerWidget(self.name)
        self.setMinimumSize(980, 620)

    def _connect(self) -> None:
        session = self.session
        self.step_bar.chosen.connect(self.go)
        session.step_changed.connect(self._step_changed)
        session.said.connect(self.messages.say)
        session.title_changed.connect(self._show_title)
        session.theme_changed.connect(self._dress)
        self.watch.changed.connect(lambda: self.workplace.slices.tell_empty(READING if self.watch.busy else EMPTY))
        self.watch.started.connect(self.messages.hide)  # what was wrong before is being tried again
        for signal in (session.scenario_changed, session.plan_changed):
            signal.connect(self._ask)
        self.start_page.sample_chosen.connect(self.open_sample)
        self.start_page.case_chosen.connect(self.open_case)
        self.start_page.open_wanted.connect(self.choose_case)
        self.start_page.scan_wanted.connect(self.new_case)
        self.start_page.folder_wanted.connect(self.new_case_from_folder)
        self.way_in.choosing.connect(self._show_chooser)
        self.way_in.case_wanted.connect(self.open_case)
        self.meshes.case_wanted.connect(self.open_case)
        self.meshes.back_wanted.connect(self.show_start)
        self.way_in.back_wanted.connect(self._back)
        self.workplace.scene_panel.scene.picked.connect(self._picked)
        segment = self.inspector.page("segment")
        assert isinstance(segment, SegmentPage)
        slices = self.workplace.slices
        segment.placing.connect(slices.place_seeds)
        images = self.inspector.page("images")
        assert isinstance(images, ImagesPage)
        for page in (images, segment):
            page.series_wanted.connect(self.way_in.choose_again)
        images.late_wanted.connect(self.add_late_enhancement)
        segment.import_wanted.connect(self.exchange.ask_import)
        segment.export_wanted.connect(self.exchange.ask_export)
        images.scan_wanted.connect(self.new_case)
        images.folder_wanted.connect(self.new_case_from_folder)

    def _step_changed(self, step: str) -> None:
        if self.pages.currentIndex() == 1:
            self.step_bar.show_step(step)
        if step == "compare":
            page = self.inspector.page("compare")
            assert isinstance(page, ComparePage)
            page.choose_second()
        session = self.session
        if step == "simulate" and session.scenario_name in session.runs and session.look.run != session.scenario_name:
            session.set_look(run=session.scenario_name)  # numbers and picture are of one run
        if step == "plan":
            look_before(session)
            self._ask()
        elif self.session.answer is not None:
            self.session.set_answer(None)
        if step != "plan":
            self.watch.rest()

    def _picked(self, x: float, y: float, z: float) -> None:
        self.session.pick((x, y, z))
        page = self.inspector.page("plan")
        if self.session.step == "plan" and isinstance(page, PlanPage):
            page.place((x, y, z))

    def _ask(self) -> None:
        """In the step Plan, ask the what-if process about the scenario where the chosen intervention wants it."""
        scenario = self.session.scenario
        if self.session.step != "plan":
            return
        if isinstance(scenario, Electrophysiology) and asks(self.session):
            self.watch.ask(self.session.scenario_name, scenario)
        else:
            self.watch.drop()
            self.session.set_answer(None)

    def _dress(self) -> None:
        theme = self.session.theme
        self.step_bar.dress(theme)
        self.messages.dress(theme)
        self.workplace.slices.dress()

    def _show_title(self) -> None:
        case = self.session.case
        self.setWindowTitle(f"{case.title} - CardioTwin" if case is not None else "CardioTwin")
        self.name.setText(case.title if case is not None else "")
        self.name.adjustSize()
        self.menuBar().setCornerWidget(self.name)  # makes room for its new width
        self.name.show()
        self.step_bar.show_step(self.session.step)
