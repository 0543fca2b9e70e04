"""A curve over one beat, repeated."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused

CLOSED = 0.02  # of the curve's range, most that its end may differ from its start


@dataclass(frozen=True)
class Waveform:
    """Values at ascending times (ms) from 0 to the length of the beat, straight between them; the end meets the start."""

    times: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a curve that is not one, or does not close."""
        if len(self.times) != len(self.values) or len(self.times) < 2:
            raise Refused(
                f"A curve has {len(self.times)} times and {len(self.values)} values; give as many of both, two at least."
            )
        if self.times[0] != 0 or (np.diff(self.times) <= 0).any() or not np.isfinite([*self.times, *self.values]).all():
            raise Refused(
                "The times of a curve must begin at 0 ms and ascend, and its values be numbers. Correct them."
            )
        gap, span = self.values[-1] - self.values[0], max(self.values) - min(self.values)
        if abs(gap) > CLOSED * span:
            raise Refused(
                f"A curve does not close: it begins with {self.values[0]:g} and ends with {self.values[-1]:g} "
                f"after {self.times[-1]:g} ms. Give one whole beat."
            )

    def __call__(self, time: float) -> float:
        """The value at ``time`` ms of any beat."""
        return float(np.interp(time % self.times[-1], self.times, self.values))

    def mean(self) -> float:
        """Over the beat."""
        return float(np.trapezoid(self.values, self.times) / self.times[-1])
