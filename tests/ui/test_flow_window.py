from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.scenarios import at_exercise
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.result import Field, Lines, Result, Trace
from solvers.scenario import Electrophysiology, Flow
from ui.flow_curves import FlowCurves, places
from ui.flow_motion import TAIL, Particles
from ui.widgets import Segments
from ui.window import Window

GO_ON = "Go on where it stopped"
KEPT = "Members that a cut run had finished are kept and not repeated."
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


def test_the_switch_makes_and_chooses_the_scenario_at_exercise_whose_curves_lie_behind(
    window: Window, qtbot: QtBot
) -> None:
    session = window.session
    assert session.case is not None and session.mesh is not None
    session.keep_scenario("flow", Flow(stroke_volume=60.0))
    session.case.save_result("flow", run_on(session.mesh), session.mesh)
    session.case.save_result("flow_exercise", run_on(session.mesh), session.mesh)
    session.refresh()
    session.choose_scenario("flow")
    window.go("simulate")
    switch = next(one for one in window.findChildren(Segments) if "exercise" in one.buttons)
    assert switch.buttons["rest"].isChecked()
    switch.buttons["exercise"].click()
    assert session.scenario_name == "flow_exercise"
    made = session.scenario
    assert isinstance(made, Flow)
    assert (made.heart_rate, made.stroke_volume, made.title) == (110.0, 60.0, "Systole at exercise")
    assert session.look.run == "flow_exercise"
    assert window.workplace.strip.note.text() == "Thin and grey: Systole at rest"
    assert not [one for one in window.findChildren(QPushButton) if one.text() == GO_ON]
    kept = session.case.folder / "checkpoints" / "flow.npz"
    kept.parent.mkdir(exist_ok=True)
    kept.touch()
    member = kept.parent / "flow-members" / "one.npz"
    member.parent.mkdir()
    member.touch()
    switch = [one for one in window.findChildren(Segments) if "exercise" in one.buttons][-1]
    switch.buttons["rest"].click()
    assert session.scenario_name == "flow"
    assert [one for one in window.findChildren(QPushButton) if one.text() == GO_ON]
    assert [one for one in window.findChildren(QLabel) if one.text() == KEPT]


def run_on(mesh: HeartMesh) -> Result:
    velocity = Field(np.zeros((2, len(mesh.points), 3), dtype=np.float32), "m/s", "Velocity", (0.0, 50.0))
    pressure = Trace(np.array([0.0, 50.0]), np.array([[80.0, 90.0]]), ("inlet",), "mmHg", "Pressure")
    return Result("flow", "test", {"velocity": velocity}, {"pressure_flow": pressure})


def test_behind_a_curve_lies_the_same_quantity_of_the_other_run(window: Window) -> None:
    session = window.session
    assert session.case is not None and session.mesh is not None
    speeds = {"rest": [1.0, 4.0], "exercise": [2.0, 6.0]}
    for name, values in speeds.items():
        session.keep_scenario(name, Flow(title=name))
        found = run_on(session.mesh)
        tuned = {"vessels": Trace(np.array([0.0, 50.0]), np.array([[120.0, 120.0]]), ("cuff",), "mmHg", "Cuff")}
        speed = {"velocity": Trace(np.array([0.0, 50.0]), np.array([values]), ("peak",), "m/s", "Peak velocity")}
        traces = found.traces | (tuned if name == "exercise" else {}) | speed
        session.case.save_result(name, replace(found, traces=traces), session.mesh)
    session.refresh()
    session.set_look(run="rest", other="exercise")
    window.go("compare")
    _, velocity = window.workplace.strip.curves.curves.plots
    drawn = [list(one.getData()[1]) for one in velocity.getPlotItem().listDataItems()]
    assert drawn == [speeds["exercise"], speeds["rest"]]
    session.set_look(run="exercise", other="rest")
    cuff = window.workplace.strip.curves.curves.plots[1]
    assert [list(one.getData()[1]) for one in cuff.getPlotItem().listDataItems()] == [[120.0, 120.0]]


def test_exercise_is_refused_where_nobody_knows_what_it_would_be() -> None:
    with pytest.raises(Refused, match="has no exercise state"):
        at_exercise("sinus_rhythm", Electrophysiology())
    with pytest.raises(Refused, match="is not known"):
        at_exercise("flow", Flow(inlet="ventricle pressure"))
    with pytest.raises(Refused, match="at exercise already"):
        at_exercise("flow_exercise", Flow())
