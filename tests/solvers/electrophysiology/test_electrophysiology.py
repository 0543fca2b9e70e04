import json

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab, tube
from solvers.electrophysiology.eikonal_ensemble import EikonalMember
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.run import run_electrophysiology
from solvers.result import Result
from solvers.scenario import Electrophysiology, Ensemble, PacingSite
from solvers.uncertainty.ensemble import run_members
from solvers.uncertainty.sampling import draws


@pytest.fixture(scope="module")
def eikonal(two_chambers) -> Result:
    return run_electrophysiology(
        two_chambers, Electrophysiology(tier="eikonal", ensemble=Ensemble(members=6)), workers=1
    )


def test_an_eikonal_run_has_map_ecg_and_numbers(two_chambers, eikonal):
    field = eikonal.fields["activation_time"]
    assert field.values.shape == (len(two_chambers.points),)
    assert (field.low_word, field.high_word, field.unit) == ("EARLY", "LATE", "ms")
    assert eikonal.traces["ecg"].channels[:3] == ("I", "II", "III")
    found = {metric.name: metric for metric in eikonal.metrics}
    # QRS: Durrer's 80 ms of activation in a heart with thin walls; normal adults 70-110 ms (AHA/ACCF/HRS 2009)
    assert 50 < found["total_activation_time"].value < 100
    assert found["qrs_duration"].value == pytest.approx(found["total_activation_time"].value, abs=15)
    assert "basal" in found["latest_site"].note
    assert all(check.passed for check in eikonal.checks)
    assert eikonal.method == "eikonal"


def test_an_ensemble_gives_every_number_an_interval_around_its_value(eikonal):
    for name in ("total_activation_time", "qrs_duration", "qrs_axis"):
        metric = next(m for m in eikonal.metrics if m.name == name)
        assert metric.low is not None
        assert metric.high is not None
        assert metric.low <= metric.value <= metric.high


def test_ensemble_fields_agree_with_their_members(eikonal):
    members = eikonal.fields["activation_time_members"].values
    assert members.shape[0] == 6
    assert len(eikonal.fields["activation_time_members"].times) == 6
    assert np.allclose(eikonal.fields["activation_time_mean"].values, members.mean(axis=0), atol=1e-3)
    assert np.allclose(eikonal.fields["activation_time_sd"].values, members.std(axis=0, ddof=1), atol=1e-3)
    chance = eikonal.fields["activation_time_exceedance"].values
    assert set(np.unique(np.round(chance * 6))) <= set(range(7))
    assert chance.max() > 0
    low, high, middle = (eikonal.traces[name].values for name in ("ecg_low", "ecg_high", "ecg"))
    assert (low <= high).all()
    assert np.mean((middle >= low - 1e-9) & (middle <= high + 1e-9)) > 0.6


def test_the_stamp_says_how_to_run_it_again_and_nothing_else(two_chambers, eikonal):
    assert eikonal.stamp["mesh"] == two_chambers.digest()
    assert Electrophysiology.model_validate(eikonal.stamp["scenario"]).ensemble.members == 6
    json.dumps(eikonal.stamp)
    assert not {"time", "date", "host"} & set(eikonal.stamp)


def test_the_same_scenario_gives_the_same_result_to_the_bit(two_chambers, eikonal):
    again = run_electrophysiology(
        two_chambers, Electrophysiology(tier="eikonal", ensemble=Ensemble(members=6)), workers=2
    )
    for name, field in eikonal.fields.items():
        assert np.array_equal(field.values, again.fields[name].values), name


def test_a_monodomain_run_on_a_fine_slab_agrees_with_the_eikonal_one():
    # a fibre strand 24 x 1.2 x 1.2 mm of 0.4 mm edges, paced at one end: both tiers must arrive at 24 mm / 0.65 mm/ms
    mesh = slab((24.0, 1.2, 1.2), 0.4)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    mesh = type(mesh)(**{**mesh.__dict__, "fiber": fiber, "sheet": np.roll(fiber, 1, axis=1)})
    scenario = Electrophysiology(
        tier="monodomain",
        start="paced",
        sites=(PacingSite(x=0.0, y=0.6, z=0.6),),
        duration=60,
        ensemble=Ensemble(members=0),
    )
    result = run_electrophysiology(mesh, scenario)
    activation = result.fields["activation_time"].values
    x = mesh.points[:, 0]
    middle = (x > 6) & (x < 18)
    velocity = 1 / np.polyfit(x[middle], activation[middle], 1)[0]
    assert velocity == pytest.approx(0.65, rel=0.06)
    assert result.fields["potential"].times[:3] == (0.0, 2.0, 4.0)
    assert result.fields["potential"].values.dtype == np.float32
    assert all(check.passed for check in result.checks)
    assert any("eikonal tier activates" in note for note in result.notes)


def test_blood_is_refused():
    with pytest.raises(Refused, match="ventricles"):
        run_electrophysiology(tube(5.0, 10.0, 2.0), Electrophysiology())


def test_a_mesh_without_fibres_and_surfaces_is_refused():
    with pytest.raises(Refused, match="fibre directions"):
        run_electrophysiology(slab((4.0, 4.0, 4.0), 1.0), Electrophysiology(tier="eikonal"))


def test_members_in_processes_give_the_same_as_here(left_ventricle, left_ventricle_fields):
    scenario = Electrophysiology()
    member = EikonalMember(EikonalModel(left_ventricle, left_ventricle_fields), scenario, 120.0)
    two = draws(scenario, 2, 1)
    here = run_members(member, two, workers=1).good
    there = run_members(member, two, workers=2).good
    for a, b in zip(here, there, strict=True):
        assert np.array_equal(a.activation, b.activation)
        assert a.values == b.values
