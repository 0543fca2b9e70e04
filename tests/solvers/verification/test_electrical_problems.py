import pytest

from geometry.errors import Refused
from geometry.progress import silent
from solvers.verification.catalogue import choose_problems


@pytest.mark.parametrize("name", ["ep-niederer", "ep-manufactured-monodomain", "ep-scar"])
def test_the_quick_electrical_problems_pass(name: str) -> None:
    checks = choose_problems((name,))[name].verify(silent)
    assert checks
    assert [check for check in checks if not check.passed] == []


def test_an_unknown_problem_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused, match="ep-niederer"):
        choose_problems(("nieder",))


def test_the_first_word_of_names_asks_for_the_whole_group() -> None:
    chosen = set(choose_problems(("ep", "flow-poiseuille")))
    assert {"ep-niederer", "ep-cell-tp06", "flow-poiseuille"} <= chosen
    assert all(name.startswith("ep-") or name == "flow-poiseuille" for name in chosen)
