"""The left ventricle of the first sample patient fills and ejects, coarsely, from its true labels."""

from pathlib import Path

import numpy as np
import pytest

import sample_scans
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing.cavity_blood import build_cavity
from geometry.progress import silent
from geometry.segmentation import load_segmentation
from geometry.shapes import tube
from geometry.wall_motion.cavity import as_wall, follow_cavity
from geometry.wall_motion.motion import WallMotion
from solvers.flow.valve_times import ejection
from solvers.flow.ventricle import run_ventricle
from solvers.scenario import Ensemble, Flow

SCENARIO = Flow(heart_rate=70, time_step=20, beats=1, ensemble=Ensemble(members=0))


@pytest.fixture(scope="module")
def moving() -> tuple[HeartMesh, WallMotion]:
    labels = load_segmentation(Path(sample_scans.__file__).parent / "A_cine_mr" / "truth")
    blood = build_cavity(labels, "lv", edge=5.0)
    return blood, follow_cavity(blood, labels, "lv")


def test_the_blood_follows_the_volumes_of_the_labels(moving: tuple[HeartMesh, WallMotion]) -> None:
    blood, motion = moving
    assert motion.worst_volume_error("lv") < 0.03
    assert motion.volumes["lv"][motion.ed] == pytest.approx(blood.tet_volumes().sum() / 1000, rel=1e-3)
    base = np.unique(as_wall(blood, "lv").tagged("base"))
    assert set(np.unique(blood.tagged("outlet"))) <= set(base)


def test_what_is_ejected_is_the_stroke_volume_of_the_curve(moving: tuple[HeartMesh, WallMotion]) -> None:
    blood, motion = moving
    result = run_ventricle(blood, motion, SCENARIO, silent)
    numbers = {metric.name: metric.value for metric in result.metrics}
    stroke = motion.volumes["lv"].max() - motion.volumes["lv"].min()
    assert numbers["stroke_volume"] == pytest.approx(stroke, rel=0.03)
    assert numbers["filling_volume"] == pytest.approx(numbers["stroke_volume"], rel=0.01)
    checks = {check.name: check for check in result.checks}
    assert checks["flow against the change of volume, worst step"].value < 0.005
    assert checks["smallest share of its volume that a tetrahedron keeps"].value > 0
    out, inn = result.traces["flow"].values
    assert out.max() > 200 and inn.max() > 100
    assert not ((np.abs(out) > 0) & (np.abs(inn) > 0)).any()  # one valve at a time
    assert result.fields["displacement"].values.shape == result.fields["velocity"].values.shape


def test_a_valve_shuts_only_when_enough_runs_back() -> None:
    rate = np.array([-10.0, -100.0, -10.0, 2.0, 50.0, 1.0, -2.0, 30.0])
    assert ejection(rate, 5.0).tolist() == [True, True, True, True, False, False, False, False]


def test_blood_without_a_valve_plane_and_a_motion_of_another_mesh_are_refused(
    moving: tuple[HeartMesh, WallMotion],
) -> None:
    with pytest.raises(Refused, match="one plane"):
        as_wall(tube(10.0, 30.0, 5.0), "lv")
    with pytest.raises(Refused, match="another mesh"):
        run_ventricle(tube(10.0, 30.0, 5.0), moving[1], SCENARIO, silent)
