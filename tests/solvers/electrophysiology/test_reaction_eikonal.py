import numpy as np
import pytest

from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.foot import foot
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble
from solvers.verification.reaction_eikonal_ecg import wall_checks

ALONE = Ensemble(members=0)


@pytest.fixture(scope="module")
def beat(two_chambers):
    """A whole beat on edges of 3.2 mm, far too wide for a monodomain front across the fibres."""
    return run_electrophysiology(two_chambers, Electrophysiology(tier="reaction_eikonal", duration=400, ensemble=ALONE))


def test_every_place_is_activated_when_the_eikonal_front_arrives(two_chambers, two_chamber_fields, beat):
    eikonal = EikonalModel(two_chambers, two_chamber_fields).activation(Electrophysiology())
    found = beat.fields["activation_time"].values
    late = eikonal > foot("tentusscher_panfilov_2006_epi")  # before that no current has had the time to act
    assert np.abs(found - eikonal)[late].max() < 1.5
    assert np.abs(found - eikonal).mean() < 0.3
    assert all(check.passed for check in beat.checks)
    assert beat.method == "reaction-eikonal"


def test_a_resolved_monodomain_front_passes_a_wall_when_the_eikonal_one_does():
    # the doubt about the ECG of coarse monodomain beats: their activation, not the eikonal one, is off
    (check,) = wall_checks()
    assert check.passed, check


def test_it_has_action_potentials_that_end(beat):
    # ten Tusscher-Panfilov 2006, epicardial: APD90 of 300.9 ms at 1 Hz; the first beat after rest is some ms longer
    apd = beat.fields["apd90"].values
    assert np.isfinite(apd).all()
    assert 285 < np.median(apd) < 325
    assert np.ptp(np.quantile(apd, [0.05, 0.95])) < 15  # one kind of cell
    assert {"potential", "repolarization_time"} <= set(beat.fields)


def test_its_ecg_is_that_of_shifted_action_potentials_while_the_front_travels(two_chambers, two_chamber_fields, beat):
    # another way to the same: no diffusion, one template; they differ where diffusion evens out neighbours
    scenario = Electrophysiology()
    quick = EikonalModel(two_chambers, two_chamber_fields).answer(scenario, 110.0).ecg
    own = beat.traces["ecg"]
    for lead, (one, other) in enumerate(zip(own.values, quick.values, strict=True)):
        same = np.interp(quick.times, own.times, one)
        assert np.corrcoef(same, other)[0, 1] > 0.95, own.channels[lead]


def test_it_obeys_a_bundle_branch_block(two_chambers):
    scenario = Electrophysiology(tier="reaction_eikonal", conduction="lbbb", duration=180, ensemble=ALONE)
    found = run_electrophysiology(two_chambers, scenario)
    metrics = {metric.name: metric for metric in found.metrics}
    assert "right ventricle" in metrics["earliest_site"].note
    assert "lateral wall of the left ventricle" in metrics["latest_site"].note
    assert metrics["qrs_duration"].value >= 120  # AHA/ACCF/HRS 2009
