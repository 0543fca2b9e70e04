"""Lesions of the chosen scenario as they are set in the window, and the tool they are set with."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.scenario_tree import as_child
from solvers.scenario import Electrophysiology, Lesion
from ui.lesion_tool import LesionTool

if TYPE_CHECKING:
    from ui.session import Session

OWN = "_ablated"  # ends the name of a scenario made for lesions


class LesionEdits(QObject):
    """Keeps the tool; stores lesions so that it can be undone."""

    tool_changed = Signal()
    painted = Signal(float)  # mL, the volume of all lesions while one is painted

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.tool = LesionTool()
        session.case_changed.connect(lambda: self.take(**asdict(LesionTool())))

    def take(self, **changes: Any) -> None:
        """Take another tool, or the same with another radius or depth."""
        tool = replace(self.tool, **changes)
        if tool != self.tool:
            self.tool = tool
            self.tool_changed.emit()

    def own_scenario(self) -> Electrophysiology | None:
        """The scenario that lesions are added to; one without any is left alone: one compares with it."""
        session, scenario = self._session, self._session.scenario
        if not isinstance(scenario, Electrophysiology):
            return None
        if scenario.lesions or session.scenario_name.endswith(OWN):
            return scenario
        name = f"{session.scenario_name}{OWN}"
        fresh = scenario.model_copy(update={"title": f"{scenario.title}, ablated"})
        session.keep_scenario(name, as_child(session.scenarios, session.scenario_name, fresh))
        session.choose_scenario(name, show_run=False)
        child = session.scenario
        return child if isinstance(child, Electrophysiology) else None

    def store(self, lesions: tuple[Lesion, ...], words: str) -> None:
        """Let the scenario have these lesions."""
        scenario = self._session.scenario
        if isinstance(scenario, Electrophysiology):
            changed = scenario.model_copy(update={"lesions": lesions})
            self._session.edit_scenario(self._session.scenario_name, changed, words)
