"""Cards that show numbers with their intervals, the checks behind them, and how they were made."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from geometry.metric import Metric, shown_text, with_unit
from solvers.result import Check, Result
from ui.theme import px
from ui.widgets import card, label

SHORT = 60  # letters of a note that is shown on its card; a longer one is shown when the mouse rests on it


def metric_card(metric: Metric) -> QFrame:
    """One number: label, value, and its 90 % interval or the plain word that it has none."""
    frame, column = card()
    column.addWidget(label(metric.label, "small"))
    row = QHBoxLayout()
    row.setSpacing(px(8))
    text, _, interval = metric.text().partition(" (")
    value = QLabel(text)
    value.setProperty("role", "value")
    row.addWidget(value)
    row.addStretch(1)
    if interval:
        span = QLabel(f"90 %:  {interval.rstrip(')')}")
        span.setProperty("role", "small")
        span.setToolTip("The 90 % interval: nine times out of ten the answer lies in it")
        row.addWidget(span, 0, Qt.AlignmentFlag.AlignBottom)
    column.addLayout(row)
    frame.setToolTip(shown_text(metric.note))
    if 0 < len(metric.note) <= SHORT:
        column.addWidget(label(shown_text(metric.note), "small"))
    return frame


def check_row(check: Check) -> QWidget:
    """One check: passed or not, value against reference."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(px(8))
    sign = QLabel("\u2713" if check.passed else "\u2717")
    sign.setProperty("role", "good" if check.passed else "bad")
    sign.setFixedWidth(px(14))
    layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    words = label(check.name)
    wanted = with_unit(f"{check.reference:.3g} \u00b1 {check.tolerance:.2g}", check.unit)
    numbers = label(f"{check.value:.3g} vs {wanted}", "small")
    words.setToolTip(check.source)
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(words)
    column.addWidget(numbers)
    layout.addLayout(column, 1)
    return row


def origin_line(result: Result) -> str:
    """How a result was made, in one line."""
    seconds = next((result.stamp[k] for k in ("seconds", "wall_seconds", "wall_time") if k in result.stamp), None)
    took = f", {float(seconds):.0f} s" if isinstance(seconds, int | float) else ""
    return f"Physics: {result.method}{took}"
