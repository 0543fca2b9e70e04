from geometry.progress import silent
from solvers.verification import poiseuille, windkessel_exact


def test_the_pipe_passes_at_full_size() -> None:
    assert [check.name for check in poiseuille.verify(silent) if not check.passed] == []


def test_the_windkessel_passes() -> None:
    assert [check.name for check in windkessel_exact.verify(silent) if not check.passed] == []
