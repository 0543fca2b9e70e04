import pytest

from solvers.arrhythmia.course import Course


def test_a_site_goes_forward_from_train_to_last_branch_and_says_where_it_is() -> None:
    told: list[tuple[float, str]] = []
    course = Course(
        "Site 1 of 2, apex",
        1000.0,
        ((400.0, 300.0), (250.0,)),
        800.0,
        lambda share, words="": told.append((share, words)),
    )
    course.of_train()(0.5)  # 500 of 1000 ms; three branches of 500 ms come after: 2500 in all
    course.of_branch((400.0,), 1000.0, 2000.0)(0.5)  # where it begins
    course.of_branch((300.0,), 1000.0, 2000.0)(0.75)  # half way through the second branch
    course.of_branch((300.0, 250.0), 1200.0, 2400.0)(1.0)
    assert [share for share, _ in told] == pytest.approx([0.2, 0.4, 0.7, 1.0])
    assert told[0][1] == "Site 1 of 2, apex: S1, 500 of 1000 ms"
    assert told[3][1] == "Site 1 of 2, apex: S2 300 ms, S3 250 ms, 2400 of 2400 ms"
