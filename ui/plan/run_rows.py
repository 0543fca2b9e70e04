"""At the foot of an intervention of the heart's beat: run it in full, by which model, and the way on to what it changes."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from solvers.scenario import Electrophysiology
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label

MODELS = {
    "eikonal": "the eikonal model",
    "reaction_eikonal": "the reaction-eikonal model",
    "monodomain": "the monodomain equation",
}


class RunRows(QWidget):
    """Follows nothing: it is made anew with its panel."""

    def __init__(self, page: Page, scenario: Electrophysiology, parent: QWidget) -> None:
        super().__init__(parent)
        self._page, self._session, self._scenario = page, page.session, scenario
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(8))
        name, before = self._session.scenario_name, self._session.look.run
        done = name in self._session.runs and name not in self._session.old_runs
        run = button(
            "Run with doubt", self._run, main=not done, tip="Run this scenario in full, with its ensemble if it has one"
        )
        run.setEnabled(not page.watch.busy and (scenario.start != "paced" or bool(scenario.sites)))
        self._column.addWidget(run)
        self._tell_model(before)
        if name in self._session.runs and before in self._session.runs and before != name:
            words = f"Compare with \u2018{self._session.title_of(before)}\u2019"
            self._column.addWidget(button(words, lambda: compare_runs(self._session, before, name), main=done))

    def _tell_model(self, before: str) -> None:
        """Which model will run, with how many members, and where the run before was another's."""
        scenario, other = self._scenario, self._session.scenarios.get(before)
        members = scenario.ensemble.members
        doubt = (
            f"with {members} members for its doubt" if members else "without an ensemble, so its doubt stays unknown"
        )
        words = f"In full by {MODELS[scenario.tier]}, {doubt}."
        differs = isinstance(other, Electrophysiology) and before in self._session.runs and other.tier != scenario.tier
        if differs and isinstance(other, Electrophysiology):
            words += f" \u2018{other.title}\u2019 was run by {MODELS[other.tier]}: part of a difference would come from that."
        self._column.addWidget(label(words, "small"))
        if differs and isinstance(other, Electrophysiology):
            tier = other.tier
            self._column.addWidget(button(f"Use {MODELS[tier]} here too", lambda: self._take(tier)))

    def _take(self, tier: str) -> None:
        changed = self._scenario.model_copy(update={"tier": tier})
        self._session.edit_scenario(self._session.scenario_name, changed, "Take the model of the run before")

    def _run(self) -> None:
        self._page.watch.start("simulate", {"scenario": self._session.scenario_name})


def compare_runs(session: Session, left: str, right: str) -> None:
    """Go to the step Compare with two runs side by side."""
    session.set_look(run=left, other=right, options=False)
    session.show_step("compare")


def against_words(session: Session) -> str:
    """What the quick numbers are told against; empty where no run is looked at."""
    if session.result is None:
        return ""
    words = f"Change: against the run \u2018{session.title_of(session.look.run)}\u2019"
    if session.look.run in session.old_runs:
        words += ", which is out of date"
    method = session.result.method
    return f"{words}." if method == "eikonal" else f"{words} ({method}; these quick numbers are eikonal ones)."
