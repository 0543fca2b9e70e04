"""Which size of a valve an annulus asks for, by the ranges of its makers, and how sure that is."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from geometry.mesh_measures.annulus import Annulus
from solvers.devices.valve_sizes import FAMILIES, ValveSize, sizes_of

LEAST_DOUBT = 0.1  # mm of the edge: no annulus is read better
LIKELY = 0.05  # chance from which another size counts


@dataclass(frozen=True)
class SizeChoice:
    """What the ranges of a family say of an annulus.

    value, sd   of its area (mm2) or perimeter (mm), normally distributed;  fits  sizes whose range holds the value
    chances     of each size: the chance that the value lies in its range, halves where two ranges overlap
    none        chance that it lies in no range
    """

    family: str
    value: float
    sd: float
    fits: tuple[ValveSize, ...]
    chances: tuple[tuple[ValveSize, float], ...]
    none: float

    @property
    def likely(self) -> tuple[ValveSize, ...]:
        """The sizes that count, the likeliest first."""
        found = sorted(self.chances, key=lambda pair: -pair[1])
        return tuple(size for size, chance in found if chance >= LIKELY)

    @property
    def borderline(self) -> bool:
        """Whether more than one size counts, or none and one."""
        return len(self.likely) + (self.none >= LIKELY) > 1

    def words(self) -> str:
        """The choice in a sentence."""
        told = ", ".join(f"P({size.size} mm) = {_percent(chance)}" for size, chance in self.chances if chance >= 0.005)
        outside = f"P(no size fits) = {_percent(self.none)}" if self.none >= 0.005 else ""
        numbers = "; ".join(part for part in (told, outside) if part)
        likely = self.likely
        if not likely:
            return f"{FAMILIES[self.family]}: the annulus lies outside all ranges ({numbers})."
        if not self.borderline:
            return f"{FAMILIES[self.family]}: {likely[0].size} mm ({numbers})."
        if len(likely) == 1:
            return f"{FAMILIES[self.family]}, borderline: {likely[0].size} mm or none ({numbers})."
        both = " or ".join(f"{size.size}" for size in sorted(likely, key=lambda size: size.size))
        return f"{FAMILIES[self.family]}, borderline: {both} mm, the measurement cannot tell ({numbers})."


def choose_size(family: str, ring: Annulus, edge_doubt: float) -> SizeChoice:
    """Hold an annulus, whose edge is known to an SD of ``edge_doubt`` mm all around, against the ranges of a family.

    The SD of the area is perimeter times that, the SD of the perimeter 2 pi times that.
    """
    sizes = sizes_of(family)
    doubt = max(edge_doubt, LEAST_DOUBT)
    by_area = sizes[0].measure == "area"
    value, sd = (ring.area, ring.perimeter * doubt) if by_area else (ring.perimeter, 2 * np.pi * doubt)
    borders = sorted({edge for size in sizes for edge in (size.low, size.high)})
    chances = dict.fromkeys(sizes, 0.0)
    for low, high in pairwise(borders):
        share = float(norm.cdf(high, value, sd) - norm.cdf(low, value, sd))
        holding = [size for size in sizes if size.low <= low and high <= size.high]
        for size in holding:
            chances[size] += share / len(holding)
    fits = tuple(size for size in sizes if size.low <= value <= size.high)
    return SizeChoice(family, value, float(sd), fits, tuple(chances.items()), 1.0 - sum(chances.values()))


def oversizing(size: ValveSize, ring: Annulus, moved: float = 0.0) -> tuple[float, float]:
    """By area and by perimeter, %: the frame as labelled against the annulus, its edge moved outwards by ``moved`` mm.

    An edge moved by e makes the perimeter 2 pi e longer and the area P e + pi e^2 larger.
    """
    area = ring.area + ring.perimeter * moved + np.pi * moved**2
    perimeter = ring.perimeter + 2 * np.pi * moved
    return 100.0 * (size.nominal_area / area - 1.0), 100.0 * (2 * np.pi * size.radius / perimeter - 1.0)


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %"
