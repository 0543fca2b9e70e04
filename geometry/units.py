"""One coherent system inside (mm, ms, mg, mV, uA, kPa); this is the one place where numbers change units."""

from functools import lru_cache

import pint


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """The unit registry (built once: it takes a tenth of a second)."""
    return pint.UnitRegistry()


@lru_cache(maxsize=256)
def factor(unit: str, to: str) -> float:
    """The number that turns a value in ``unit`` into one in ``to``; raises when the dimensions differ."""
    return float(registry().Quantity(1.0, unit).to(to).magnitude)


def convert(value: float, unit: str, to: str) -> float:
    """``value`` (in ``unit``) expressed in ``to``, e.g. ``convert(80, "mmHg", "kPa")`` is 10.67."""
    return value * factor(unit, to)
