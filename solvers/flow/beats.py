"""Heart beats of flow, one after the other until they repeat, from rest or from a checkpoint."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np

from geometry.errors import Cancelled
from geometry.heart_mesh import Floats
from geometry.progress import Progress
from solvers.flow.beat import Beat, BeatingFlow, Gathering, Moment, flow_state, moments_of, rows_of
from solvers.flow.execution import ALONE, Checkpoint, Execution
from solvers.flow.navier_stokes import FlowState
from solvers.flow.periodicity import PERIODIC, apart, in_words
from solvers.flow.pulse import Pulse
from solvers.flow.step_control import Diverged
from solvers.kept_state import Arrays, flattened

DIASTOLE = 2.5  # how much longer steps may get while nothing flows in
GROWTH = 1.3  # from one step to the next


def time_steps(pulse: Pulse, step: float) -> list[float]:
    """Times of a beat, ms: equal steps while blood is ejected, then growing ones; both phases end exactly on a step."""
    count = max(int(np.ceil(pulse.duration / step - 1e-9)), 4)
    systole = np.linspace(0.0, pulse.duration, count + 1)
    rest = pulse.cycle - pulse.duration
    sizes = [systole[1]]
    while sum(sizes) < rest:
        sizes.append(min(sizes[-1] * GROWTH, DIASTOLE * systole[1]))
    diastole = pulse.duration + np.cumsum(sizes) * rest / sum(sizes)
    return [*systole.tolist(), *diastole.tolist()]


@dataclass
class Course:
    """Where beats stand between two steps.

    number    of the beat, from 1;  done  steps of it
    before    moments of the beat before it;  distance  of that one from the one before it, None: not known
    """

    state: FlowState
    gathered: Gathering
    number: int = 1
    done: int = 0
    before: tuple[Moment, ...] = ()
    distance: float | None = None

    @classmethod
    def begin(cls, flow: BeatingFlow, state: FlowState, **past: Any) -> "Course":
        """At the start of a beat."""
        state = replace(state, time=0.0, reach=inf)
        return cls(state, Gathering(flow, state), **past)

    def to_arrays(self) -> dict[str, Any]:
        """All that is needed to go on."""
        past = {"number": self.number, "done": self.done, "before": rows_of(self.before)}
        facts = past | flattened(self.state, "state.")
        return facts | self.gathered.to_arrays() | ({} if self.distance is None else {"distance": self.distance})

    @classmethod
    def from_arrays(cls, flow: BeatingFlow, kept: Arrays) -> "Course":
        """What ``to_arrays`` gave, for the same flow."""
        distance = float(kept["distance"]) if "distance" in kept else None
        counts = int(kept["number"]), int(kept["done"])
        gathered = Gathering.from_arrays(flow, kept)
        return cls(flow_state(kept, "state."), gathered, *counts, tuple(moments_of(kept["before"])), distance)


def run_beats(
    flow: BeatingFlow,
    pulse: Pulse,
    start: Floats,
    step: float,
    most: int,
    progress: Progress,
    how: Execution = ALONE,
    drive: Callable[[float], float] | None = None,
) -> Beat:
    """Beats from rest until one is like the one before (at most ``most``), of which the last is kept.

    start  (k,) kPa, stored pressures of the outlets;  step  ms
    drive  inlet pressure in kPa at a time, where the inlet is not driven by the flow of the pulse
    A beat that cannot be computed to its end is the last, as far as it goes. Raises Refused and Cancelled.
    """
    times, driven = time_steps(pulse, step), drive or pulse.flow
    if how.restart and how.checkpoint:
        course = Course.from_arrays(flow, how.checkpoint.load())
    else:
        course = Course.begin(flow, flow.at_rest(start))
    while True:
        broken = _finish_beat(flow, driven, times, course, most, progress, how.checkpoint)
        beat = replace(course.gathered.beat(), broken=broken, number=course.number)
        if course.before and not broken:
            beat = replace(beat, distance=apart(course.before, beat.moments))
        repeats = beat.distance is not None and beat.distance < PERIODIC
        if broken or repeats or course.number >= most:
            return beat
        past = {"number": course.number + 1, "before": beat.moments, "distance": beat.distance}
        course = Course.begin(flow, course.state, **past)


def _finish_beat(
    flow: BeatingFlow,
    drive: Callable[[float], float],
    times: list[float],
    course: Course,
    most: int,
    progress: Progress,
    checkpoint: Checkpoint | None,
) -> str:
    """The rest of a beat; a sentence where it cannot be computed to its end."""
    words, kept = in_words(course.number, course.distance), times[course.done]
    for number, (before, now) in list(enumerate(pairwise(times)))[course.done :]:
        done = (course.number - 1 + number / len(times)) / most
        try:
            progress(done, f"Settling: {words}; blood flow at {before:.0f} of {times[-1]:.0f} ms")
            course.state = flow.advance(course.state, now - before, drive)
        except Cancelled:
            if checkpoint:
                checkpoint.save(course.to_arrays())
            raise
        except Diverged as failure:
            if failure.state.time == 0.0 and failure.state.scheme is None:
                raise  # not one step: there is nothing to keep
            course.state = failure.state
            course.gathered.add(course.state, last=True)
            return str(failure)
        course.gathered.add(course.state, last=number == len(times) - 2)
        course.done = number + 1
        if checkpoint and (now - kept > checkpoint.every - 1e-9 or now == times[-1]):
            checkpoint.save(course.to_arrays())
            kept = now
    return ""
