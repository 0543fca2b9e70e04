"""A flow over one beat that was measured or computed."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geometry.errors import Refused

ENDED = 0.05  # of the largest flow, below which ejection is over


class Pulse(Protocol):
    """The flow into a vessel over a beat."""

    @property
    def volume(self) -> float:
        """mm3 that go forward."""
        ...

    @property
    def began(self) -> float:
        """ms, when ejection begins."""
        ...

    @property
    def duration(self) -> float:
        """ms from the start of the beat to the end of ejection."""
        ...

    @property
    def cycle(self) -> float:
        """ms."""
        ...

    @property
    def peak_time(self) -> float:
        """ms."""
        ...

    def flow(self, time: float) -> float:
        """mm3/ms at a time in ms."""
        ...


@dataclass(frozen=True)
class MeasuredInflow:
    """Flows (mm3/ms) at times (ms) from 0 to the end of the beat, straight between them; refuses one without forward flow."""

    times: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a curve that never goes forward."""
        if max(self.values) <= 0:
            raise Refused(
                "No blood goes forward through the inlet in this beat. Look at the sign of the flow and at the pressures."
            )

    def flow(self, time: float) -> float:
        """mm3/ms at a time in ms of any beat."""
        return float(np.interp(time % self.cycle, self.times, self.values))

    @property
    def cycle(self) -> float:
        """ms."""
        return self.times[-1]

    @property
    def volume(self) -> float:
        """mm3 that go forward."""
        return float(np.trapezoid(np.maximum(self.values, 0.0), self.times))

    @property
    def began(self) -> float:
        """ms, the last moment before blood goes forward."""
        first = int(np.flatnonzero(np.array(self.values) > ENDED * max(self.values))[0])
        return self.times[max(first - 1, 0)]

    @property
    def duration(self) -> float:
        """ms from the start of the beat to the end of ejection; at most nine tenths of the beat."""
        after = np.flatnonzero(np.array(self.values) > ENDED * max(self.values))[-1]
        return min(self.times[min(int(after) + 1, len(self.times) - 1)], 0.9 * self.cycle)

    @property
    def peak_time(self) -> float:
        """ms."""
        return self.times[int(np.argmax(self.values))]
