"""The camera above the heart: the picture with its legend on the clipboard, in a file, and in the case for the report."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.captures import captures
from app.case import Case
from ui.capture import picture_of_heart
from ui.steps.report import ReportPage
from ui.window import Window


def test_the_picture_is_copied_saved_and_kept_for_the_report(
    window: Window, case_folder: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, panel, taken = window.session, window.workplace.scene_panel, window.workplace.capture
    session.choose_scenario("sinus_rhythm")
    window.go("simulate")
    session.set_look(field="activation_time", mode="value")
    qtbot.waitExposed(window)
    picture = picture_of_heart(panel, session)
    assert picture.width() == round(panel.width() * panel.devicePixelRatioF())
    legend = panel.legends.right.geometry()
    top = panel.controls.geometry().bottom() + 1
    colours = {
        picture.pixelColor(legend.x() + x, legend.center().y() - top + y).name()
        for x in range(16, 32)
        for y in range(-80, 80, 4)
    }
    assert len(colours) > 5  # the bar of the legend has its colours
    middle = panel.scene.plotter.geometry().center() + panel.scene.pos()
    shown = picture.pixelColor(middle.x(), middle.y() - top)
    assert shown.name() != picture.pixelColor(2, 2).name()  # the heart is in it
    taken.copy()
    assert QGuiApplication.clipboard().image().width() > 500
    path = tmp_path / "heart"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    taken.ask()
    assert QImage(str(path.with_suffix(".png"))).width() > 500  # what is said about it makes room for itself
    taken.put_into_report()
    (kept,) = captures(Case.open(case_folder))
    assert QImage(str(kept.path)).width() > 500
    assert kept.words.startswith(session.title_of("sinus_rhythm")) and "ctivation" in kept.words
    window.go("report")
    page = window.inspector.page("report")
    assert isinstance(page, ReportPage)
    page._forget(kept)
    assert captures(Case.open(case_folder)) == ()
