import sys
import time

import numpy as np
import pytest

from geometry.errors import Cancelled
from geometry.heart_mesh import HeartMesh
from geometry.meshing import grading
from geometry.meshing.grading import GradingError, graded
from geometry.shapes import tube
from geometry.surface import enclosed_volume

RADIUS, LENGTH = 6.0, 24.0


@pytest.fixture(scope="module")
def pipe() -> HeartMesh:
    return tube(RADIUS, LENGTH, 1.2)


def test_a_graded_pipe_keeps_its_volume_its_names_and_its_rims(pipe: HeartMesh) -> None:
    wanted = np.where(pipe.points[:, 2] < LENGTH / 2, 1.0, 2.5)
    found = graded(pipe, wanted, 0.3)
    assert enclosed_volume(found.points, found.facets) == pytest.approx(pipe.tet_volumes().sum(), rel=0.01)
    assert found.tet_volumes().sum() == pytest.approx(pipe.tet_volumes().sum(), rel=0.01)
    for name, height in (("inlet", 0.0), ("outlet", LENGTH)):
        end = found.points[np.unique(found.tagged(name))]
        assert np.abs(end[:, 2] - height).max() < 1e-3
        assert np.linalg.norm(end[:, :2], axis=1).max() == pytest.approx(RADIUS, abs=0.05)
    corners = found.points[found.tets]
    edge = np.linalg.norm(corners[:, [0, 0, 0, 1, 1, 2]] - corners[:, [1, 2, 3, 2, 3, 3]], axis=2).mean(axis=1)
    z = corners.mean(axis=1)[:, 2]
    assert edge[z < LENGTH / 3].mean() < 1.3
    assert edge[z > 0.75 * LENGTH].mean() > 1.6


def test_a_crash_of_the_child_is_a_sentence(pipe: HeartMesh) -> None:
    folded = pipe.with_points(np.full_like(pipe.points, np.nan))
    with pytest.raises(GradingError, match="mmg"):
        graded(folded, np.full(len(pipe.points), 2.0), 0.1)


def test_a_child_that_hangs_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(GradingError, match="longer than"):
        grading._run([sys.executable, "-c", "import time; time.sleep(30)"], 1, grading.silent)
    assert time.monotonic() - start < 5.0


def test_cancelling_ends_the_child() -> None:
    calls = []

    def stop(fraction: float, message: str = "") -> None:
        calls.append(fraction)
        if len(calls) > 2:
            raise Cancelled

    start = time.monotonic()
    with pytest.raises(Cancelled):
        grading._run([sys.executable, "-c", "import time; time.sleep(30)"], 60, stop)
    assert time.monotonic() - start < 5.0
