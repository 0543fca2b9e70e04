"""What a decision number is held against: a limit and the chance to lie beyond it, a usual range and the chance to lie in it; in
percent and in runs of all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.metric import with_unit

Values = Sequence[float] | NDArray[np.floating]
FEW = 3  # runs below which no chance is told


@dataclass(frozen=True)
class Threshold:
    """``value`` in the unit of its metric; ``below``: whether what matters lies below it rather than above."""

    value: float
    below: bool = False

    def passed(self, values: Values) -> NDArray[np.bool_]:
        """Which values (n,) lie beyond it; one without an answer (NaN) never does."""
        known = np.asarray(values, dtype=np.float64)
        return known < self.value if self.below else known > self.value

    def share(self, values: Values) -> float | None:
        """The share of the values that lies beyond it; None of too few to tell."""
        return float(self.passed(values).mean()) if len(values) >= FEW else None

    def told(self, values: Values, unit: str) -> str:
        """E.g. "P(> 40 mmHg) 15 % (3 of 20 runs)"; nothing of too few to tell."""
        if len(values) < FEW:
            return ""
        return f"{self.question(unit)} {chance_text(int(self.passed(values).sum()), len(values))}"

    def question(self, unit: str) -> str:
        """What is asked, e.g. "P(> 40 mmHg)"."""
        return f"P({'<' if self.below else '>'} {with_unit(f'{self.value:g}', unit)})"


@dataclass(frozen=True)
class UsualRange:
    """From ``low`` to ``high``, both ends in it, in the unit of its metric."""

    low: float
    high: float

    def holds(self, values: Values) -> NDArray[np.bool_]:
        """Which values (n,) lie in it; one without an answer (NaN) never does."""
        known = np.asarray(values, dtype=np.float64)
        return (self.low <= known) & (known <= self.high)

    def share(self, values: Values) -> float | None:
        """The share of the values that lies in it; None of too few to tell."""
        return float(self.holds(values).mean()) if len(values) >= FEW else None

    def told(self, values: Values, unit: str) -> str:
        """E.g. "P(70 to 110 ms) 75 % (12 of 16 runs)"; nothing of too few to tell."""
        if len(values) < FEW:
            return ""
        return f"{self.question(unit)} {chance_text(int(self.holds(values).sum()), len(values))}"

    def question(self, unit: str) -> str:
        """What is asked, e.g. "P(70 to 110 ms)"."""
        return f"P({self.low:g} to {with_unit(f'{self.high:g}', unit)})"


def chance_text(runs: int, count: int) -> str:
    """``runs`` of ``count`` in words, e.g. "15 % (3 of 20 runs)", "< 6 % (0 of 16 runs)"."""
    return f"{share_text(runs / count, count)} ({runs} of {count} runs)"


def share_text(share: float, count: int) -> str:
    """A share in percent with no more than ``count`` members support: "63 %", "< 4 %", "> 96 %"."""
    least = 1.0 / max(count, 1)
    if share < least / 2:
        return f"< {100 * least:.0f} %"
    if share > 1.0 - least / 2:
        return f"> {100 * (1 - least):.0f} %"
    return f"{100 * share:.0f} %"
