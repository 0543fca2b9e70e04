"""Which runs of the open case are compared as options, and what is called better."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.options import Choice, keep_choice, keep_threshold, kept_choice, options_table
from solvers.comparison.outcomes import Outcome, outcome_of
from solvers.comparison.table import Difference, OptionsTable

if TYPE_CHECKING:
    from ui.session import Session


class OptionChoice(QObject):
    """Which runs of the open case are compared; kept in the case."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session

    @property
    def now(self) -> Choice:
        """What is compared; nothing without a case."""
        case = self._session.case
        return kept_choice(case) if case is not None else Choice()

    def change(
        self, runs: tuple[str, ...] | None = None, baseline: str = "", better: Mapping[str, str] | None = None
    ) -> None:
        """Compare other runs, against another baseline, or call something else better."""
        case, now = self._session.case, self.now
        if case is None:
            return
        chosen = now.runs if runs is None else runs
        start = baseline or (now.baseline if now.baseline in chosen else next(iter(chosen), ""))
        keep_choice(case, Choice(chosen, start, {**now.better, **(better or {})}, now.thresholds))
        self.changed.emit()

    def outcome(self, name: str) -> Outcome:
        """What is known of a metric, and what the user wants of it."""
        now = self.now
        return outcome_of(name, now.better, now.thresholds)

    def move_threshold(self, name: str, value: float) -> None:
        """Hold a metric against another limit, in its unit."""
        case = self._session.case
        if case is not None:
            keep_threshold(case, name, value)
            self.changed.emit()

    def table(self) -> OptionsTable | None:
        """The table; None where there is nothing to compare."""
        case, now = self._session.case, self.now
        if case is None or len(now.runs) < 2:
            return None
        return options_table(case, now)

    def differences(self, left: str, right: str) -> Mapping[str, Difference]:
        """How the run ``right`` differs from ``left``, by metric; only where both have members to judge by."""
        case = self._session.case
        if case is None or left == right:
            return {}
        rows = options_table(case, Choice((left, right), left, self.now.better)).rows
        found = {row.outcome.name: row.cells[1].difference for row in rows}
        return {name: apart for name, apart in found.items() if apart is not None and apart.low is not None}
