"""Scar on the page Segment: measure it, see what each rule says, and open the slices."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from geometry.scar.study import RULE_DECIDES, ScarStudy
from ui.job_watch import JobWatch
from ui.scar_rules import RuleTable
from ui.scar_view import ScarView
from ui.session import Session
from ui.theme import px
from ui.widgets import button, label, section


class ScarPanel(QWidget):
    """Nothing at all while the case has no late enhancement."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._watch = session, watch
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        self._column = column
        self._study: ScarStudy | None = None
        self._rule = ""
        if session.case is None or "lge" not in session.case.roles():
            return
        column.addWidget(section("Scar"))
        study = session.case.scar(chances=False)
        self._study, self._rule = study, session.case.scar_rule() or ""
        start = button("Measure scar" if study is None else "Measure scar again", self._start)
        ready = session.segmentation is not None and not watch.busy
        start.setEnabled(ready)
        start.setToolTip("" if ready else "Segment the cine first: its outline is carried over.")
        column.addWidget(start)
        if study is None:
            column.addWidget(label("On the late enhancement, under every rule side by side.", "muted"))
            return
        self.table = RuleTable(study.findings, self._rule, session.theme, self)
        column.addWidget(self.table)
        column.addWidget(label(f"Grams of core + border. {RULE_DECIDES}", "small"))
        column.addWidget(button("Show on the slices", self.show_slices))
        self.table.picked.connect(self._picked)

    def show_slices(self) -> ScarView | None:
        """Open the window with the slices."""
        case = self._session.case
        study = case.scar() if case is not None and self._study is not None else None
        if study is None:
            return None
        view = ScarView(study, self._rule, self._session.theme, self.window())
        view.show()
        return view

    def _picked(self, rule: str) -> None:
        self._rule = rule

    def _start(self) -> None:
        self._watch.start("scar", {})
