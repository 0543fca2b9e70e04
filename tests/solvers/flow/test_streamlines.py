"""Streamlines of a flow that turns around an axis are circles, and its speed grows with their radius."""

from pathlib import Path

import numpy as np
import pytest

from geometry.heart_mesh import HeartMesh
from geometry.shapes import tube
from solvers.flow.paths import particle_paths
from solvers.flow.streamlines import streamlines
from solvers.result import Field, Result
from solvers.result_file import load_result, save_result


def test_lines_of_a_turning_flow_stay_on_their_radius_and_know_their_speed_and_frame(tmp_path: Path) -> None:
    pipe = tube(10.0, 20.0, 2.5)
    x, y, z = pipe.points.T
    turning = np.column_stack([-y, x, np.zeros_like(z)]) * 0.05  # rad/ms: 0.5 m/s at 10 mm
    field = Field(np.stack([np.zeros_like(turning), turning]).astype(np.float32), "m/s", "Velocity", (0.0, 20.0))
    lines = streamlines(pipe, field, count=12)
    assert lines.frames is not None and lines.values is not None
    assert set(lines.frames.tolist()) == {1}  # still blood has no lines
    ends = lines.points[lines.segments]
    radius = np.linalg.norm(ends[:, :, :2], axis=2)
    inner = radius.max(axis=1) < 8.0
    assert np.abs(radius[:, 0] - radius[:, 1])[inner].max() < 0.15
    assert lines.values[inner] == pytest.approx(0.05 * radius.mean(axis=1)[inner], rel=0.1)
    result = Result("flow", "test", {"velocity": field}, lines={"streamlines": lines})
    save_result(result, pipe, tmp_path / "run")
    again = load_result(tmp_path / "run").lines["streamlines"]
    assert again.values is not None and again.values.tolist() == lines.values.tolist()
    assert again.frames is not None and again.frames.tolist() == lines.frames.tolist()


def test_the_mesh_is_measured_once_and_not_for_every_line_or_step(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, asked = tube(10.0, 20.0, 2.5), []
    along = np.full_like(pipe.points, 0.5)
    field = Field(np.stack([along, along]).astype(np.float32), "m/s", "Velocity", (0.0, 60.0))
    measure = HeartMesh.edge_length
    monkeypatch.setattr(HeartMesh, "edge_length", lambda mesh: (asked.append(1), measure(mesh))[1])
    assert len(streamlines(pipe, field, count=12).segments) > 12
    assert len(asked) == 2  # frames
    particle_paths(pipe, field, count=20)
    assert len(asked) == 3
