"""The band around a what-if: that of the ensemble with the same draws, wherever the site is."""

import numpy as np
import pytest

from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.drawn_beats import LONGER, MOST, DrawnBeats
from solvers.electrophysiology.eikonal_ensemble import ecg_band, run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.leads import lead_values, own_beat, own_rhythm
from solvers.electrophysiology.outlines import model_of, needed_outlines
from solvers.scenario import Doubt, Electrophysiology, Ensemble, PacingSite
from solvers.uncertainty.sampling import draws, varied_numbers


@pytest.fixture(scope="module")
def model() -> EikonalModel:
    return EikonalModel(half_ellipsoid_ventricle(6.0))


def paced_at(model: EikonalModel, node: int) -> Electrophysiology:
    x, y, z = model.mesh.points[node].tolist()
    return Electrophysiology(
        tier="eikonal", start="paced", sites=(PacingSite(x=x, y=y, z=z),), ensemble=Ensemble(members=6)
    )


def test_a_moved_site_has_the_band_of_its_own_ensemble(model: EikonalModel):
    beats, nodes = DrawnBeats(model), model.mesh.tagged("epi").ravel()
    for node in (nodes[0], nodes[len(nodes) // 2], nodes[-1]):  # the second and third start from what is known
        scenario = paced_at(model, int(node))
        answer = model.answer(scenario)
        ecg = answer.ecg
        band = beats.band(scenario, ecg, lead_values(model.mesh, scenario, answer, None))
        assert band is not None and band.count == 6
        members = run_eikonal_ensemble(model, scenario, float(ecg.times[-1]) + LONGER, 1)
        low, high = ecg_band(members.good)
        upstroke = np.abs(ecg.values).max()
        assert np.abs(band.low.values - low.values[:, : len(ecg.times)]).max() < 0.01 * upstroke
        assert np.abs(band.high.values - high.values[:, : len(ecg.times)]).max() < 0.01 * upstroke
        widths = [one.values["qrs_duration"] for one in members.good]
        assert band.values["qrs_duration"] == pytest.approx(
            (min(widths), max(widths)), abs=3.5
        )  # of six: all; 6 mm edges
        late = np.array([one.activation for one in members.good]) - answer.activation
        np.testing.assert_allclose(band.apart, late, atol=0.5)  # ms
        voltages = np.array([one.ecg.values[:, : len(ecg.times)] for one in members.good])
        assert np.abs(ecg.values + band.ecg_apart - voltages).max() < 0.02 * upstroke


def test_the_distance_of_a_lead_from_the_qrs_has_the_interval_of_the_draws_own_rhythms(model: EikonalModel):
    scenario = paced_at(model, int(model.mesh.tagged("epi")[0, 0]))
    band = DrawnBeats(model).band(scenario, model.answer(scenario).ecg, {"q_lv": 70.0, "told": 1.0})
    assert band is not None and set(band.values) == {"q_lv"}  # what the draws do not have gets no interval
    drawn = [*draws(scenario, 6, scenario.ensemble.seed), scenario]
    rhythms = [own_rhythm(one) for one in drawn]
    outlines = needed_outlines(model.mesh, scenario)
    hearts = [model_of(model.sibling(), outlines, scenario, draw) for draw in drawn]
    times = [own_beat(heart.answer(rhythm)) for heart, rhythm in zip(hearts, rhythms, strict=True)]
    node = int(model.mesh.tagged("epi")[0, 0])
    apart = [float(one.answer.activation[node] - one.onset) for one in times]
    *others, itself = apart
    assert band.values["q_lv"] == pytest.approx((70 + min(others) - itself, 70 + max(others) - itself), abs=0.5)


def test_around_the_ecg_of_a_finer_mesh_lie_the_differences_of_this_one(model: EikonalModel):
    beats, scenario = DrawnBeats(model), paced_at(model, 0)
    ecg = model.answer(scenario).ecg
    other = ecg.__class__(ecg.times, ecg.values + 1.0, ecg.channels, ecg.unit, ecg.label)
    near, far = beats.band(scenario, ecg, {}), beats.band(scenario, other, {})
    assert near is not None and far is not None
    np.testing.assert_allclose(far.low.values, near.low.values + 1.0)


def test_without_doubt_there_is_no_band_without_an_ensemble_there_is_one(model: EikonalModel):
    scenario = paced_at(model, 0)
    ecg = model.answer(scenario).ecg
    band = DrawnBeats(model).band(scenario.model_copy(update={"ensemble": Ensemble(members=0)}), ecg, {})
    assert band is not None and band.count == MOST
    sure = tuple(Doubt(number=number.name, sd=0.0) for number in varied_numbers(scenario))
    assert DrawnBeats(model).band(scenario.model_copy(update={"doubts": sure}), ecg, {}) is None
