"""The column on the right: one page per step, each in a scroll area."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QStackedWidget, QVBoxLayout, QWidget

from ui.job_watch import JobWatch
from ui.session import Session
from ui.steps.case import CasePage
from ui.steps.compare import ComparePage
from ui.steps.heart import HeartPage
from ui.steps.images import ImagesPage
from ui.steps.page import Page
from ui.steps.plan import PlanPage
from ui.steps.practice import PracticePage
from ui.steps.report import ReportPage
from ui.steps.segment import SegmentPage
from ui.steps.simulate import SimulatePage
from ui.viewing import STEPS

PAGES: dict[str, type[Page]] = {
    "case": CasePage,
    "images": ImagesPage,
    "segment": SegmentPage,
    "heart": HeartPage,
    "simulate": SimulatePage,
    "plan": PlanPage,
    "compare": ComparePage,
    "report": ReportPage,
    "practice": PracticePage,
}
SETTLED = 300  # ms in which a page that was filled again finds its height


class Inspector(QFrame):
    """Shows the page of the session's step."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self._session = session
        self._was_busy, self._run = False, ""
        self._watch = watch
        self.pages = {step: PAGES[step](session, watch) for step in STEPS}
        self.stack = QStackedWidget(self)
        for page in self.pages.values():
            area = QScrollArea(self.stack)
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(page)
            self.stack.addWidget(area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)
        for signal in (session.case_changed, session.data_changed, session.step_changed, session.theme_changed):
            signal.connect(self.refresh)
        session.seeds_changed.connect(lambda: self._refresh_if("segment"))
        session.labels.measured.connect(lambda: self._refresh_if("segment"))
        session.answer_changed.connect(self._answered)
        session.plan_changed.connect(lambda: self._refresh_if("plan"))
        session.look_changed.connect(self._look_changed)
        session.options.changed.connect(self._look_changed)
        session.scenario_changed.connect(self._scenario_changed)
        watch.changed.connect(self._jobs_changed)

    def page(self, step: str) -> Page:
        """The page of a step."""
        return self.pages[step]

    def refresh(self) -> None:
        """Show the page of the step, filled again."""
        step, before = self._session.step, self.stack.currentIndex()
        self.stack.setCurrentIndex(STEPS.index(step))
        area = self.stack.currentWidget()
        assert isinstance(area, QScrollArea)
        bar = area.verticalScrollBar()
        if self.stack.currentIndex() != before:
            bar.setValue(0)  # a page is read from its top
        place = bar.value()
        self.pages[step].refresh()
        if place:  # the result of a button appears where it was pressed
            _hold(bar, place)

    def _refresh_if(self, *steps: str) -> None:
        if self._session.step in steps:
            self.refresh()

    def _answered(self) -> None:
        answer = self._session.answer
        if answer is None or not answer.draft:  # a page is not made anew ten times a second
            self._refresh_if("plan")

    def _look_changed(self) -> None:
        another, self._run = self._session.look.run != self._run, self._session.look.run
        self._refresh_if("compare", *(("plan",) if another else ()))

    def _scenario_changed(self) -> None:
        page = self.pages[self._session.step]
        if isinstance(page, SimulatePage):
            page.show_scenario()
        else:
            self._refresh_if("plan")

    def _jobs_changed(self) -> None:
        if self._watch.busy != self._was_busy:
            self._was_busy = self._watch.busy
            self.refresh()


def _hold(bar: QScrollBar, place: int) -> None:
    """Keep a scroll bar where it was while the page beside it is laid out anew."""

    def restore(_low: int, high: int) -> None:
        bar.setValue(min(place, high))

    bar.rangeChanged.connect(restore)
    QTimer.singleShot(SETTLED, bar, lambda: bar.rangeChanged.disconnect(restore))
