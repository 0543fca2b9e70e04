"""The tree of scenarios of the open case, grown and pruned with undo."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.removed import replace_scenarios
from app.scenario_rebase import rebased
from app.scenario_tree import Scenarios, child_of, confirmed, without
from geometry.errors import Refused
from ui.edits import ChangeTree

if TYPE_CHECKING:
    from ui.session import Session


class ScenarioEdits(QObject):
    """Makes children of scenarios, renames, confirms, rebases and deletes them."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session

    def make_child(self, parent: str) -> str:
        """Make a child with the numbers of its parent and set it up; returns its name."""
        now = self._session.scenarios
        name, child = child_of(now, parent)
        self._push({**now, name: child}, "Make a child", name)
        return name

    def rename(self, name: str, title: str) -> None:
        """Give a scenario another title; an empty one is not taken."""
        now, words = self._session.scenarios, " ".join(title.split())
        if words and words != now[name].title:
            self._push({**now, name: now[name].model_copy(update={"title": words})}, "Rename a scenario", name)

    def confirm(self, name: str) -> None:
        """Take a child as it is for one of its parent as that is now."""
        now = self._session.scenarios
        self._push({**now, name: confirmed(now, name)}, "Confirm a child", name)

    def rebase(self, name: str) -> None:
        """Let a child take over what was changed on its parent, and say what it took and what it kept."""
        now = self._session.scenarios
        try:
            found = rebased(now, name)
        except Refused as refusal:
            self._session.said.emit(str(refusal), "warn")
            return
        self._push({**now, name: found.scenario}, "Take over what the parent changed", name)
        self._session.said.emit(" ".join(found.sentences()), "warn" if found.kept else "info")

    def delete(self, name: str) -> None:
        """Take a scenario out with its run; its children go to its parent."""
        now = self._session.scenarios
        self._push(without(now, name), "Delete a scenario", now[name].parent)

    def keep(self, wanted: Scenarios, chosen: str) -> None:
        """Make these the scenarios of the case (autosave) and set up the ``chosen`` one."""
        session = self._session
        if session.case is None:
            return
        replace_scenarios(session.case, wanted)
        session.scenario_name = chosen
        session.refresh()
        if chosen in session.runs:
            session.set_look(run=chosen)
        session.scenario_changed.emit()

    def _push(self, wanted: Scenarios, text: str, chosen: str) -> None:
        session = self._session
        session.undo.push(
            ChangeTree(session, dict(session.scenarios), dict(wanted), session.scenario_name, chosen, text)
        )
