"""The runs of an ensemble one after the other (hypothetical outcome plots): what may as well be so, at a pace to follow.

Hullman 2015, doi 10.1371/journal.pone.0142444: 400 ms a draw.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from solvers.result import Field, Result
from ui.cine import Cine, CinePlayer
from ui.ensemble import family_of, members_of, quantity_of
from ui.legend_limits import shared_limits
from ui.look import VALUE, Look
from ui.painting import Painting, paint

if TYPE_CHECKING:
    from ui.session import Session

EACH = 400.0  # ms


class Draws(QObject):
    """``number`` is the draw that is shown, from 1; 0: none, but mean and doubt as ever."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self.number, self.count = 0, 0
        self._player = CinePlayer(self)
        self._player.frame.connect(lambda frame: self._take(frame + 1))
        for signal in (session.case_changed, session.data_changed, session.step_changed, session.look_changed):
            signal.connect(self.stop)
        session.answer_changed.connect(self.stop)

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._player.playing

    def play(self, count: int) -> None:
        """Step through so many draws, from the one that is shown on."""
        if count > 1:
            self.count = count
            self._player.cine = Cine.even(count, EACH)
            self._take(min(max(self.number, 1), count))
            self._player.start(self.number - 1)
            self.changed.emit()

    def show(self, number: int, count: int) -> None:
        """Show one draw and stay there; 0: mean and doubt again."""
        self._player.stop()
        self.count = count
        self._take(min(number, count), always=True)

    def stop(self) -> None:
        """Show mean and doubt again."""
        if self.number:
            self.show(0, self.count)

    def _take(self, number: int, always: bool = False) -> None:
        if number != self.number or always:
            self.number = number
            self.changed.emit()


def draw_painting(result: Result, look: Look, number: int) -> Painting:
    """The field as the draw ``number`` (from 1) has it, in colours and limits of the mean of all."""
    name, members = family_of(result, look.field), members_of(result, look.field)
    assert members is not None
    mean = result.fields.get(f"{name}_mean", result.fields[look.field])
    label = f"{quantity_of(mean)}, draw {number} of {len(members)}"
    drawn = Field(members[number - 1], mean.unit, label, (), mean.low_word, mean.high_word)
    alone = replace(result, fields={look.field: drawn})
    return paint(alone, look.changed(mode=VALUE), 0, shared_limits(mean))[0]
