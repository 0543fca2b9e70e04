"""Members of several options side by side: paired one by one where the same random numbers went into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from solvers.uncertainty.drawn import INPUT

Members = Mapping[str, NDArray[np.float64]]
DRAWS = 20_000  # joint draws where members cannot be paired
SEED = 1  # of those draws: the same table every time


@dataclass(frozen=True)
class Joint:
    """Values (draws, options) of one outcome, each row what could come true together.

    count   independent members behind the rows: no more digits than they support
    paired  whether all options had the same random numbers, so that a row is a member
    """

    values: Floats
    count: int
    paired: bool


def shares_draws(one: Members, two: Members) -> bool:
    """Whether member k of both had the same random numbers: the same inputs drawn, in the same order by size.

    The order, not the value, is looked at: a child that changes the mean of an input still shares its draws.
    """
    first, second = _inputs(one), _inputs(two)
    if not first or set(first) != set(second):
        return False
    return all(
        len(values) == len(second[name]) and np.array_equal(np.argsort(values), np.argsort(second[name]))
        for name, values in first.items()
    )


def joint_values(name: str, options: Sequence[Members]) -> Joint | None:
    """The members' values of the metric ``name`` side by side; None where an option has fewer than two."""
    columns = [np.asarray(option.get(name, ()), dtype=np.float64) for option in options]
    if not columns or any(np.isfinite(column).sum() < 2 for column in columns):
        return None
    groups = _groups(options)
    if len(groups) == 1:
        whole = np.column_stack(columns)
        rows = whole[np.isfinite(whole).all(axis=1)]
        return Joint(rows, len(rows), True) if len(rows) >= 2 else None
    rng, counts = np.random.default_rng(SEED), []
    values = np.empty((DRAWS, len(options)))
    for group in groups:
        known = np.column_stack([columns[k] for k in group])
        known = known[np.isfinite(known).all(axis=1)]
        if len(known) < 2:
            return None
        counts.append(len(known))
        values[:, group] = known[rng.integers(len(known), size=DRAWS)]
    return Joint(values, min(counts), False)


def _inputs(members: Members) -> Members:
    return {name: values for name, values in members.items() if name.startswith(INPUT)}


def _groups(options: Sequence[Members]) -> list[list[int]]:
    """Places of the options, those together that share their draws."""
    groups: list[list[int]] = []
    for place, option in enumerate(options):
        mine = next((group for group in groups if shares_draws(options[group[0]], option)), None)
        if mine is None:
            groups.append([place])
        else:
            mine.append(place)
    return groups
