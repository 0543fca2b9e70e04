"""Lines follow fibres whose angle is known, stay in the wall, and are read again as they were kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.fiber_lines import REACH, helix_angles, load_lines, save_lines, trace_fibers
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle


def helical(angle: float) -> HeartMesh:
    """A half ellipsoid whose fibres rise everywhere by ``angle``, with coordinates of the right direction."""
    mesh = half_ellipsoid_ventricle(edge=5.0)
    middle = mesh.points[mesh.tets].mean(axis=1)
    radial = middle * [1, 1, 0] / np.linalg.norm(middle[:, :2], axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0])
    fiber = np.cos(angle) * np.cross(up, radial) + np.sin(angle) * up
    radius = np.linalg.norm(mesh.points[:, :2], axis=1)
    wall = {"laplace_lv": -radius, "laplace_rv": 0 * radius, "apex_base": mesh.points[:, 2]}
    flip = np.where(np.arange(len(fiber)) % 2, 1.0, -1.0)[:, None]  # fibres have no sign
    return replace(mesh, fiber=fiber * flip, point_data=wall)


def test_the_helix_angle_is_the_one_that_the_fibres_were_laid_with() -> None:
    mesh = helical(np.deg2rad(35.0))
    helix, fiber = helix_angles(mesh)
    away = np.linalg.norm(mesh.points[mesh.tets].mean(axis=1)[:, :2], axis=1) > 12.0
    assert np.median(helix[away]) == pytest.approx(35.0, abs=0.5)
    assert (fiber[away, 2] > 0).all()


def test_lines_climb_at_that_angle_and_stay_in_the_wall(tmp_path: Path) -> None:
    mesh = helical(np.deg2rad(35.0))
    lines = trace_fibers(mesh, seeds=60)
    ends = [lines.points[[a, b - 1]] for a, b in zip(lines.starts[:-1], lines.starts[1:], strict=True)]
    lengths = [np.linalg.norm(np.diff(lines.points[a:b], axis=0), axis=1).sum() for a, b in
               zip(lines.starts[:-1], lines.starts[1:], strict=True)]  # fmt: skip
    assert max(lengths) == pytest.approx(REACH, abs=1.0)
    far = [(abs(e[1, 2] - e[0, 2]) / length) for e, length in zip(ends, lengths, strict=True) if length > 8]
    assert np.median(far) == pytest.approx(np.sin(np.deg2rad(35.0)), abs=0.05)
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert ((lines.points > low - 1e-3) & (lines.points < high + 1e-3)).all()
    assert load_lines(tmp_path) is None
    save_lines(lines, tmp_path)
    read = load_lines(tmp_path)
    assert read is not None and np.array_equal(read.points, lines.points) and np.array_equal(read.helix, lines.helix)


def test_a_mesh_without_coordinates_is_refused() -> None:
    with pytest.raises(Refused, match="no fibres with wall coordinates"):
        trace_fibers(replace(helical(0.5), point_data={}))
