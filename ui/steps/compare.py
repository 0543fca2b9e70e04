"""Compare: two runs beside each other, on the same scale."""

from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from geometry.metric import Metric
from ui.ensemble import main_field
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Segments, label, section


class ComparePage(Page):
    """Choose two runs; see their numbers side by side."""

    title = "Compare"
    lead = "Two runs, one camera, one scale."

    def fill(self) -> None:
        """Add the choosers and the table."""
        session = self.session
        if len(session.runs) < 2:
            self.column.addWidget(
                label("Two finished runs of this case are needed. Run another scenario in the step Simulate.")
            )
            return
        for words, key in (("Left", "run"), ("Right", "other")):
            self.column.addWidget(section(words))
            chooser = QComboBox(self)
            for name in session.runs:
                scenario = session.scenarios.get(name)
                chooser.addItem(scenario.title if scenario is not None else name, name)
            chooser.setCurrentIndex(max(chooser.findData(getattr(session.look, key)), 0))
            chooser.currentIndexChanged.connect(lambda i, k=key, c=chooser: session.set_look(**{k: c.itemData(i)}))
            self.column.addWidget(chooser)
        self.ways = Segments({"beside": "Side by side", "difference": "Difference"}, self)
        self.ways.show_choice("difference" if session.look.difference else "beside", ("beside", "difference"))
        self.ways.chosen.connect(lambda way: session.set_look(difference=way == "difference"))
        self.column.addWidget(self.ways)
        self._add_table()

    def choose_second(self) -> None:
        """Choose a second run where none is chosen."""
        session = self.session
        if session.look.other not in session.runs or session.look.other == session.look.run:
            others = [name for name in session.runs if name != session.look.run]
            if others:
                session.set_look(other=others[0])
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
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(px(5))
        for number, (one, two) in enumerate(both):
            grid.addWidget(label(one.label, "small"), 3 * number, 0, 1, 2)
            for column, metric in enumerate((one, two)):
                grid.addWidget(QLabel(metric.text()), 3 * number + 1, column)
            verdict = _verdict(one, two)
            if verdict:
                grid.addWidget(label(verdict, "small"), 3 * number + 2, 0, 1, 2)
        self.column.addWidget(table)
        if any(not _verdict(one, two) for one, two in both):
            words = "Where one of the two has no interval, the difference cannot be judged: run it with an ensemble."
            self.column.addWidget(label(words, "small"))


def _verdict(one: Metric, two: Metric) -> str:
    """Whether the difference is larger than the doubt, in words; empty where one of them has no interval."""
    if one.low is None or two.low is None or one.high is None or two.high is None:
        return ""
    apart = one.high < two.low or two.high < one.low
    return "The intervals do not overlap." if apart else "Within the doubt: the intervals overlap."
