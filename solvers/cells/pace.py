"""A single cell paced by regular stimuli: its action potential, and how long it lasts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import Floats, compile_cell


@dataclass(frozen=True)
class Pacing:
    """Stimuli of ``strength`` mV/ms for ``duration`` ms at the start of every beat, as in the published CellML of TP06.

    The strength matters: it is carried by potassium, and shifts the steady state by a few ms of APD.
    """

    strength: float = 52.0
    duration: float = 1.0


@dataclass(frozen=True)
class Beat:
    """One paced beat: times (t,) ms from the stimulus, V (t,) mV, and the states (s,) at its end."""

    times: Floats
    V: Floats
    end: Floats


def pace(
    cell: Cell,
    cycle_length: float = 1000.0,
    beats: int = 20,
    dt: float = 0.02,
    pacing: Pacing | None = None,
    progress: Progress = silent,
) -> Beat:
    """The last of ``beats`` beats of ``cycle_length`` ms, from rest (``cell.states``)."""
    kernel, pacing = compile_cell(cell), pacing or Pacing(*cell.stimulus)
    y = kernel.rest(1)
    steps = round(cycle_length / dt)
    stimulus = np.zeros((steps, 1))
    stimulus[: round(pacing.duration / dt)] = pacing.strength
    for beat in range(beats):
        V = kernel.record(y, stimulus, dt)
        progress((beat + 1) / beats, f"{cell.title}: beat {beat + 1} of {beats}")
    if not np.isfinite(V).all():
        raise Refused(f"{cell.title} diverged with a time step of {dt} ms. Use a smaller one.")
    return Beat(dt * np.arange(1.0, steps + 1.0), V[:, 0], y[:, 0].copy())


def action_potential_duration(times: Floats, V: Floats, level: float = 0.9) -> float:
    """ms from the steepest upstroke to ``level`` of the way from peak back to rest (the last sample); NaN without one."""
    start = int(np.argmax(np.diff(V)))
    peak = start + int(np.argmax(V[start:]))
    threshold = V[peak] - level * (V[peak] - V[-1])
    below = np.flatnonzero(V[peak:] < threshold)
    if V[peak] < 0.0 or not below.size:
        return float("nan")
    k = peak + int(below[0])
    crossing = times[k - 1] + (V[k - 1] - threshold) / (V[k - 1] - V[k]) * (times[k] - times[k - 1])
    return float(crossing - 0.5 * (times[start] + times[start + 1]))


def restitution(
    cell: Cell,
    intervals: Sequence[float],
    cycle_length: float = 1000.0,
    beats: int = 3,
    dt: float = 0.02,
    order: int = 1,
) -> dict[float, float]:
    """S2 interval (ms) -> APD90 (ms) of one premature beat after ``beats`` regular ones, by the kernel of that order.

    NaN where it gave no action potential of its own: too early, or before V was below -60 mV again.
    """
    kernel, pacing, n = compile_cell(cell, order), Pacing(*cell.stimulus), len(intervals)
    y, width = kernel.rest(n), round(pacing.duration / dt)
    regular = np.zeros((round(cycle_length / dt), n))
    regular[:width] = pacing.strength
    for _ in range(beats - 1):
        kernel.record(y, regular, dt)
    last = np.zeros((round((max(intervals) + cycle_length) / dt), n))
    last[:width] = pacing.strength
    starts = [round(interval / dt) for interval in intervals]
    for k, start in enumerate(starts):
        last[start : start + width, k] = pacing.strength
    V = kernel.record(y, last, dt)
    times = dt * np.arange(1.0, len(V) + 1.0)
    return {
        interval: action_potential_duration(times[start:], V[start:, k]) if V[start, k] < -60.0 else float("nan")
        for k, (interval, start) in enumerate(zip(intervals, starts, strict=True))
    }
