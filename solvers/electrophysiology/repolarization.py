"""When each place has repolarised, and how long its action potential lasted, from the frames of its potential."""

from collections.abc import Sequence

import numpy as np

from geometry.heart_mesh import Floats
from solvers.result import Field

LEVEL = 0.9  # of the way back from the peak to rest
ENOUGH = 0.5  # share of the nodes that must have repolarised for a map of it
UPSTROKE = 40.0  # mV that a potential must climb above rest to be an action potential


def repolarization_times(times: Sequence[float], frames: Floats, level: float = LEVEL) -> Floats:
    """(n,) ms at which each node last fell through ``level`` of repolarisation; NaN where it has not, or never fired.

    times (t,) ms, frames (t, n) mV, the first of them at rest. The crossing is linear between two frames.
    """
    moments, first, peak = np.asarray(times, float), frames[0].astype(float), frames.max(axis=0).astype(float)
    mark = peak - level * (peak - first)
    above = frames > mark
    nodes = np.arange(frames.shape[1])
    last = len(frames) - 1 - np.argmax(above[::-1], axis=0)  # the last frame above the mark
    found = (peak - first > UPSTROKE) & (last < len(frames) - 1) & above.any(axis=0)
    after = np.minimum(last + 1, len(frames) - 1)
    high, low = frames[last, nodes].astype(float), frames[after, nodes].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (high - mark) / (high - low)
        crossing = moments[last] + share * (moments[after] - moments[last])
    return np.asarray(np.where(found, crossing, np.nan))


def repolarization_fields(activation: Floats, potential: Field) -> dict[str, Field]:
    """The maps "repolarization_time" and "apd90" (n,) ms; none where the run ended before most of the heart repolarised."""
    back = repolarization_times(potential.times, np.asarray(potential.values))
    if np.isfinite(back).mean() < ENOUGH:
        return {}
    return {
        "repolarization_time": Field(back, "ms", "Repolarization time", (), "EARLY", "LATE"),
        "apd90": Field(back - activation, "ms", "APD90 (action potential duration)", (), "SHORT", "LONG"),
    }
