"""The electrogram view: what a catheter would record at the marked place of the run in view."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.warm_electrogram import ElectrogramAnswer, ElectrogramQuestion, WarmElectrogram
from solvers.result import Trace
from ui.asking import Asking
from ui.session import Session
from ui.theme import px
from ui.trace_plot import TracePlot

LOOK_EVERY, SETTLED = 40, 120  # ms between looks for an answer, and of rest before it is asked
NO_PLACE = "Click a place on the heart to record its electrogram."
NO_RUN = "Run a scenario of the heart's activation first; its electrograms are then recorded here."
ABOUT = (
    "The upright line marks the activation of the place. The heart lies in blood without end (0.7 S/m); sharp deflections are as "
    "wide as the front needs for an edge of the mesh."
)


class ElectrogramView(QDialog):
    """A window of its own that stays beside the heart; it follows the marked place and the run in view."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.answer: ElectrogramAnswer | None = None
        self.setWindowTitle("Electrogram of the marked place")
        self.spacing = QDoubleSpinBox(self)
        self.spacing.setRange(0.5, 20.0)
        self.spacing.setSingleStep(0.5)
        self.spacing.setDecimals(1)
        self.spacing.setSuffix(" mm")
        self.spacing.setValue(4.0)
        self.spacing.setToolTip("Distance of the second pole, along the fibres from the marked place")
        self.numbers, self.note = QLabel(self), QLabel(self)
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.plot = TracePlot(self)
        self._lay_out()
        self.asking = Asking(self, self._begin, self._question, SETTLED, LOOK_EVERY)
        self.asking.answered.connect(self._take)
        self.asking.refused.connect(self._tell)
        self.spacing.valueChanged.connect(self._changed)
        session.point_changed.connect(self._changed)
        session.look_changed.connect(self._changed)
        session.data_changed.connect(self._renewed)
        session.theme_changed.connect(self.dress)
        session.case_changed.connect(self.close)
        self.dress()

    def come_up(self) -> None:
        """Show the electrogram of the marked place."""
        self.show()
        self.raise_()
        self._changed()

    def dress(self) -> None:
        """Wear the session's theme."""
        self.plot.dress(self._session.theme)
        self._draw()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End the process."""
        self.finish()
        super().closeEvent(event)

    def finish(self) -> None:
        """Ask no more."""
        self.asking.finish()

    def _renewed(self) -> None:
        """Something on the disk is new, the mesh perhaps: the process has to read it again."""
        self.finish()
        self._changed()

    def _changed(self, *_: object) -> None:
        if not self.isVisible():
            return
        result = self._session.result
        if result is None or "activation_time" not in result.fields:
            self._tell(NO_RUN)
        elif self._session.point is None:
            self._tell(NO_PLACE)
        else:
            self.note.setText("Recording ...")
            self.asking.later()

    def _begin(self) -> WarmElectrogram:
        case = self._session.case
        assert case is not None  # _question asks nothing without one
        return WarmElectrogram(case.folder)

    def _question(self) -> ElectrogramQuestion | None:
        place = self._session.point
        if self._session.case is None or place is None:
            return None
        return ElectrogramQuestion(self._session.look.run, place, self.spacing.value())

    def _take(self, answer: ElectrogramAnswer) -> None:
        self.answer = answer
        self.note.setText(ABOUT)
        self._draw()

    def _tell(self, words: str) -> None:
        self.answer = None
        self.numbers.setText("")
        self.note.setText(words)
        self.plot.show_traces(())

    def _draw(self) -> None:
        answer = self.answer
        if answer is None:
            return
        curves = (("Unipolar", answer.unipolar), ("Bipolar", answer.bipolar))
        self.plot.show_traces(tuple(Trace(answer.times, values[None], (name,), "mV", name) for name, values in curves))
        if np.isfinite(answer.activation):
            self.plot.show_time(answer.activation)
        self.numbers.setText(electrogram_words(answer))

    def _lay_out(self) -> None:
        badge = QLabel("SIMULATED", self)
        badge.setProperty("role", "badge")
        title = QLabel("Spacing of the bipole", self)
        title.setProperty("role", "small")
        top = QHBoxLayout()
        top.setSpacing(px(14))
        for widget, share in ((badge, 0), (self.numbers, 1), (title, 0), (self.spacing, 0)):
            top.addWidget(widget, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(12))
        column.setSpacing(px(10))
        column.addLayout(top)
        column.addWidget(self.plot, 1)
        column.addWidget(self.note)
        self.resize(px(860), px(380))


def electrogram_words(answer: ElectrogramAnswer) -> str:
    """Amplitudes, steepest fall and activation of an electrogram, as rich text."""
    steepest = int(np.argmin(np.diff(answer.unipolar)))
    fall = 0.5 * (answer.times[steepest] + answer.times[steepest + 1])
    activated = f"{answer.activation:.0f} ms" if np.isfinite(answer.activation) else "never"
    rows = (
        ("Unipolar", f"{np.ptp(answer.unipolar):.2f} mV"),
        ("Bipolar", f"{np.ptp(answer.bipolar):.2f} mV"),
        ("Steepest fall", f"{fall:.0f} ms"),
        ("Activated", activated),
    )
    return "&nbsp;&nbsp;&nbsp;&nbsp;".join(f"{word} <b>{value}</b>" for word, value in rows)
