"""Programmed stimulation: a train S1 at each site once, then branches with S2, S3, S4 that go on from its saved end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.progress import Progress, part, silent
from solvers.arrhythmia.course import SETTLED, Course
from solvers.arrhythmia.reentry import Reentry, find_reentry
from solvers.arrhythmia.sites import Site
from solvers.electrophysiology.march import MonodomainRun
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.stimulus import Stimulus

Floats = NDArray[np.float64]
Solve = Callable[[list[Stimulus], float, MarchState | None, Progress], MonodomainRun]


LEAD = 1.0  # ms before a stimulus at which a state to branch from is kept: the reaction is ahead of the time by half a step


@dataclass(frozen=True)
class Protocol:
    """Intervals in ms.

    s1, train     interval and number of the first stimuli (clinical use: 600 ms, 6 to 8)
    extras        up to three, each the coupling intervals tried for S2, S3, S4, longest first
    watch         ms after the last stimulus after which re-entry is called sustained: two cycles of it must fit
    duration, strength  of a stimulus, ms and mV/ms
    """

    s1: float = 600.0
    train: int = 6
    extras: tuple[tuple[float, ...], ...] = ((300.0, 280.0, 260.0, 240.0),)
    watch: float = 1000.0
    duration: float = 2.0
    strength: float = 50.0

    def __post_init__(self) -> None:
        intervals = [self.s1, self.watch, self.duration, self.strength, *(v for one in self.extras for v in one)]
        if not all(np.isfinite(v) and v > 0 for v in intervals) or self.train < 1:
            raise Refused("The intervals, strengths and the number of stimuli of a protocol must be above zero.")
        if not 1 <= len(self.extras) <= 3 or not all(self.extras):
            raise Refused("A protocol has one to three premature stimuli (S2, S3, S4), each with coupling intervals.")
        if min(v for one in self.extras for v in one) <= self.duration + LEAD:
            raise Refused("A coupling interval must be longer than the stimulus itself.")

    @property
    def train_end(self) -> float:
        """ms, how long the train is computed: branches with S2 begin there."""
        return (self.train - 1) * self.s1 + min(self.extras[0]) - LEAD

    @property
    def expected(self) -> float:
        """ms of model time that a site is likely to take, when every interval is tried."""
        return self.train_end + sum(len(one) for one in self.extras) * min(self.watch, SETTLED)


@dataclass(frozen=True)
class Attempt:
    """One branch: where, with which coupling intervals, and what came of it.

    intervals  empty where already the regular stimuli did not capture, and nothing more was tried
    last       ms, when the last stimulus began
    captured   whether the last stimulus excited the tissue around its site
    """

    site: str
    intervals: tuple[float, ...]
    last: float
    captured: bool
    reentry: Reentry
    run: MonodomainRun


def induce(
    solve: Solve, sites: dict[str, Site], n: int, protocol: Protocol, progress: Progress = silent
) -> Iterator[Attempt]:
    """Every branch tried, site after site; a site is left at its first re-entry.

    solve  (stimuli, until ms, state to go on from, progress) -> run, e.g. ``march`` with all else bound
    sites  name -> nodes, of a mesh with ``n`` nodes

    A site is given up where S1 does not capture. S2 is shortened until it no longer captures; S3 then follows the shortest
    S2 that did, and so on.
    """
    for k, (site, place) in enumerate(sites.items()):
        progress_here = part(progress, k / len(sites), (k + 1) / len(sites))
        if not (len(place.nodes) and len(place.around)):
            raise Refused(f"The pacing site {site} holds no node of the tissue. Choose a place on the wall.")
        title = f"Site {k + 1} of {len(sites)}, {site}"
        course = Course(title, protocol.train_end, protocol.extras, protocol.watch, progress_here)
        yield from _at_site(solve, site, place, n, protocol, course)


def _at_site(solve: Solve, site: str, place: Site, n: int, protocol: Protocol, course: Course) -> Iterator[Attempt]:
    def stimulus(at: float) -> Stimulus:
        return Stimulus.at(place.nodes, n, at, protocol.duration, protocol.strength)

    train = [stimulus(k * protocol.s1) for k in range(protocol.train)]
    last = (protocol.train - 1) * protocol.s1
    paced = solve(train, course.train, None, course.of_train())
    if not _captured(paced, place, last):
        yield Attempt(site, (), last, False, find_reentry(np.zeros(0, np.int32), np.zeros(0), last, last), paced)
        return
    state = paced.state.without_history()
    given: tuple[float, ...] = ()
    for level, intervals in enumerate(protocol.extras):
        best: tuple[float, MarchState] | None = None
        for interval in sorted(intervals, reverse=True):
            at = last + interval
            end = at + protocol.watch
            run = solve([stimulus(at)], end, state, course.of_branch((*given, interval), state.t, end))
            captured = _captured(run, place, at)
            found = find_reentry(run.state.nodes, run.state.passages, at, end)
            yield Attempt(site, (*given, interval), at, captured, found, run)
            if found.sustained:
                return
            if not captured:
                break
            best = interval, state
        if best is None or level + 1 == len(protocol.extras):
            return
        given = (*given, best[0])
        at, following = last + best[0], min(protocol.extras[level + 1])
        state = solve([stimulus(at)], at + following - LEAD, state, silent).state.without_history()
        last = at


def _captured(run: MonodomainRun, place: Site, at: float) -> bool:
    """Whether most of the nodes around the site were excited after the stimulus."""
    later = np.unique(run.state.nodes[run.state.passages >= at])
    return bool(np.isin(place.around, later).mean() > 0.5)
