import pytest

from geometry.errors import Refused
from geometry.progress import silent
from solvers.verification.catalogue import find_problem


@pytest.mark.parametrize("name", ["niederer-coarse", "manufactured-monodomain"])
def test_the_quick_electrical_problems_pass(name: str) -> None:
    checks = find_problem(name).verify(silent)
    assert checks
    assert [check for check in checks if not check.passed] == []


def test_an_unknown_problem_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused, match="niederer-coarse"):
        find_problem("niederer")
