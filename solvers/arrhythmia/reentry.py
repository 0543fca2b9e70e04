"""Does activation go on by itself after the last stimulus, how fast, and where does each cycle come out?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CYCLES = 2  # returns after the last stimulus from which on it is called re-entry (two cycles, Arevalo 2016)
REST = 50.0  # ms: two passages of a node closer than this are one beat


@dataclass(frozen=True)
class Reentry:
    """What went on after the last stimulus.

    going         activation went on to the end
    sustained     it did, and some node was activated ``CYCLES`` times again
    cycle_length  ms, median time between two beats of a node; NaN without any
    spread        ms, half the range between the 10th and 90th percentiles of those times
    drift         change of the median from the nodes' last but one cycles to their last, as a share; NaN with fewer
    cycles        most beats of any node after the stimulated one
    last          ms of the last activation; NaN without any
    """

    going: bool
    sustained: bool
    cycle_length: float
    spread: float
    drift: float
    cycles: int
    last: float


def find_reentry(nodes: NDArray[np.integer], passages: Floats, last_stimulus: float, until: float) -> Reentry:
    """Look at all passages (p,) ms of ``nodes`` (p,) in a run that ended at ``until`` ms.

    The first beat of a node after the last stimulus is the stimulus's own; those after it are returns. Sustained needs
    ``CYCLES`` returns and one within the last cycle length of the run.
    """
    beats_of, at = beats(nodes, passages, last_stimulus)
    if not at.size:
        return Reentry(False, False, float("nan"), float("nan"), float("nan"), 0, float("nan"))
    same = np.diff(beats_of) == 0
    lengths = np.diff(at)[same]
    cycles = int(np.bincount(beats_of).max()) - 1
    if not lengths.size:
        going = float(at.max()) > until - REST
        return Reentry(going, False, float("nan"), float("nan"), float("nan"), 0, float(at.max()))
    low, middle, high = (float(v) for v in np.percentile(lengths, (10, 50, 90)))
    going = float(at.max()) > until - middle
    drift = _drift(beats_of, at)
    return Reentry(going, going and cycles >= CYCLES, middle, (high - low) / 2, drift, cycles, float(at.max()))


def _drift(nodes: NDArray[np.integer], at: Floats) -> float:
    """From the last three beats of each node that has as many."""
    last = np.flatnonzero(np.r_[nodes[1:] != nodes[:-1], True])
    last = last[(last >= 2) & (nodes[last - 2] == nodes[last])]
    if not last.size:
        return float("nan")
    latest, earlier = (float(np.median(v)) for v in (at[last] - at[last - 1], at[last - 1] - at[last - 2]))
    return abs(latest - earlier) / earlier


def beats(nodes: NDArray[np.integer], passages: Floats, after: float) -> tuple[NDArray[np.integer], Floats]:
    """(b,) node and (b,) ms of each beat after a time, by node and then time; passages within ``REST`` ms are one."""
    chosen = passages >= after
    order = np.lexsort((passages[chosen], nodes[chosen]))
    node, at = nodes[chosen][order], passages[chosen][order]
    keep = np.ones(at.size, bool)
    keep[1:] = (np.diff(node) != 0) | (np.diff(at) > REST)
    return node[keep], at[keep]


def exit_sites(
    nodes: NDArray[np.integer], passages: Floats, surface: NDArray[np.integer], start: float, cycle: float, until: float
) -> list[tuple[float, int]]:
    """(ms, node) of the earliest breakthrough in each cycle on ``surface`` (nodes, e.g. of the epicardium).

    Cycles begin at ``start`` ms and last ``cycle`` ms.
    """
    on = np.isin(nodes, surface)
    node, at = beats(nodes[on], passages[on], start)
    found = []
    begin = start
    while begin + cycle <= until + 1e-9:
        inside = np.flatnonzero((at >= begin) & (at < begin + cycle))
        if inside.size:
            first = inside[np.argmin(at[inside])]
            found.append((float(at[first]), int(node[first])))
        begin += cycle
    return found
