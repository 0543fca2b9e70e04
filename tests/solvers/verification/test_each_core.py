"""Cases shared out among processes."""

import math

import pytest

from geometry.errors import Cancelled
from geometry.progress import silent
from solvers.verification.each_core import on_each_core


def test_results_come_in_the_order_of_the_cases_and_progress_ends_whole() -> None:
    told: list[float] = []

    def tell(fraction: float, message: str = "") -> None:
        told.append(fraction)

    found = on_each_core(math.sqrt, [9.0, 1.0, 4.0], tell, "numbers")
    assert found == (3.0, 1.0, 2.0)
    assert told[-1] == 1.0 and told == sorted(told)


def test_a_case_that_fails_ends_it() -> None:
    with pytest.raises(ValueError, match=r"domain|nonnegative"):
        on_each_core(math.sqrt, [4.0, -1.0], silent, "numbers")


def test_cancel_ends_it() -> None:
    def cancel(fraction: float, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        on_each_core(math.sqrt, [4.0] * 50, cancel, "numbers")
