import pytest

from geometry.progress import silent
from solvers.verification.catalogue import choose_problems


@pytest.mark.parametrize("name", ["mesh-directions", "mesh-measures", "mesh-motion"])
def test_the_problems_of_the_mesh_pass(name: str) -> None:
    checks = choose_problems((name,))[name].verify(silent)
    assert len(checks) > 5
    assert [check for check in checks if not check.passed] == []
