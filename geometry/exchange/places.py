"""How many of something there are and where, for sentences."""

import numpy as np

from geometry.exchange.raw_mesh import Array


def place(point: Array) -> str:
    """A point in mm, as words."""
    return f"({', '.join(f'{x:.1f}' for x in point)}) mm"


def counted(number: int, one: str, many: str) -> str:
    """The number with the word that goes with it."""
    return f"{number} {one if number == 1 else many}"


def at_first(points: Array) -> str:
    """Where, as far as a sentence can say."""
    return f"at {place(points[0])}" if len(points) == 1 else f"the first at {place(np.asarray(points)[0])}"
