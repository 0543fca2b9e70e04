import multiprocessing
import time

import pytest

from geometry.errors import Cancelled
from solvers.uncertainty.ensemble import run_members


def square_unless_three(x: int) -> int:
    if x == 3:
        raise ValueError("three is not allowed.")
    return x * x


def test_values_come_back_in_order_and_a_failure_is_a_note():
    found = run_members(square_unless_three, [1, 2, 3, 4], workers=1)
    assert found.values == (1, 4, None, 16)
    assert found.good == [1, 4, 16]
    assert found.notes == ("Member 2 failed and is left out: three is not allowed.",)


def test_processes_give_the_same_as_one():
    found = run_members(abs, [-1, -2, -3, -4, -5], workers=2)
    assert found.values == (1, 2, 3, 4, 5)


def test_a_process_that_dies_costs_one_member():
    # eval: a function that a fresh process can import, unlike those of a test module
    found = run_members(eval, ["1 + 1", "__import__('os')._exit(3)", "2 + 2"], workers=2)
    assert found.values == (2, None, 4)
    assert "died" in found.notes[0]


def test_cancel_ends_the_processes_in_the_middle_of_a_member():
    begin = time.monotonic()

    def stop(fraction: float, message: str = "") -> None:
        if time.monotonic() - begin > 1.0:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_members(time.sleep, [30.0, 30.0, 30.0], workers=2, progress=stop)
    assert time.monotonic() - begin < 10
    assert not multiprocessing.active_children()


def test_cancel_works_without_processes():
    def stop(fraction: float, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run_members(abs, [1], workers=1, progress=stop)
