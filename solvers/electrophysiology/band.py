"""Where the draws of a beat lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from geometry.heart_mesh import Floats
from solvers.result import Trace


@dataclass(frozen=True)
class Band:
    """Where nine of ten draws lie: bounds of the ECG (12, t) mV, and of numbers by name, from ``count`` draws.

    apart      (count, n) ms, by how much each draw activates every node later than the beat itself does
    ecg_apart  (count, 12, t) mV, how its ECG differs from that of the beat itself
    """

    low: Trace
    high: Trace
    values: Mapping[str, tuple[float, float]]
    count: int
    apart: Floats
    ecg_apart: Floats
