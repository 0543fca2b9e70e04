from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Cancelled
from solvers.scenario import Record, number
from solvers.uncertainty.ensemble import run_members
from solvers.uncertainty.member_store import MemberStore


class Draw(Record):
    x: float = number(1.0, "1", -100, 100, "A number")


class Counting:
    """Squares, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, draw: Draw) -> float:
        self.asked.append(draw.x)
        return draw.x**2


DRAWS = [Draw(x=float(k)) for k in range(6)]


def store(folder: Path, context: str = "mesh") -> MemberStore[float]:
    return MemberStore(folder, context, lambda y: {"y": np.array(y)}, lambda arrays: float(arrays["y"]))


def cut_off_after(members: int, folder: Path) -> None:
    """An ensemble that is stopped when so many members are finished."""

    def stop(fraction: float, message: str = "") -> None:
        if fraction >= members / len(DRAWS) - 1e-9:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_members(Counting(), DRAWS, 1, stop, store(folder))


def test_finished_members_are_not_repeated(tmp_path: Path):
    cut_off_after(4, tmp_path)
    again = Counting()
    found = run_members(again, DRAWS, 1, kept=store(tmp_path))
    assert again.asked == [4.0, 5.0]
    assert found.values == (0.0, 1.0, 4.0, 9.0, 16.0, 25.0)
    assert found.notes == ("4 of the 6 members were finished by an earlier run that was cut off.",)


def test_members_of_another_mesh_scenario_or_place_are_not_taken(tmp_path: Path):
    run_members(Counting(), DRAWS, 1, kept=store(tmp_path))
    other = store(tmp_path, "another mesh")
    assert store(tmp_path).load(2, DRAWS[2]) == 4.0
    assert other.load(2, DRAWS[2]) is None
    assert store(tmp_path).load(2, Draw(x=2.5)) is None
    assert store(tmp_path).load(3, DRAWS[2]) is None


def test_a_file_that_was_cut_short_is_no_member(tmp_path: Path):
    run_members(Counting(), DRAWS, 1, kept=store(tmp_path))
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    again = Counting()
    found = run_members(again, DRAWS, 1, kept=store(tmp_path))
    assert len(again.asked) == 6
    assert found.notes == ()
