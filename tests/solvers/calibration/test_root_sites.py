"""Exits of the conduction system as unknowns of an ECG."""

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle
from solvers.calibration.ecg_calibration import EcgError, learn_calibration
from solvers.calibration.ecg_shape import qrs_of_trace
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


def test_an_early_exit_in_another_place_is_found_from_the_ecg_it_makes(model: EikonalModel, mesh: HeartMesh):
    """Earlier by 4 ms than was assumed (SD 3 ms), and 10 degrees away (SD 15); a common delay is taken up by the onset."""
    scenario = with_roots(PLAIN, mesh)
    truth = {"roots.0.time": -4.0, "roots.0.angle": 45.0}
    others = [number.name for number in varied_numbers(scenario) if number.name not in truth]
    asked = still_at(scenario, others, "a test")
    ecg = model.answer(moved(asked, 0, time=-4.0, angle=45.0), 160.0).ecg
    window = qrs_of_trace(ecg, 120.0).duration + 20.0
    qrs, error = qrs_of_trace(ecg, window), EcgError(shape=0.05, onset=1.0)
    learned = learn_calibration(model, asked, 28, 1, window)
    found = learned.posterior(qrs, error)
    for number, mean, sd in zip(found.varied, found.mean, found.sd, strict=True):
        assert abs(mean - truth[number.name]) < 2.5 * sd
    of = [number.name for number in found.varied].index("roots.0.time")
    assert found.mean[of] < -1.5 and found.narrowed[of] < 0.6
    rows, curves = learned.fit(qrs, found, error)
    for row in rows:
        assert abs(row.after[1] - row.measured) <= row.sd
    spread = {word: np.mean(curves[f"{word}_high"] - curves[f"{word}_low"]) for word in ("before", "after")}
    assert spread["after"] < 0.8 * spread["before"]


def test_a_paced_beat_and_a_grown_network_are_refused(mesh: HeartMesh):
    with pytest.raises(Refused, match="paced beat"):
        with_roots(PLAIN.model_copy(update={"start": "paced"}), mesh)
    with pytest.raises(Refused, match="grown network"):
        with_roots(PLAIN.model_copy(update={"network": "grown_tree"}), mesh)
