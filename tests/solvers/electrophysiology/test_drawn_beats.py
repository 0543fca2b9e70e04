"""The band around a what-if: that of the ensemble with the same draws, wherever the site is."""

import numpy as np
import pytest

from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.drawn_beats import LONGER, DrawnBeats
from solvers.electrophysiology.eikonal_ensemble import ecg_band, run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Doubt, Electrophysiology, Ensemble, PacingSite
from solvers.uncertainty.sampling import varied_numbers


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
        ecg = model.answer(scenario).ecg
        band = beats.band(scenario, ecg)
        assert band is not None and band.count == 6
        members = run_eikonal_ensemble(model, scenario, float(ecg.times[-1]) + LONGER, 1)
        low, high = ecg_band(members.good)
        upstroke = np.abs(ecg.values).max()
        assert np.abs(band.low.values - low.values[:, : len(ecg.times)]).max() < 0.01 * upstroke
        assert np.abs(band.high.values - high.values[:, : len(ecg.times)]).max() < 0.01 * upstroke
        widths = [one.values["qrs_duration"] for one in members.good]
        assert band.values["qrs_duration"] == pytest.approx(
            (min(widths), max(widths)), abs=3.5
        )  # of six: all; an end by threshold, on edges of 6 mm


def test_around_the_ecg_of_a_finer_mesh_lie_the_differences_of_this_one(model: EikonalModel):
    beats, scenario = DrawnBeats(model), paced_at(model, 0)
    ecg = model.answer(scenario).ecg
    other = ecg.__class__(ecg.times, ecg.values + 1.0, ecg.channels, ecg.unit, ecg.label)
    near, far = beats.band(scenario, ecg), beats.band(scenario, other)
    assert near is not None and far is not None
    np.testing.assert_allclose(far.low.values, near.low.values + 1.0)


def test_without_doubt_or_ensemble_there_is_no_band(model: EikonalModel):
    scenario = paced_at(model, 0)
    ecg = model.answer(scenario).ecg
    assert DrawnBeats(model).band(scenario.model_copy(update={"ensemble": Ensemble(members=0)}), ecg) is None
    sure = tuple(Doubt(number=number.name, sd=0.0) for number in varied_numbers(scenario))
    assert DrawnBeats(model).band(scenario.model_copy(update={"doubts": sure}), ecg) is None
