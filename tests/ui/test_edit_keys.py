"""Editing with the keyboard: every tool has a key, and the window tells them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from geometry.segmentation import MYOCARDIUM
from ui.actions import tell_shortcuts
from ui.window import Window


def test_keys_choose_tools_labels_size_slice_and_phase_only_in_segment(desk: Window, qtbot: QtBot) -> None:
    model, session = desk.editing.model, desk.session
    for key, tool in (("b", "brush"), ("e", "eraser"), ("t", "threshold"), ("c", "contour"), ("g", "grow")):
        qtbot.keyClick(desk, key)
        assert model.tool == tool
    qtbot.keyClick(desk, "2")
    assert model.label == MYOCARDIUM
    size, index, phase = model.radius, model.index, session.phase
    qtbot.keyClick(desk, "]")
    assert model.radius == pytest.approx(size * 1.2)
    qtbot.keyClick(desk, "[")
    assert model.radius == pytest.approx(size)
    qtbot.keyClick(desk, Qt.Key.Key_Up)
    assert abs(model.index - index) == 1
    qtbot.keyClick(desk, Qt.Key.Key_Right)
    assert session.phase == (phase + 1) % 2
    qtbot.keyClick(desk, Qt.Key.Key_Escape)
    assert model.tool == ""
    desk.go("heart")
    qtbot.keyClick(desk, "b")
    assert model.tool == "" and not desk.editing.bar.isVisible()


def test_every_key_is_in_the_list_of_shortcuts(desk: Window) -> None:
    tell_shortcuts(desk)
    box = desk.findChildren(type(desk).__mro__[0])[:0] or [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    texts = " ".join(w.text() for w in box if hasattr(w, "text") and callable(w.text))
    for words in (
        "Brush",
        "Eraser",
        "Grow from strokes",
        "Contour",
        "Fill between slices",
        "Next phase",
        "Larger brush",
    ):
        assert words in texts
    for widget in box:
        if widget is not desk and hasattr(widget, "text"):
            widget.close()
