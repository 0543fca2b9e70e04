"""One outcome of all options: value, difference to the baseline and P(best) beside the members on one axis."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QWidget

from geometry.metric import shown_unit
from solvers.comparison.table import RUN_ONLY, Cell, OptionsTable, Row
from solvers.comparison.threshold import Threshold, UsualRange, share_text
from ui.options_plot import OptionsPlot, ink_of
from ui.theme import Theme, px
from ui.widgets import label

LANE = 32
LONG = 16  # letters of a title
WAYS = {"": "not said", "lower": "lower", "higher": "higher"}
HEADS = ("Option", "Members of the ensemble; bar: the run", "Value (90 %)", "Difference to baseline (90 %)")


class OptionsCard(QFrame):
    """A frame for one outcome; ``judged`` carries its name and the way the user calls better."""

    judged = Signal(str, str)

    def __init__(self, table: OptionsTable, row: Row, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._row, self._theme, self._table_options = row, theme, table.options
        names = [name for name, _ in table.options]
        base = names.index(table.baseline)
        grid = QGridLayout(self)
        grid.setContentsMargins(px(12), px(8), px(12), px(6))
        grid.setHorizontalSpacing(px(14))
        grid.setVerticalSpacing(0)
        grid.addWidget(self._head(), 0, 0, 1, 7)
        judged = any(cell.best is not None for cell in row.cells)
        asked, usual = _question(row.outcome.threshold, row), _question(row.outcome.usual, row)
        for column, words in enumerate((*HEADS, "P(best)" if judged else "", asked, usual)):
            text = label(words, "small")
            text.setWordWrap(False)
            grid.addWidget(text, 1, column)
        for place, ((name, title), cell) in enumerate(zip(table.options, row.cells, strict=True)):
            grid.setRowMinimumHeight(2 + place, px(LANE))
            grid.addWidget(_named(title, place, name == table.baseline), 2 + place, 0)
            for column, text in enumerate(self._texts(cell, name == table.baseline), start=2):
                grid.addWidget(text, 2 + place, column)
        self.plot = OptionsPlot(row, base, px(LANE), theme, self)
        grid.addWidget(self.plot, 2, 1, len(row.cells) + 1, 1, Qt.AlignmentFlag.AlignTop)
        for column, share in enumerate((3, 6, 3, 4, 3 if judged else 0, 2 if asked else 0, 2 if usual else 0)):
            grid.setColumnStretch(column, share)

    def _head(self) -> QWidget:
        row, outcome = QWidget(self), self._row.outcome
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, px(4))
        layout.setSpacing(px(8))
        unit = shown_unit(self._row.unit)
        title = QLabel(f"{self._row.label} ({unit})" if unit else self._row.label)
        title.setProperty("role", "head")
        layout.addWidget(title)
        if outcome.band:
            band = QLabel(shown_unit(outcome.band))
            band.setProperty("role", "small")
            band.setToolTip(outcome.source)
            layout.addWidget(band)
        why = label(
            self._row.why, "small" if self._row.why == RUN_ONLY else "warn"
        )  # wraps: a long one takes no room from the columns
        why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(why, 1)
        layout.addWidget(label_of("Better"))
        ways = QComboBox(row)
        for key, words in WAYS.items():
            ways.addItem(words, key)
        ways.setCurrentIndex(ways.findData(outcome.better))
        who = (
            "chosen by the user"
            if outcome.chosen
            else f"declared: {outcome.source}"
            if outcome.better
            else "nobody has said"
        )
        ways.setToolTip(f"Which way is better; {who}")
        ways.currentIndexChanged.connect(lambda i: self.judged.emit(outcome.name, ways.itemData(i)))
        layout.addWidget(ways)
        return row

    def _texts(self, cell: Cell, base: bool) -> list[QLabel]:
        texts, told, outcome = cell.texts(self._row), cell.difference, self._row.outcome
        value, apart, best = (
            QLabel(texts["value"]),
            QLabel("baseline" if base else texts["apart"]),
            QLabel(texts["share"]),
        )
        beyond = _share(outcome.threshold, cell, texts["chance"])
        inside = _share(outcome.usual, cell, texts["inside"])
        apart.setProperty("role", "" if told is not None and told.clear else "muted")
        if told is not None:
            words = "More than noise and doubt." if told.clear else "Within noise or doubt."
            words = "No interval: the doubt is not known." if told.clear is None else words
            noise = f" Noise: {told.noise:.2g} {shown_unit(told.unit)} ({self._row.outcome.noise_source})."
            apart.setToolTip(words + (noise if told.noise else ""))
        if cell.best is not None:
            tie = " It cannot be told from the one that is best most often." if self._row.tie and cell.tied else ""
            best.setToolTip(f"How often it is best of all options, over {self._row.count} members.{tie}")
            best.setProperty("role", "" if cell.tied else "muted")
        return [value, apart, best, beyond, inside]


def _question(held: Threshold | UsualRange | None, row: Row) -> str:
    """What is asked of the members, above their shares; nothing where no option has enough of them."""
    known = held is not None and any(held.share(cell.values) is not None for cell in row.cells)
    return held.question(row.unit) if held is not None and known else ""


def _share(held: Threshold | UsualRange | None, cell: Cell, told: str) -> QLabel:
    share = held.share(cell.values) if held is not None else None
    found = QLabel("" if share is None else share_text(share, len(cell.values)))
    found.setToolTip(told)
    return found


def _named(title: str, place: int, base: bool) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(px(7))
    dot = QLabel()
    dot.setFixedSize(px(10), px(10))
    dot.setStyleSheet(f"background: {ink_of(place)}; border-radius: {px(5)}px;")
    layout.addWidget(dot)
    words = label(title, "small") if len(title) > LONG else QLabel(title)  # small print has room for two lines
    words.setToolTip(f"{title}: the baseline" if base else title)
    if len(title) > LONG:
        words.setMinimumWidth(px(60))
    layout.addWidget(words, 1)
    return row


def label_of(text: str) -> QLabel:
    """A small word before a control."""
    found = QLabel(text)
    found.setProperty("role", "small")
    return found
