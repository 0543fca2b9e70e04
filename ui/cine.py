"""Playing frames at the pace they were taken: the heart beats as fast as it did in the scanner."""

import time
from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SPEEDS = (0.25, 0.5, 1.0, 2.0)
UNKNOWN = 1000.0  # ms of a beat whose length the scan does not tell (60 / min)


@dataclass(frozen=True)
class Cine:
    """``starts`` ms after the first frame at which each frame begins; ``cycle`` ms after which all begins anew."""

    starts: tuple[float, ...]
    cycle: float

    @classmethod
    def of_phases(cls, phases: int, times: tuple[float, ...], cycle: float | None) -> "Cine":
        """The beat of a scan; evenly spread over it, or over a beat of 60 / min, where the scan does not say."""
        if len(times) == phases > 1:
            starts = tuple(moment - times[0] for moment in times)
            whole = starts[-1] * phases / (phases - 1)  # the last frame lasts as long as the others on average
            return cls(starts, max(cycle or whole, starts[-1] + 1.0))
        return cls.even(phases, (cycle or UNKNOWN) / max(phases, 1))

    @classmethod
    def even(cls, frames: int, each: float) -> "Cine":
        """Frames that last ``each`` ms."""
        return cls(tuple(each * k for k in range(frames)), each * max(frames, 1))

    def frame_at(self, moment: float) -> int:
        """The frame that is due ``moment`` ms after the first one began."""
        return max(bisect_right(self.starts, moment % self.cycle + 1e-9) - 1, 0)

    def wait_after(self, moment: float) -> float:
        """ms from ``moment`` until the next frame is due."""
        within = moment % self.cycle
        later = bisect_right(self.starts, within + 1e-9)
        return (self.starts[later] if later < len(self.starts) else self.cycle) - within


class CinePlayer(QObject):
    """Says which frame is due; one that could not be shown in time is left out, so that the pace is kept."""

    frame = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cine = Cine((0.0,), UNKNOWN)
        self.speed = 1.0
        self.shown = 0
        self.dropped = 0
        self._began = 0.0
        self._now = 0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def start(self, frame: int) -> None:
        """Play from a frame on."""
        self._now = frame
        self._began = _clock() - self.cine.starts[frame] / self.speed
        self.shown = self.dropped = 0
        self._wait()

    def stop(self) -> None:
        """Play no more."""
        self._timer.stop()

    def set_speed(self, speed: float) -> None:
        """Play faster or slower from here on."""
        moment = self._moment()
        self.speed = speed
        self._began = _clock() - moment / speed
        if self.playing:
            self._wait()

    def _tick(self) -> None:
        due = self.cine.frame_at(self._moment())
        if due != self._now:
            self.dropped += (due - self._now) % len(self.cine.starts) - 1
            self.shown += 1
            self._now = due
            self.frame.emit(due)
        self._wait()

    def _moment(self) -> float:
        return (_clock() - self._began) * self.speed

    def _wait(self) -> None:
        self._timer.start(max(round(self.cine.wait_after(self._moment()) / self.speed), 1))


def _clock() -> float:
    return time.perf_counter() * 1000.0
