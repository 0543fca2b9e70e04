"""The measure panel on a case: bull's-eye, subject with undo, curve."""

import numpy as np
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from app.palettes import palettes
from app.scan_steps import measure
from geometry.progress import silent
from geometry.subject import Subject
from ui.bullseye import Bullseye
from ui.measure_panel import MeasurePanel
from ui.theme import DARK
from ui.window import Window


def panel_of(window: Window) -> MeasurePanel:
    case = window.session.case
    assert case is not None
    measure(case, {}, silent)
    window.session.refresh()
    window.go("segment")
    found = window.inspector.page("segment").findChildren(MeasurePanel)[-1]
    assert isinstance(found, MeasurePanel)
    return found


def test_every_segment_is_where_its_number_is_written(qtbot: QtBot) -> None:
    eye = Bullseye()
    qtbot.addWidget(eye)
    eye.resize(320, 360)
    eye.show_values(np.arange(17.0), "mm", (0.0, 20.0), palettes()["viridis"], DARK)
    assert [eye.segment_at(eye.middle_of(n)) for n in range(1, 18)] == list(range(1, 18))
    assert eye.segment_at(QPointF(1, 1)) == 0
    centre = eye.middle_of(17)
    assert eye.middle_of(1).y() < centre.y() < eye.middle_of(4).y()  # front above, below under
    assert eye.middle_of(14).x() < centre.x() < eye.middle_of(16).x()  # septum left, side right


def test_a_click_on_a_segment_marks_its_place_on_the_slices(window: Window) -> None:
    panel = panel_of(window)
    assert window.session.case is not None
    function = window.session.case.function()
    assert function is not None and function.wall is not None
    number = int(np.flatnonzero(np.isfinite(function.wall.centres[:, 0]))[0]) + 1
    panel.bullseye.chosen.emit(number)
    assert window.session.point == tuple(function.wall.centres[number - 1])


def test_a_changed_height_can_be_undone_and_is_kept(window: Window) -> None:
    panel = panel_of(window)
    window.session.subject.keep(Subject("F", 170.0, 65.0, 44))
    line = panel.subject.lines["height_cm"]
    line.setText("180")
    line.editingFinished.emit()
    case = window.session.case
    assert case is not None and case.subject() == Subject("F", 180.0, 65.0, 44)
    assert "1.80 m" in panel.subject.surface.text()  # sqrt(180 * 65 / 3600)
    window.session.undo.undo()
    assert case.subject() == Subject("F", 170.0, 65.0, 44)
    line.setText("17")
    line.editingFinished.emit()
    assert "must lie between" in panel.subject.surface.text()
    assert case.subject() == Subject("F", 170.0, 65.0, 44)


def test_a_click_on_the_curve_goes_to_its_phase(window: Window) -> None:
    panel = panel_of(window)
    panel.plot.phase_chosen.emit(1)
    assert window.session.phase == 1
    assert panel.plot.cursor_line.value() == 400.0
