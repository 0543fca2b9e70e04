"""How a segmentation lies over the slices: how strongly its chambers are coloured, and whether its doubt is drawn."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Overlay:
    """``fill`` is the opacity (0..0.8) inside the outlines; ``doubt`` draws those of 5 % and 95 % too."""

    fill: float = 0.0
    doubt: bool = True

    @classmethod
    def from_dict(cls, facts: Any) -> "Overlay":
        """From plain data; the defaults for anything odd."""
        try:
            return cls(min(max(float(facts["fill"]), 0.0), 0.8), bool(facts["doubt"]))
        except (KeyError, TypeError, ValueError):
            return cls()
