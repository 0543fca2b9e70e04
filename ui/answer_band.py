"""The band around the what-if answer that is shown."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from geometry.heart_mesh import Floats
from solvers.electrophysiology.band import Band
from solvers.result import Trace

if TYPE_CHECKING:
    from ui.session import Session


class AnswerBand(QObject):
    """The newest band and the number of the answer around which it lies; it goes with the answers."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.number = 0
        self._band: Band | None = None
        session.answer_changed.connect(self._forget)

    @property
    def shown(self) -> Band | None:
        """What is drawn: the answer's own; while something is dragged that of a moment ago, until its own is there."""
        answer = self._session.answer
        return self._band if answer is not None and (answer.draft or answer.number == self.number) else None

    @property
    def late(self) -> Floats | None:
        """(draws, n) ms, by how much each draw activates the heart later than the beat that is shown; until the band of an
        answer is there, that of the answer before."""
        answer, band = self._session.answer, self._band
        fits = answer is not None and band is not None and band.apart.shape[1:] == answer.activation.shape
        return band.apart if band is not None and fits else None

    @property
    def draws(self) -> Trace | None:
        """The ECG of each draw, (draws, 12, t) mV, around the answer that is shown, as ``late`` is."""
        answer, band = self._session.answer, self._band
        fits = answer is not None and band is not None and band.ecg_apart.shape[1:] == answer.ecg.values.shape
        return replace(answer.ecg, values=answer.ecg.values + band.ecg_apart) if answer and band and fits else None

    def show(self, number: int, band: Band | None) -> None:
        """Show the band around the answer of this number."""
        self.number, self._band = number, band
        self.changed.emit()

    def _forget(self) -> None:
        if self._session.answer is None:
            self.number, self._band = 0, None
