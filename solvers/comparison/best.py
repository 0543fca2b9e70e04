"""Which option is best how often, and which of them cannot be told apart."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from geometry.heart_mesh import Floats
from solvers.comparison.outcomes import Outcome
from solvers.comparison.pairing import Joint
from solvers.uncertainty.summary import interval

DOUBT = 0.1  # two options whose wins against each other could come about by chance this often are tied


def shares_best(joint: Joint, outcome: Outcome) -> Floats:
    """(options,) how often each is best; those within the noise of the best one share that draw equally."""
    cost = _cost(joint.values, outcome)
    lead = cost.min(axis=1, keepdims=True)
    near = cost - lead <= _noise(joint.values, outcome) + 1e-12
    return np.asarray((near / near.sum(axis=1, keepdims=True)).mean(axis=0))


def tied_with_best(joint: Joint, outcome: Outcome) -> NDArray[np.bool_]:
    """(options,) True for the option that is best most often and for all that cannot be told from it.

    Told apart: the 90 % interval of their difference leaves out what is noise, and the members that favour one of the two
    favour it more often than chance would (sign test). Nobody is told apart from itself.
    """
    best = shares_best(joint, outcome)
    lead = int(best.argmax())
    return np.array([k == lead or not _told_apart(joint, outcome, lead, k) for k in range(len(best))])


def _told_apart(joint: Joint, outcome: Outcome, lead: int, other: int) -> bool:
    one, two = joint.values[:, lead], joint.values[:, other]
    noise = outcome.noise_at(float(np.median(one)), float(np.median(two)))
    worse = _cost(two, outcome) - _cost(one, outcome)
    low, _ = interval(worse)
    wins, losses = float(np.mean(worse > noise)), float(np.mean(worse < -noise))
    won, lost = round(wins * joint.count), round(losses * joint.count)
    chance = binomtest(won, won + lost).pvalue if won + lost else 1.0
    return bool(low > noise and chance < DOUBT)


def _cost(values: Floats, outcome: Outcome) -> Floats:
    """What is smaller for the better."""
    return values if outcome.better == "lower" else -values


def _noise(values: Floats, outcome: Outcome) -> Floats:
    if not outcome.relative:
        return np.full((len(values), 1), outcome.noise)
    return np.asarray(outcome.noise * np.abs(values).mean(axis=1, keepdims=True))
