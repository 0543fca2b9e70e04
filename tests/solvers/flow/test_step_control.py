from dataclasses import dataclass, replace
from math import inf

import pytest

from solvers.flow.solver import SolveError
from solvers.flow.step_control import Diverged, advance


@dataclass(frozen=True)
class Clock:
    time: float = 0.0
    reach: float = inf


def march(until: float, limit: float, dt: float = 8.0) -> tuple[Clock, list[float]]:
    """Steps above ``limit`` fail before ``until`` ms."""
    tried: list[float] = []

    def step(now: Clock, size: float) -> Clock:
        tried.append(size)
        if size > limit and now.time < until:
            raise SolveError("no convergence")
        return replace(now, time=now.time + size)

    state = Clock()
    for _ in range(5):
        state = advance(state, dt, step, lambda now, reach: replace(now, reach=reach), lambda _: "Here.")
    return state, tried


def test_steps_that_go_well_are_taken_whole() -> None:
    assert march(0.0, inf)[1] == [8.0] * 5


def test_a_step_that_fails_is_halved_and_grows_back_without_failing_at_every_interval() -> None:
    state, tried = march(8.0, 2.5)
    assert state.time == pytest.approx(40.0)
    assert tried[:4] == [8.0, 4.0, 2.0, 2.0]
    assert tried[-2:] == [8.0, 8.0]
    assert len(tried) < 14


def test_a_flow_that_cannot_go_on_says_when_where_and_keeps_the_last_good_state() -> None:
    with pytest.raises(
        Diverged, match=r"beyond 0\.0 ms, even with a step of 0\.25 ms \(no convergence\)\. Here\."
    ) as failure:
        march(inf, 0.0)
    assert failure.value.state.time == 0.0
