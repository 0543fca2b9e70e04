"""How far one beat is from the one before it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

SETTLED = 2  # moments left out at the start of a beat
PERIODIC = 0.02  # of the range over a beat, pressures and flow: then beats repeat


class Numbers(Protocol):
    """Numbers after one step of a beat."""

    @property
    def inlet_pressure(self) -> float:
        """kPa."""
        ...

    @property
    def outlet_pressure(self) -> float:
        """kPa."""
        ...

    @property
    def outflow(self) -> float:
        """mm3/ms."""
        ...


def apart(before: Sequence[Numbers], now: Sequence[Numbers]) -> float:
    """The largest difference of pressures and outflow between two beats at the same time, as a share of each one's range.

    The first step is left out: in the first beat it starts from rest and is of first order, so its inertia is less exact.
    """
    reads: tuple[Callable[[Numbers], float], ...] = (
        lambda one: one.inlet_pressure,
        lambda one: one.outlet_pressure,
        lambda one: one.outflow,
    )
    worst = 0.0
    for read in reads:
        old, new = (np.array([read(one) for one in beat[SETTLED:]]) for beat in (before, now))
        worst = max(worst, float(np.abs(new - old).max() / max(np.ptp(new), 1e-12)))
    return worst


def in_words(number: int, distance: float | None) -> str:
    """For instance "3rd beat, 1.4 % from periodic"."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    far = "" if distance is None else f", {100 * distance:.1f} % from periodic"
    return f"{number}{ending} beat{far}"
