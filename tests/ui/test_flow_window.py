import numpy as np
import pytest

from solvers.result import Field, Lines, Result, Trace
from ui.flow_curves import FlowCurves, places
from ui.flow_motion import TAIL, Particles

LINE = Trace(
    np.array([0.0, 100.0]), np.array([[90.0, 100.0], [80.0, 60.0]]), ("0.00 mm", "12.50 mm"), "mmHg", "Pressure"
)


def run() -> Result:
    # two particles, eleven places 5 ms and 1 mm apart
    points = np.zeros((22, 3))
    points[:, 2] = np.repeat(np.arange(11.0), 2)
    first = np.arange(20)
    velocity = Field(np.full((2, 3, 3), 0.2), "m/s", "Velocity", (0.0, 50.0))
    lines = {"particles": Lines(points, np.column_stack([first, first + 2]), "Particles")}
    return Result("flow", "test", {"velocity": velocity}, lines=lines, stamp={"particles": {"count": 2, "every": 5.0}})


def test_tails_are_the_last_moments_of_every_particle() -> None:
    found = Particles.of(run())
    assert found is not None
    assert found.speed == pytest.approx(0.2)
    steps = found.lines.segments[found.tails(40.0), 0] // 2
    assert steps.max() == 7 and steps.min() == 8 - int(TAIL / 5)
    assert len(found.tails(0.0)) == 0
    assert Particles.of(Result("flow", "test")) is None


def test_the_pressure_along_the_line_follows_the_cursor(qtbot: object) -> None:
    widget = FlowCurves()
    qtbot.addWidget(widget)  # type: ignore[attr-defined]
    widget.show_traces((LINE,), LINE)
    widget.show_time(50.0)
    across, up = widget.line.curve.getData()
    assert list(across) == places(LINE) == [0.0, 12.5]
    assert list(up) == [95.0, 70.0]
    widget.show_traces((LINE,), None)
    assert widget.line.isHidden()
