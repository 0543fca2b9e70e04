"""The rules for scar side by side: one row each, with bars of core and border, and which one is picked."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QRadioButton, QSizePolicy, QWidget

from geometry.scar.rules import Rule, rule_named
from geometry.scar.study import Finding
from ui.theme import Theme, px

CORE, BORDER, DARK, REMOTE = "#e4572e", "#f3c969", "#8c1c3f", "#5bc0eb"


class Bar(QWidget):
    """Core and border of one rule in g, drawn to a common scale, with the interval of the core."""

    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._finding: Finding | None = None
        self._largest = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room, one line high."""
        return QSize(px(90), px(18))

    def show_finding(self, finding: Finding, largest: float) -> None:
        """Draw a finding on a scale that ends at ``largest`` g."""
        self._finding, self._largest = finding, max(largest, 1e-6)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click on the bar picks its rule."""
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        if self._finding is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high, wide = self.height(), float(self.width() - 2)
        top, thick = high * 0.18, high * 0.64
        painter.fillRect(QRectF(0, top, wide, thick), QColor(self._theme.field))
        grams = self._finding.amount
        core = wide * grams.core / self._largest
        painter.fillRect(QRectF(0, top, core, thick), QColor(CORE))
        painter.fillRect(QRectF(core, top, wide * grams.border / self._largest, thick), QColor(BORDER))
        if self._finding.core_range is not None:
            low, upper = (wide * value / self._largest for value in self._finding.core_range)
            painter.setPen(QColor(self._theme.text))
            middle = high / 2
            painter.drawLine(int(low), int(middle), int(min(upper, wide)), int(middle))
            for at in (low, min(upper, wide)):
                painter.drawLine(int(at), int(middle - high * 0.15), int(at), int(middle + high * 0.15))


class RuleTable(QWidget):
    """One row per rule; ``picked`` tells the key of the chosen one."""

    picked = Signal(str)

    def __init__(
        self, findings: Mapping[str, Finding], chosen: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[str, tuple[QRadioButton, Bar, QLabel]] = {}
        self._largest = 1.15 * max(_reach(finding) for finding in findings.values())
        self.setStyleSheet(
            f"QRadioButton::indicator {{ width: {px(9)}px; height: {px(9)}px; border-radius: {px(5)}px;"
            f" border: {px(1)}px solid {theme.muted}; }}"
            f"QRadioButton::indicator:checked {{ background: {theme.accent}; border-color: {theme.accent}; }}"
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(3))
        self._grid.setColumnStretch(1, 1)
        for name, finding in findings.items():
            self.set_row(name, rule_named(name), finding)
        self.choose(chosen)

    def set_row(self, key: str, rule: Rule, finding: Finding, title: str = "") -> None:
        """Add a row, or change it."""
        if key not in self._rows:
            button, bar, text = QRadioButton(rule.title, self), Bar(self._theme, self), QLabel(self)
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            text.setProperty("role", "small")
            button.clicked.connect(lambda _=False: self.picked.emit(key))
            bar.clicked.connect(button.click)
            for column, widget in enumerate((button, bar, text)):
                self._grid.addWidget(widget, len(self._rows), column)
            self._rows[key] = (button, bar, text)
        button, bar, text = self._rows[key]
        button.setText(title or rule.title)
        button.setToolTip(f"{rule.meaning}\n{rule.source}")
        bar.show_finding(finding, self._largest)
        bar.setToolTip(in_words(finding))
        border = f" + {finding.amount.border:.0f}" if rule.has_border else ""
        text.setText(f"{finding.amount.core:.0f}{border} g")
        text.setToolTip(in_words(finding))

    def choose(self, key: str) -> None:
        """Mark a row."""
        if key in self._rows:
            self._rows[key][0].setChecked(True)


def in_words(finding: Finding) -> str:
    """A finding as sentences."""
    grams = finding.amount
    text = f"Core {grams.core:.1f} g ({grams.core_percent:.0f} % of the wall)"
    if finding.core_range is not None:
        text += f", 90 % interval {finding.core_range[0]:.0f} to {finding.core_range[1]:.0f} g"
    if grams.border > 0:
        text += f"; border {grams.border:.1f} g ({grams.border_percent:.0f} %)"
    if grams.no_reflow > 0:
        text += f"; {grams.no_reflow:.1f} g of the core is dark (no reflow)"
    return text + "."


def _reach(finding: Finding) -> float:
    """How far its bar and whisker go, g."""
    whole = finding.amount.core + finding.amount.border
    return max(whole, finding.core_range[1] if finding.core_range else 0.0, 1e-6)
