"""Steps that fail are halved and done again, and grow back; where that does not help, a sentence says when and where."""

from collections.abc import Callable
from math import ceil
from typing import Any, Protocol

from geometry.errors import Refused
from solvers.flow.solver import SolveError

HALVINGS = 5
GROWTH = 1.2  # of the longest step believed to go well, after one that did


class Moving(Protocol):
    """A state at ``time`` ms; ``reach`` is the longest step from it that is believed to go well, ms."""

    @property
    def time(self) -> float:
        """Ms."""
        ...

    @property
    def reach(self) -> float:
        """Ms."""
        ...


class Diverged(Refused):
    """The flow cannot be computed further; ``state`` is the last good one."""

    def __init__(self, sentence: str, state: Any) -> None:
        super().__init__(sentence)
        self.state = state


def advance[State: Moving](
    state: State, dt: float, step: Callable[[State, float], State], reached: Callable[[State, float], State],
    where: Callable[[State], str],
) -> State:  # fmt: skip
    """The state ``dt`` ms later, in one step or, where that fails, in smaller ones.

    step     one step of so many ms, raises SolveError
    reached  the state with another ``reach``
    where    words for the place that is likely at fault
    Raises Diverged.
    """
    end, least = state.time + dt, dt / 2**HALVINGS
    while (left := end - state.time) > 1e-9 * dt:
        size = left / ceil(left / min(left, max(state.reach, least)) - 1e-9)
        try:
            after = step(state, size)
        except SolveError as failure:
            if size <= least * (1 + 1e-9):
                raise Diverged(
                    f"The flow could not be computed beyond {state.time:.1f} ms, even with a step of {size:.3g} ms ({failure}). "
                    f"{where(state)} Use a finer mesh there, or a smaller time step.",
                    state,
                ) from failure
            state = reached(state, size / 2)
        else:
            state = reached(after, max(state.reach, size) * GROWTH if state.reach < dt else state.reach)
    return state
