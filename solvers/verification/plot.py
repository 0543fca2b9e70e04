"""What a verification problem shows as a picture beside its checks."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Plot:
    """Values at named places, one curve for each way they were computed; the last curve is the reference.

    places         (k,) what stands under each value
    curves         name -> (k,) values
    across, along  words and units of the two axes
    """

    places: tuple[str, ...]
    curves: Mapping[str, tuple[float, ...]]
    across: str
    along: str
