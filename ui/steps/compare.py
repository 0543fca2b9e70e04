"""Compare: two runs beside each other on the same scale, or any number of options in a table."""

from functools import partial

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.option_models import Ran, unlike_notes
from app.scenario_words import change_line
from geometry.metric import Metric
from solvers.comparison.table import Difference
from ui.ensemble import main_field
from ui.options_panel import OptionsPanel
from ui.scenario_list import run_chooser
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Segments, button, label, notice, section


class ComparePage(Page):
    """Choose two runs; see their numbers side by side."""

    title = "Compare"
    panel: OptionsPanel | None = None  # of the options, once they were looked at
    lead = "Two runs with one camera and one scale, or all options in one table."

    def fill(self) -> None:
        """Add the choosers and the table."""
        session = self.session
        if len(session.runs) < 2:
            words = (
                "Two finished runs of this case are needed. Try something in the step Plan, or run another scenario."
            )
            self.column.addWidget(label(words))
            for step, way in (("plan", "Plan an intervention"), ("simulate", "Run another scenario")):
                self.column.addWidget(button(way, partial(session.show_step, step)))
            return
        look = session.look
        ways = Segments({"beside": "Side by side", "difference": "Difference", "options": "Options"}, self)
        ways.show_choice("options" if look.options else "difference" if look.difference else "beside")
        ways.chosen.connect(lambda way: session.set_look(difference=way == "difference", options=way == "options"))
        self.column.addWidget(ways)
        if look.options:
            self.add_run_all()
            self.panel = OptionsPanel(session, self)
            self.column.addWidget(self.panel)
            return
        for words, key in (("Left", "run"), ("Right", "other")):
            self.column.addWidget(section(words))
            chooser = run_chooser(session, session.runs, getattr(look, key), self)
            chooser.currentIndexChanged.connect(lambda i, k=key, c=chooser: session.set_look(**{k: c.itemData(i)}))
            self.column.addWidget(chooser)
        self.add_doubts(look.run, look.other)
        for sentence in unlike_notes(self._ran()):
            self.column.addWidget(notice(sentence))
        self._add_changes()
        self._add_table()

    def _ran(self) -> list[Ran]:
        """How the two runs were solved."""
        session = self.session
        found = ((name, session.result_of(name)) for name in dict.fromkeys((session.look.run, session.look.other)))
        return [
            Ran.of(session.title_of(name), one.method, one.stamp, {m.name: m.value for m in one.metrics})
            for name, one in found
            if one is not None
        ]

    def _add_changes(self) -> None:
        """What the right one's scenario has otherwise than the left one's, in words."""
        scenarios, look = self.session.scenarios, self.session.look
        left, right = scenarios.get(look.run), scenarios.get(look.other)
        if left is not None and right is not None and look.run != look.other:
            self.column.addWidget(label(f"Right against left: {change_line(left, right)}.", "small"))

    def choose_second(self) -> None:
        """Choose a second run where none is chosen."""
        session = self.session
        if session.look.other not in session.runs or session.look.other == session.look.run:
            second = _second(session)
            if second:
                session.set_look(other=second)
        left, right = session.result, session.result_of(session.look.other)
        if left is not None and right is not None and session.look.field not in right.fields:
            session.set_look(field=main_field(right) if main_field(right) in left.fields else session.look.field)

    def _add_table(self) -> None:
        left, right = self.session.result, self.session.result_of(self.session.look.other)
        if left is None or right is None:
            return
        second = {metric.name: metric for metric in right.metrics}
        both = [(metric, second[metric.name]) for metric in left.metrics if metric.name in second]
        if not both:
            self.column.addWidget(label("These two runs share no numbers.", "muted"))
            return
        self.column.addWidget(section("Numbers (90 % interval)"))
        look = self.session.look
        judged = self.session.options.differences(look.run, look.other)
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(px(5))
        for column, side in enumerate(("Left", "Right")):
            grid.addWidget(label(side, "muted"), 0, column)
        for number, (one, two) in enumerate(both):
            grid.addWidget(label(one.label, "small"), 3 * number + 1, 0, 1, 2)
            for column, metric in enumerate((one, two)):
                grid.addWidget(QLabel(metric.text()), 3 * number + 2, column)
            verdict = _paired(judged[one.name]) if one.name in judged else _verdict(one, two)
            if verdict:
                grid.addWidget(label(verdict, "small"), 3 * number + 3, 0, 1, 2)
        self.column.addWidget(table)
        if any(one.name not in judged and not _verdict(one, two) for one, two in both):
            words = (
                "A number without an interval was computed for the run, not for its members."
                if left.members and right.members
                else "Where one of the two has no interval, the difference cannot be judged: run it with an ensemble."
            )
            self.column.addWidget(label(words, "small"))


def _second(session: Session) -> str:
    """The run that one would compare with: of a child first, then of the parent, then of any; those up to date before others."""
    run, scenarios = session.look.run, session.scenarios
    above = scenarios[run].parent if run in scenarios else ""

    def rank(name: str) -> tuple[bool, bool, bool]:
        child = name in scenarios and scenarios[name].parent == run
        return bool(session.scenario_doubts.get(name)), not child, name != above

    return min((name for name in session.runs if name != run), key=rank, default="")


def _paired(apart: Difference) -> str:
    """The difference of the right run to the left one, and whether it is more than noise and doubt."""
    return f"Difference: {apart.text()}" + ("" if apart.clear else ". Within noise or doubt.")


def _verdict(one: Metric, two: Metric) -> str:
    """Whether the difference is larger than the doubt, in words; empty where one of them has no interval."""
    if one.low is None or two.low is None or one.high is None or two.high is None:
        return ""
    apart = one.high < two.low or two.high < one.low
    return "The intervals do not overlap." if apart else "The intervals overlap."
