"""Currents that a protocol or a pacemaker puts into nodes, and all of them over a stretch of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stimulus:
    """A current into some nodes.

    start     (n,) ms when it begins at each node, NaN: not there
    duration  ms
    strength  mV/ms on dV/dt (50 mA/cm3 over 140/mm and 0.01 uF/mm2 is 35.714; Niederer 2011)
    """

    start: Floats
    duration: float = 2.0
    strength: float = 35.714

    @classmethod
    def at(
        cls, nodes: NDArray[np.integer], n: int, start: float = 0.0, duration: float = 2.0, strength: float = 35.714
    ) -> "Stimulus":
        """The same start at all ``nodes`` of a mesh with ``n``."""
        starts = np.full(n, np.nan)
        starts[nodes] = start
        return cls(starts, duration, strength)

    def with_middles(self, edges: NDArray[np.integer]) -> "Stimulus":
        """The same in the middles of ``edges`` (e, 2) too, where both ends are stimulated."""
        return replace(self, start=np.concatenate([self.start, self.start[edges].mean(axis=1)]))


class Stimulation:
    """All stimuli together, as a current over a stretch of time."""

    def __init__(self, stimuli: Sequence[Stimulus], n: int) -> None:
        self.parts = []
        for stimulus in stimuli:
            nodes = np.flatnonzero(~np.isnan(stimulus.start))
            starts = stimulus.start[nodes]
            self.parts.append((nodes, starts, starts + stimulus.duration, stimulus.strength))
        self.end = max((float(ends.max()) for _, _, ends, _ in self.parts if ends.size), default=0.0)
        self.none, self._current = np.zeros(n), np.zeros(n)

    def within(self, begin: float, end: float) -> bool:
        """Whether anything is stimulated between these times (ms)."""
        return any(bool(((starts < end) & (ends > begin)).any()) for _, starts, ends, _ in self.parts)

    def mean(self, begin: float, end: float) -> Floats:
        """(n,) mV/ms, mean over ``begin..end`` ms, so that its charge does not depend on the step; good until the next call."""
        if begin >= self.end:
            return self.none
        current = self._current
        for nodes, *_ in self.parts:
            current[nodes] = 0.0
        for nodes, starts, ends, strength in self.parts:
            overlap = np.minimum(end, ends) - np.maximum(begin, starts)
            current[nodes] += strength / (end - begin) * np.maximum(overlap, 0.0)
        return current
