from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle, slab
from geometry.wall_motion.follow import fitted, follow_wall
from geometry.wall_motion.motion import WallMotion, harmonics, load_motion, motion_metrics, save_motion
from solvers.verification.mesh_motion import motion_checks
from solvers.verification.motion_phantom import beating_labels
from solvers.verification.scar_phantom import Ellipsoids

SHAPE = Ellipsoids()


@pytest.fixture(scope="module")
def ventricle() -> HeartMesh:
    return half_ellipsoid_ventricle(4.0)


@pytest.fixture(scope="module")
def motion(ventricle: HeartMesh) -> WallMotion:
    return follow_wall(ventricle, beating_labels(SHAPE, phases=8), period=900.0)


def test_the_wall_beats_as_the_shape_does(ventricle: HeartMesh, motion: WallMotion) -> None:
    assert [check for check in motion_checks(ventricle, motion, SHAPE) if not check.passed] == []


def test_velocity_is_the_slope_of_displacement(motion: WallMotion) -> None:
    step = 1e-4
    slope = (motion.displacement(0.3 + step) - motion.displacement(0.3 - step)) / (2 * step)
    assert np.allclose(motion.velocity(0.3), slope, atol=1e-2)


def test_the_ejection_fraction_of_the_moving_mesh_is_that_of_the_labels(motion: WallMotion) -> None:
    found = {metric.name: metric.value for metric in motion_metrics(motion)}
    assert found["motion_lv_ef"] == pytest.approx(100 * (1 - 0.7**2), abs=2.0)  # radius to 70 %, length kept


def test_a_motion_is_kept_beside_its_mesh(motion: WallMotion, tmp_path: Path) -> None:
    assert load_motion(tmp_path) is None
    save_motion(motion, tmp_path)
    read = load_motion(tmp_path)
    assert read is not None
    assert np.array_equal(read.series, motion.series)
    assert (read.period, read.ed, read.notes) == (motion.period, motion.ed, motion.notes)
    assert [path.name for path in tmp_path.iterdir()] == ["motion.npz"]


def test_a_series_gives_back_what_it_was_made_of_and_rests_where_told() -> None:
    shares = np.arange(10) / 10
    wave = np.cos(2 * np.pi * shares) + 0.3 * np.sin(4 * np.pi * shares)
    series = fitted(wave[:, None], shares, 2, 3)
    assert np.allclose(harmonics(shares, 2) @ series, (wave - wave[3])[:, None])


def test_what_cannot_move_is_refused_with_the_reason(ventricle: HeartMesh) -> None:
    labels = beating_labels(SHAPE, phases=8)
    with pytest.raises(Refused, match="at least four"):
        follow_wall(ventricle, replace(labels, labels=labels.labels[..., :3]))
    with pytest.raises(Refused, match="mesh the segmentation first"):
        follow_wall(slab((4.0, 4.0, 4.0), 2.0), labels)
    empty = labels.labels.copy()
    empty[..., 5] = np.where(empty[..., 5] == 1, 2, empty[..., 5])
    with pytest.raises(Refused, match="Phase 6 has no LV cavity"):
        follow_wall(ventricle, replace(labels, labels=empty))


def test_following_can_be_cancelled(ventricle: HeartMesh) -> None:
    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        follow_wall(ventricle, beating_labels(SHAPE, phases=8), progress=stop)
