"""Where a legend begins and ends, and its round values in between."""

import numpy as np

from solvers.result import Field

BANDS = 8  # divisions of a legend
MOST_LINES = 60  # isochrones beyond which they cannot be told apart
DIVISIONS = (1, 2, 2.5, 5, 10)
SKEWED = ("wall shear",)  # quantities whose few highest values would wash out the rest
FIXED = {"Oscillatory shear index": (0.0, 0.5)}


def shared_limits(*fields: Field) -> tuple[float, float]:
    """Round limits that hold all values of all fields and frames, so that views can be compared."""
    if all(field.label in FIXED for field in fields):
        return FIXED[fields[0].label]
    lows, highs = [], []
    for field in fields:
        values = np.asarray(field.values)
        if values.ndim > (2 if field.times else 1):
            values = np.linalg.norm(values, axis=-1)
        good = values[np.isfinite(values)]
        if good.size:
            skewed = any(word in field.label.lower() for word in SKEWED)
            tail = 0.5 if field.times else 0.0  # a moving field's rarest peaks would wash out the rest
            lows.append(0.0 if skewed else float(np.percentile(good, tail)))
            highs.append(float(np.percentile(good, 95.0 if skewed else 100 - tail)))
    if not lows:
        return 0.0, 1.0
    return round_limits(min(lows), max(highs))


def round_limits(low: float, high: float) -> tuple[float, float]:
    """The limits, widened to round numbers that divide the range well."""
    if not high > low:
        return low, low + 1.0
    step = _round_step((high - low) / BANDS)
    return float(np.floor(low / step + 1e-9) * step), float(np.ceil(high / step - 1e-9) * step)


def levels_between(low: float, high: float) -> tuple[float, ...]:
    """Round values between the limits, about BANDS of them, for isochrones and ticks."""
    step = _round_step((high - low) / BANDS)
    first = np.ceil(low / step + 1e-9) * step
    count = max(int(np.floor((high - first) / step - 1e-9)) + 1, 0)
    return tuple(float(first + i * step) for i in range(count) if low < first + i * step < high)


def has_isochrones(name: str) -> bool:
    """Whether a field of that name is a map of times."""
    return "activation" in name or "repolarization" in name


def isochrone_times(low: float, high: float, spacing: float) -> tuple[float, ...]:
    """Multiples of ``spacing`` (ms) between the limits; where they would be too many, some of them."""
    step = spacing * max(1, int(np.ceil((high - low) / (spacing * MOST_LINES))))
    first, last = int(np.floor(low / step + 1e-9)) + 1, int(np.ceil(high / step - 1e-9))
    return tuple(step * k for k in range(first, last))


def _round_step(raw: float) -> float:
    power = 10.0 ** np.floor(np.log10(max(raw, 1e-30)))
    return float(next(d * power for d in DIVISIONS if d * power >= raw * 0.999))
