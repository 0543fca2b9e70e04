from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.metric import Metric
from solvers.uncertainty.drawn import INPUT
from solvers.uncertainty.member_table import MemberTable
from solvers.uncertainty.sampling import Varied, latin_hypercube
from solvers.uncertainty.sensitivity import Sensitivity, learn
from solvers.uncertainty.sensitivity_file import NUMBERS, load_sensitivity, sensitivity_text

FAST = Varied(
    ("velocities", "fiber"), 0.65, 0.08, 0.1, 1.5, "m/s", "Velocity along (of the fibres); a remark", "estimated"
)
THICK = Varied(("wall",), 9.0, 1.0, 5.0, 15.0, "mm", "Thickness of the wall", "measured")
METRICS = (
    Metric("duration", "QRS duration", 95.0, "ms"),
    Metric("latest", "Latest site", 90.0, "ms"),
    Metric("nothing", "Number of roots", 4.0, "1"),
    Metric("other", "Not of the members", 1.0, "1"),
)


@pytest.fixture(scope="module")
def members() -> dict[str, np.ndarray]:
    """Duration is 60 / velocity + 0.5 thickness: the velocity takes nearly all of the variance."""
    inputs = latin_hypercube([FAST, THICK], 24, np.random.default_rng(1))
    duration = 60 / inputs[:, 0] + 0.5 * inputs[:, 1]
    found = {"duration": duration, "latest": duration - 5.0, "nothing": np.full(24, 4.0)}
    return found | {INPUT + "velocities.fiber": inputs[:, 0], INPUT + "wall": inputs[:, 1]}


@pytest.fixture(scope="module")
def learned(members: dict[str, np.ndarray]) -> Sensitivity:
    found = learn(MemberTable.of(members, METRICS, [FAST, THICK]), seed=1)
    assert found is not None
    return found


def test_numbers_that_do_not_vary_or_vary_as_one_are_studied_once(learned: Sensitivity):
    assert [study.output.name for study in learned.studies] == ["duration"]
    with pytest.raises(Refused, match="duration"):
        learned.study("latest")


def test_the_input_to_measure_next_is_the_one_that_the_doubt_comes_from(learned: Sensitivity):
    study = learned.study("duration")
    # to first order the variances are (60 / 0.65^2 * 0.08)^2 = 129 and 0.25 ms^2
    assert study.indices.first == pytest.approx([0.998, 0.002], abs=0.01)
    said = study.next_measurement()
    assert said.startswith("QRS duration: measure the velocity along next.")
    assert "cannot tell" not in said
    assert "poor" not in said


def test_an_emulated_answer_says_how_good_it_is(learned: Sensitivity):
    answer = learned.study("duration").answer([0.7, 10.0])
    assert answer.value == pytest.approx(60 / 0.7 + 5.0, abs=0.3)
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low < answer.value < answer.high
    assert "24 members" in answer.note
    assert "Q2" in answer.note


def test_a_poor_emulator_says_so(members: dict[str, np.ndarray]):
    noise = dict(members) | {"duration": np.random.default_rng(5).standard_normal(24)}
    found = learn(MemberTable.of(noise, METRICS[:1], [FAST, THICK]), seed=1)
    assert found is not None
    assert "poor" in found.studies[0].answer([0.7, 10.0]).note
    assert "poor" in found.studies[0].next_measurement()


def test_it_comes_back_from_disk_as_it_was(tmp_path: Path, learned: Sensitivity, members: dict[str, np.ndarray]):
    assert load_sensitivity(tmp_path) is None
    (tmp_path / NUMBERS).write_text(sensitivity_text(learned))
    np.savez_compressed(tmp_path / "members.npz", **members)
    again = load_sensitivity(tmp_path)
    assert again is not None
    assert again.table.varied == learned.table.varied
    assert again.study("duration").answer([0.6, 8.0]) == learned.study("duration").answer([0.6, 8.0])
    assert again.study("duration").next_measurement() == learned.study("duration").next_measurement()


def test_nothing_is_learned_from_few_members(members: dict[str, np.ndarray]):
    few = {name: values[:6] for name, values in members.items()}
    assert learn(MemberTable.of(few, METRICS, [FAST, THICK]), seed=1) is None
