from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab
from solvers.directions.coordinates import LaplaceFields
from solvers.electrophysiology.activation_metrics import region_nodes
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.lead_choice import compare_leads
from solvers.electrophysiology.leads import (
    lead_values,
    nearest_on,
    own_beat,
    own_rhythm,
    planned_lead,
    snapped,
    usual_crt,
)
from solvers.electrophysiology.what_if import WhatIf
from solvers.scenario import Electrophysiology, Ensemble, Lesion, PacingSite

LEFT = PacingSite(role="lv_lead", x=-45.0, y=3.0, z=-25.0)


@pytest.fixture(scope="module")
def model(two_chambers: HeartMesh, two_chamber_fields: LaplaceFields) -> EikonalModel:
    return EikonalModel(two_chambers, two_chamber_fields)


def paced(*sites: PacingSite, **more: object) -> Electrophysiology:
    plain = Electrophysiology(tier="eikonal", start="paced", ensemble=Ensemble(members=0))
    return plain.model_copy(update={"sites": sites, **more})


def test_leads_lie_on_their_surfaces(two_chambers: HeartMesh) -> None:
    right, left = (
        snapped(two_chambers, PacingSite(role=role, x=0.0, y=0.0, z=-20.0)) for role in ("rv_lead", "lv_lead")
    )
    for site, surface in ((right, "endo_rv"), (left, "epi")):
        on = two_chambers.points[np.unique(two_chambers.tagged(surface))]
        assert np.linalg.norm(on - [site.x, site.y, site.z], axis=1).min() < 0.02
    at = np.array([left.x, left.y, left.z])
    assert np.linalg.norm(two_chambers.points[region_nodes(two_chambers, "rv")] - at, axis=1).min() > 0.02


def test_a_left_lead_lies_where_the_vein_comes_nearest(two_chambers: HeartMesh) -> None:
    outer = two_chambers.points[np.setdiff1d(two_chambers.tagged("epi"), region_nodes(two_chambers, "rv"))]
    vein = tuple(tuple(float(c) for c in p) for p in outer[np.argsort(outer[:, 2])[[40, 41]]])
    site = snapped(two_chambers, LEFT, vein)
    near = nearest_on(np.array(vein), np.array([LEFT.x, LEFT.y, LEFT.z]))
    assert np.linalg.norm(near - [site.x, site.y, site.z]) <= np.linalg.norm(outer - near, axis=1).min() + 0.02
    assert nearest_on(np.array([[0.0, 0, 0], [10.0, 0, 0]]), np.array([3.0, 5.0, 0.0])) == pytest.approx([3.0, 0, 0])


def test_two_ventricles_paced_together_take_less_time_than_the_right_one_alone(
    model: EikonalModel, two_chambers: HeartMesh
) -> None:
    right, left = usual_crt(two_chambers)
    total = {}
    for name, sites in (("right", (right,)), ("both", (right, left))):
        scenario = paced(*sites, conduction="lbbb")
        total[name] = lead_values(two_chambers, scenario, model.answer(scenario), None)["total_activation_time"]
    assert total["both"] < 0.85 * total["right"]


def test_the_left_bundle_area_undoes_a_left_block_and_the_his_bundle_does_not(model: EikonalModel) -> None:
    blocked = Electrophysiology(tier="eikonal", conduction="lbbb", ensemble=Ensemble(members=0))
    own = model.activation(blocked)
    his = model.activation(paced(PacingSite(role="his", time=20.0), conduction="lbbb"))
    assert his - own == pytest.approx(20.0, abs=1e-6)  # the patient's own beat, later
    left = model.activation(paced(PacingSite(role="left_bundle"), conduction="lbbb"))
    assert np.ptp(left) < 0.8 * np.ptp(own)


def test_q_lv_is_the_time_from_the_onset_of_the_qrs_to_the_lead_without_pacing(
    model: EikonalModel, two_chambers: HeartMesh
) -> None:
    scenario = paced(LEFT, conduction="lbbb")
    answer = model.answer(own_rhythm(scenario))
    own = own_beat(answer)
    found = lead_values(two_chambers, scenario, model.answer(scenario), own)
    node = np.argmin(np.linalg.norm(two_chambers.points - [LEFT.x, LEFT.y, LEFT.z], axis=1))
    assert found["q_lv"] == pytest.approx(answer.activation[node] - own.onset)
    septal = paced(PacingSite(x=22.0, y=0.0, z=-25.0), conduction="lbbb")  # towards the right ventricle: early
    assert lead_values(two_chambers, septal, model.answer(septal), own)["q_lv"] < found["q_lv"]


def test_the_distance_to_scar_is_that_to_its_nearest_node() -> None:
    mesh = slab((20.0, 4.0, 4.0), 1.0)
    scar = mesh.points[mesh.tets].mean(axis=1)[:, 0] > 15.0
    mesh = replace(
        mesh,
        region=np.where(scar, 2, 1).astype(np.int32),
        region_names={1: "lv", 2: "scar_core"},
        fiber=np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1)),
    )
    scenario = paced(PacingSite(x=3.0, y=2.0, z=2.0))
    found = lead_values(mesh, scenario, EikonalModel(mesh).answer(scenario), None)
    assert found["scar_distance"] == pytest.approx(12.0)


def test_the_same_draws_compare_places_and_a_far_worse_one_is_never_best(two_chambers: HeartMesh) -> None:
    right, left = usual_crt(two_chambers)
    near_right = left.model_copy(update={"x": right.x, "y": right.y, "z": right.z})
    scenario = paced(right, left, conduction="lbbb", candidates=(near_right,), ensemble=Ensemble(members=4, seed=2))
    choice = compare_leads(two_chambers, scenario)
    assert choice.members == 4 and len(choice.tried) == 2
    assert choice.tried[0].best["total_activation_time"] == 1.0
    assert choice.tried[1].best["total_activation_time"] == 0.0
    for metric in choice.tried[0].metrics:
        assert metric.low is not None and metric.high is not None and metric.low <= metric.high


def test_the_lead_that_is_placed_is_the_last_left_one() -> None:
    assert planned_lead(paced(LEFT, PacingSite(role="rv_lead"))) == 0
    assert planned_lead(paced(PacingSite(), PacingSite(), PacingSite(role="his"))) == 1
    assert planned_lead(paced(PacingSite(role="his"))) is None
    with pytest.raises(Refused, match="paces nothing in the wall"):
        compare_leads(slab((4.0, 4.0, 4.0), 1.0), paced(PacingSite(role="his")))


def test_the_warm_heart_answers_about_lesions_too(two_chambers: HeartMesh) -> None:
    what_if = WhatIf(two_chambers, paced(LEFT))
    before = what_if.ask(paced(LEFT))
    spot = Lesion(points=((-45.0, 20.0, -25.0),), radius=6.0)
    after = what_if.ask(paced(LEFT, lesions=(spot,)))
    gone = np.isnan(after.activation)
    assert not np.isnan(before.activation).any() and gone.any() and gone.mean() < 0.1
    assert {"total_activation_time", "qrs_duration", "q_lv"} <= set(after.values)
    assert not np.isnan(what_if.ask(paced(LEFT)).activation).any()
