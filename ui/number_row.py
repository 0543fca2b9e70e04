"""One measured number: value, interval, index, and the band of healthy people under it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from geometry.measures.reference import Judged
from geometry.metric import Metric, shown_text, shown_unit
from ui.theme import Theme, px, stroke

NORMAL = 2.0  # standard deviations either side of the mean: 95 % of healthy people


class NumberRow(QWidget):
    """Name, value with interval, index; below, where the number lies in healthy people."""

    def __init__(
        self,
        name: str,
        metric: Metric,
        index: Metric | None,
        judged: Judged,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.number, self.judged = metric, judged
        grid = QGridLayout(self)
        grid.setContentsMargins(0, px(2), 0, px(2))
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(1))
        value, _, interval = metric.text().partition(" (")
        for column, (text, role) in enumerate(((name, ""), (value, "head"), (interval.rstrip(")"), "small"))):
            cell = QLabel(text, self)
            if role:
                cell.setProperty("role", role)
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            cell.setAlignment(side | Qt.AlignmentFlag.AlignBaseline)
            grid.addWidget(cell, 0, column)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, px(86))
        if index is not None:
            cell = QLabel(index.text().partition(" (")[0], self)
            cell.setProperty("role", "small")
            cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(cell, 1, 2)
        if judged.reference is not None:
            grid.addWidget(Band(metric, judged, theme, self), 1, 0, 1, 2)
        self.setToolTip(self._tip())

    def _tip(self) -> str:
        lines = [shown_text(self.number.note)]
        found = self.judged.reference
        if found is None:
            lines.append(self.judged.why)
        else:
            lines.append(
                f"Healthy ({'men' if found.sex == 'M' else 'women'}, {found.age}): {found.mean:g} \u00b1 {found.sd:g} "
                f"{shown_unit(found.unit)} (mean \u00b1 SD); z = {self.judged.z:+z.1f}"
            )
        return "<p>" + "</p><p>".join(line for line in lines if line) + "</p>"


class Band(QWidget):
    """A track of five standard deviations either side of the mean, the healthy part filled, the value and interval on it."""

    SPAN = 5.0

    def __init__(self, metric: Metric, judged: Judged, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metric, self._judged, self._theme = metric, judged, theme
        self.setFixedHeight(px(14))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(px(120), px(14))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        found, z = self._judged.reference, self._judged.z
        if found is None or z is None:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right, middle = px(4), self.width() - px(46), self.height() / 2

        def place(score: float) -> float:
            share = (min(max(score, -self.SPAN), self.SPAN) + self.SPAN) / (2 * self.SPAN)
            return left + share * (right - left)

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(QRectF(left, middle - px(2), right - left, px(4)), px(2), px(2))
        healthy = QColor(theme.good)
        healthy.setAlpha(120)
        painter.setBrush(healthy)
        painter.drawRect(QRectF(place(-NORMAL), middle - px(2), place(NORMAL) - place(-NORMAL), px(4)))
        painter.setPen(QPen(QColor(theme.good), stroke(1.2)))
        painter.drawLine(QPointF(place(0), middle - px(4)), QPointF(place(0), middle + px(4)))
        inside = abs(z) <= NORMAL
        ink = QColor(theme.text if inside else theme.warn)
        if self._metric.low is not None and self._metric.high is not None:
            ends = [place((bound - found.mean) / found.sd) for bound in (self._metric.low, self._metric.high)]
            painter.setPen(QPen(ink, stroke(1.6)))
            painter.drawLine(QPointF(ends[0], middle), QPointF(ends[1], middle))
        painter.setPen(QPen(QColor(theme.panel), stroke(1.2)))
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(place(z), middle), px(4.5), px(4.5))
        font = self.font()
        font.setPixelSize(px(10))
        painter.setFont(font)
        painter.setPen(QColor(theme.muted) if inside else ink)
        box = QRectF(right + px(4), 0, self.width() - right - px(4), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"z {z:+z.1f}")
        painter.end()
