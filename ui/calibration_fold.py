"""A scenario fitted to the measured ECG: started here, and what the ECG told of each input, in bars and words."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from app.calibration_file import KeptCalibration, child_name, kept_calibration
from geometry.metric import with_unit
from ui.session import Session
from ui.theme import Theme, px
from ui.widgets import Fold, button, label, notice

TIP = (
    "Runs 96 members of the eikonal model, learns what each input does to the QRS, and keeps the inputs that make the measured "
    "one as a child of this scenario. Some minutes."
)
ABOUT = "Velocities and fibre angles are fitted to the QRS of the measured ECG; what it cannot tell stays as it was."


class CalibrationFold(Fold):
    """Follows one scenario of the heart's activation; ``start`` starts a step of the case with its options."""

    def __init__(
        self,
        session: Session,
        scenario: str,
        start: Callable[[str, Mapping[str, Any]], object],
        busy: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Fit to the measured ECG", False, parent)
        self._session, self._scenario, self._start = session, scenario, start
        case = session.case
        self.found = kept_calibration(case, scenario) if case is not None else None
        self.column.addWidget(label(ABOUT, "small"))
        if session.measured_beat is None:
            self.column.addWidget(label("The case has no measured ECG yet.", "muted"))
            self.column.addWidget(button("Measured ECG ...", session.ecg_wanted.emit))
        else:
            words = "Fit to the measured ECG" if self.found is None else "Fit again"
            self.begin = button(words, self._begin, main=self.found is None, tip=TIP)
            self.begin.setEnabled(session.mesh is not None and not busy)
            self.column.addWidget(self.begin)
        if self.found is not None:
            self._add_found(self.found)

    def _begin(self) -> None:
        self._start("calibrate", {"scenario": self._scenario})

    def _add_found(self, found: KeptCalibration) -> None:
        facts = found.facts
        if found.changed:
            words = " and the ".join(found.changed)
            self.column.addWidget(notice(f"The {words} changed after this fit; fit again."))
        self.column.addWidget(label(fit_words(facts["fit"])))
        self.column.addWidget(InputTable(facts["inputs"], self._session.theme, self))
        for note in facts["notes"]:
            self.column.addWidget(notice(note) if "cannot make this ECG" in note else label(note, "small"))
        child = child_name(self._scenario)
        if child in self._session.scenarios:
            tip = "Its inputs have the fitted means and SDs; run it to see the beat with what is left of the doubt"
            self.column.addWidget(
                button("Show the fitted scenario", lambda: self._session.choose_scenario(child), tip=tip)
            )


class InputTable(QWidget):
    """A row for each input: what it was, what it is, and a bar of how much of its SD is left."""

    def __init__(self, inputs: list[dict[str, Any]], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(1))
        grid.setColumnStretch(0, 1)
        for row, one in enumerate(inputs):
            name = label(one["label"][:1].upper() + one["label"][1:])
            after = QLabel(_spread(one["after"], one["unit"]), self)
            after.setProperty("role", "head")
            before = QLabel(f"before {_spread(one['before'], one['unit'])}", self)
            left = QLabel(f"{one['narrowed']:.0%} of the SD left", self)
            low, high = one["after"]["low"], one["after"]["high"]
            interval = with_unit(f"{low:.3g} to {high:.3g}", one["unit"])
            for cell in (before, left):
                cell.setProperty("role", "small")
            for cell in (name, after, before, left):
                cell.setToolTip(f"90 % interval after the fit: {interval}")
            right = Qt.AlignmentFlag.AlignRight
            grid.addWidget(name, 4 * row, 0)
            grid.addWidget(after, 4 * row, 1, right | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(LeftBar(float(one["narrowed"]), theme, self), 4 * row + 1, 0, 1, 2)
            grid.addWidget(left, 4 * row + 2, 0)
            grid.addWidget(before, 4 * row + 2, 1, right)
            grid.setRowMinimumHeight(4 * row + 3, px(7))


class LeftBar(QWidget):
    """How much of an SD is left: a track of all of it, filled as far as it is."""

    def __init__(self, share: float, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share, self._theme = min(share, 1.0), theme
        self.setFixedHeight(px(7))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, ink in ((1.0, self._theme.line), (self.share, self._theme.accent)):
            painter.setBrush(QColor(ink))
            bar = QRectF(0, px(1), share * self.width(), self.height() - px(2))
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        painter.end()


def fit_words(fit: Mapping[str, Any]) -> str:
    """How well the measured QRS is met before and after, in a sentence."""
    before, after = fit["before"], fit["after"]
    return (
        f"QRS {fit['measured_qrs_ms']:.0f} ms measured; {before['qrs_ms']:.0f} ms before the fit, {after['qrs_ms']:.0f} ms after. "
        f"Correlation of the leads {before['correlation']:.2f} before, {after['correlation']:.2f} after."
    ).replace("-", "\u2212")


def _spread(numbers: Mapping[str, float], unit: str) -> str:
    return with_unit(f"{numbers['mean']:.3g} \u00b1 {numbers['sd']:.2g}", unit).replace("-", "\u2212")
