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

    def store(self, lesions: tuple[Lesion, ...], words: str) -> None:
        """Let the scenario have these lesions; one without any is left alone, as one compares with it: a child gets them."""
        session, scenario = self._session, self._session.scenario
        if session.case is None or not isinstance(scenario, Electrophysiology) or lesions == scenario.lesions:
            return
        if not scenario.lesions and not session.scenario_name.endswith(OWN):
            name = f"{session.scenario_name}{OWN}"
            fresh = scenario.model_copy(update={"title": f"{scenario.title}, ablated"})
            scenario = as_child(session.scenarios, session.scenario_name, fresh)
            session.case.save_scenario(name, scenario)  # nobody is told of it before it has lesions
            session.scenarios[name], session.scenario_name = scenario, name
        changed = scenario.model_copy(update={"lesions": lesions})
        session.edit_scenario(session.scenario_name, changed, words)
