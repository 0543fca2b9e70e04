"""Exits of the conduction system as unknowns of an ECG."""

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle
from solvers.calibration.ecg_calibration import EcgError, learn_calibration
from solvers.calibration.ecg_shape import LONGEST, qrs_of_trace
from solvers.calibration.root_sites import REFERENCE, still_at, with_roots
from solvers.electrophysiology.conduction_system import ROOTS, his_purkinje_sources, root_sites, roots_of
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Electrophysiology
from solvers.uncertainty.sampling import varied_numbers

PLAIN = Electrophysiology(tier="eikonal")
LEFT = [k for k, root in enumerate(ROOTS) if root.surface == "endo_lv"]


@pytest.fixture(scope="module")
def mesh() -> HeartMesh:
    return half_ellipsoid_ventricle(4.0)


@pytest.fixture(scope="module")
def model(mesh: HeartMesh) -> EikonalModel:
    return EikonalModel(mesh)


def moved(scenario: Electrophysiology, which: int, **to: float) -> Electrophysiology:
    roots = list(scenario.roots or root_sites())
    roots[which] = roots[which].model_copy(update=to)
    return scenario.model_copy(update={"roots": tuple(roots)})


def test_a_scenario_without_exits_of_its_own_has_those_of_a_healthy_heart(mesh: HeartMesh):
    assert roots_of(PLAIN.model_copy(update={"roots": root_sites()})) == ROOTS == roots_of(PLAIN)
    assert EikonalModel(mesh).front(moved(PLAIN, 0, time=20.0)).sources[0].time == 20.0


def test_only_differences_between_times_count(mesh: HeartMesh):
    early = moved(PLAIN, 1, time=-7.0)
    times = [source.time for source in his_purkinje_sources(mesh, "normal", roots_of(early))]
    assert times == [7.0, 0.0, 7.0]


def test_what_may_move_are_the_living_exits_and_all_times_but_one(mesh: HeartMesh):
    names = {number.name for number in varied_numbers(with_roots(PLAIN, mesh)) if number.path[0] == "roots"}
    reference = next(k for k, root in enumerate(ROOTS) if root.name == REFERENCE)
    expected = {f"roots.{k}.{part}" for k in LEFT for part in ("height", "angle", "time")}
    assert names == expected - {f"roots.{reference}.time"}  # the mesh has no right ventricle


def test_each_exit_is_called_by_its_name(mesh: HeartMesh):
    labels = [number.label for number in varied_numbers(with_roots(PLAIN, mesh)) if number.path[0] == "roots"]
    assert len(set(labels)) == len(labels)
    assert any("posterior paraseptal" in label for label in labels)


def test_a_late_exit_in_another_place_is_found_from_the_ecg_it_makes(model: EikonalModel, mesh: HeartMesh):
    scenario = with_roots(PLAIN, mesh)
    looked_for = {"roots.0.time", "roots.0.angle", "roots.2.time"}
    others = [number.name for number in varied_numbers(scenario) if number.name not in looked_for]
    asked = still_at(scenario, others, "a test")
    truth = {"roots.0.time": 6.0, "roots.0.angle": 40.0, "roots.2.time": 1.0}
    twin = moved(moved(asked, 0, time=6.0, angle=40.0), 2, time=1.0)
    qrs = qrs_of_trace(model.answer(twin, 200.0).ecg, LONGEST)
    window = qrs.duration + 20.0
    learned = learn_calibration(model, asked, 40, 1, window)
    found = learned.posterior(qrs_of_trace(model.answer(twin, 200.0).ecg, window), EcgError(shape=0.1))
    told = dict(
        zip(
            (number.name for number in found.varied),
            zip(found.mean, found.sd, found.narrowed, strict=True),
            strict=True,
        )
    )
    for name, value in truth.items():
        mean, sd, _ = told[name]
        assert abs(mean - value) < 2.5 * sd
    assert told["roots.0.time"][0] > 2.5 and told["roots.0.time"][2] < 0.7  # its SD was 3 ms around 0
    rows, curves = learned.fit(qrs_of_trace(model.answer(twin, 200.0).ecg, window), found, EcgError(shape=0.1))
    for row in rows:
        assert abs(row.after[1] - row.measured) <= row.sd
    spread = {word: np.mean(curves[f"{word}_high"] - curves[f"{word}_low"]) for word in ("before", "after")}
    assert spread["after"] < 0.8 * spread["before"]


def test_a_paced_beat_and_a_grown_network_are_refused(mesh: HeartMesh):
    with pytest.raises(Refused, match="paced beat"):
        with_roots(PLAIN.model_copy(update={"start": "paced"}), mesh)
    with pytest.raises(Refused, match="grown network"):
        with_roots(PLAIN.model_copy(update={"network": "grown_tree"}), mesh)
