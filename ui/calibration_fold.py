"""A scenario fitted to what was measured: started here, and what that told of each input, in bars and words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.calibration_file import KeptCalibration, Target, child_name, kept_calibration
from app.calibration_text import fit_texts, spread
from geometry.metric import with_unit
from solvers.scenario import Flow
from ui.fit_bars import BarRows, FitBars
from ui.lead_fit import LeadFit
from ui.session import Session
from ui.theme import Theme, px
from ui.widgets import Fold, button, label, notice


@dataclass(frozen=True)
class Wording:
    """What a fold says about a fit; whether it needs a measured ECG and a mesh."""

    title: str
    about: str
    tip: str
    ecg: bool


WORDINGS: Mapping[Target, Wording] = {
    "qrs": Wording(
        "Fit to the measured ECG",
        "Velocities and fibre angles are fitted to the QRS of the measured ECG; what it cannot tell stays as it was.",
        "Runs 96 members of the eikonal model, learns what each input does to the QRS, and keeps the inputs that make the "
        "measured one as a child of this scenario. Some minutes.",
        True,
    ),
    "qt": Wording(
        "Fit to the QT interval",
        "The currents that end the action potential are fitted to the QT of the measured ECG.",
        "Paces the cells of this heart with 24 draws of IKr and IKs, and keeps those that give the measured QT as a child of "
        "this scenario. Half a minute; several with layers of the wall.",
        True,
    ),
    "cuff": Wording(
        "Fit the vessels to the cuff",
        "Resistance, its split and compliance behind the outlet are fitted to the cuff and the stroke volume set above.",
        "Keeps the vessels that give these pressures as a child of this scenario. Seconds.",
        False,
    ),
}
ROOTS_TIP = (
    "Where each exit of the conduction system is and when it fires become unknowns too: 240 members instead of 96"
)
WEIGHTY = ("cannot make this", "lies outside what was thought", "look at the numbers")


class CalibrationFold(Fold):
    """Follows one scenario and one thing to fit it to; ``start`` starts a step of the case with its options."""

    def __init__(
        self,
        session: Session,
        scenario: str,
        start: Callable[[str, Mapping[str, Any]], object],
        busy: bool,
        parent: QWidget | None = None,
        target: Target = "qrs",
    ) -> None:
        words = self._words = WORDINGS[target]
        super().__init__(words.title, False, parent)
        self._session, self._scenario, self._start, self.target = session, scenario, start, target
        case = session.case
        self.found = kept_calibration(case, scenario, target) if case is not None else None
        self.roots: QCheckBox | None = None
        self.column.addWidget(label(words.about, "small"))
        if words.ecg and session.measured_beat is None:
            self.column.addWidget(label("The case has no measured ECG yet.", "muted"))
            self.column.addWidget(button("Measured ECG ...", session.ecg_wanted.emit))
        else:
            self._add_start(busy)
        if self.found is not None:
            self._add_found(self.found)

    def _add_start(self, busy: bool) -> None:
        record = self._session.scenario
        if isinstance(record, Flow):
            cuff, volume = record.cuff, record.stroke_volume
            pressures = f"Cuff {cuff.systolic:.0f} over {cuff.diastolic:.0f} \u00b1 {cuff.error:.0f} mmHg"
            self.column.addWidget(label(f"{pressures}, stroke volume {volume:.0f}\u00a0mL."))
        if self.target == "qrs":
            self.roots = QCheckBox("Also where the conduction system exits", self)
            self.roots.setToolTip(ROOTS_TIP)
            self.column.addWidget(self.roots)
        text = self._words.title if self.found is None else "Fit again"
        self.begin = button(text, self._begin, main=self.found is None, tip=self._words.tip)
        self.begin.setEnabled((self._session.mesh is not None or not self._words.ecg) and not busy)
        self.column.addWidget(self.begin)

    def _begin(self) -> None:
        more = {"roots": True} if self.roots is not None and self.roots.isChecked() else {}
        self._start("calibrate", {"scenario": self._scenario, "to": self.target} | more)

    def _add_found(self, found: KeptCalibration) -> None:
        facts = found.facts
        if found.changed:
            words = " and the ".join(found.changed)
            self.column.addWidget(notice(f"The {words} changed after this fit; fit again."))
        self._add_fit(facts)
        self.column.addWidget(InputTable(facts["inputs"], self._session.theme, self))
        for note in facts["notes"]:
            heavy = any(words in note for words in WEIGHTY)
            self.column.addWidget(notice(note) if heavy else label(note, "small"))
        child = child_name(self._scenario, self.target)
        if child in self._session.scenarios:
            tip = "Its inputs have the fitted means and SDs; run it to see the beat with what is left of the doubt"
            self.column.addWidget(
                button("Show the fitted scenario", lambda: self._session.choose_scenario(child), tip=tip)
            )

    def _add_fit(self, facts: Mapping[str, Any]) -> None:
        theme = self._session.theme
        if "curves" in facts:
            self.column.addWidget(LeadFit(facts["curves"], theme, self))
        rows = facts.get("predictions", [])
        if rows:
            self.column.addWidget(FitBars(rows, theme, self))
        for text in fit_texts(facts)[len(rows) :]:
            self.column.addWidget(label(f"{text}.".replace("-", "\u2212"), "small"))


class InputTable(BarRows):
    """A row for each input: what it was, what it is, and a bar of how much of its SD is left."""

    def __init__(self, inputs: list[dict[str, Any]], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for one in inputs:
            unit, after = one["unit"], one["after"]
            interval = with_unit(f"{after['low']:.3g} to {after['high']:.3g}", unit)
            self.add_row(
                one["label"][:1].upper() + one["label"][1:],
                _shown(after, unit),
                LeftBar(float(one["narrowed"]), theme, self),
                f"{100 * one['narrowed']:.0f} % of the SD left",
                f"before {_shown(one['before'], unit)}",
                f"90 % interval after the fit: {interval}",
            )


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


def _shown(numbers: Mapping[str, float], unit: str) -> str:
    return spread(numbers, unit).replace("-", "\u2212")
