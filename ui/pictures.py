"""Pictures of the real window on a finished case: every step of the road, and the heart with its doubt."""

from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.capture import as_image
from ui.ensemble import main_field
from ui.look import CHANCE, DOUBT, SPLIT, VALUE
from ui.main import make_application, open_window
from ui.painting import modes_of
from ui.viewing import STEPS
from ui.window import Window

SIZE = (1600, 1000)


def grab_window(case: Path, out: Path, size: tuple[int, int] = SIZE) -> list[Path]:
    """Open the window on a case, walk through its steps and save a picture of each; returns the files."""
    application = make_application()
    out.mkdir(parents=True, exist_ok=True)
    window = open_window(application, case)
    window.resize(*size)
    window.show()
    QTest.qWaitForWindowExposed(window)
    try:
        return _walk(window, out)
    finally:
        window.close()
        window.deleteLater()
        QTest.qWait(50)


def picture_of(window: Window) -> QPixmap:
    """The window as it is on the screen; the graphics of the heart are put in where Qt cannot see them."""
    QTest.qWait(150)
    QApplication.processEvents()
    whole = window.grab()
    scene = window.workplace.scene_panel.scene
    if scene.isVisible():
        painter = QPainter(whole)
        place = scene.plotter.mapTo(window, QPoint(0, 0))
        painter.drawImage(QRect(place, scene.plotter.size()), as_image(scene.picture()))
        painter.end()
    return whole


def _walk(window: Window, out: Path) -> list[Path]:
    session = window.session
    runs = {name: session.result_of(name) for name in session.runs}
    told = [
        name for name, result in runs.items() if result is not None and DOUBT in modes_of(result, main_field(result))
    ]
    if told:  # a run that knows its doubt shows most
        session.choose_scenario(told[0])
        session.set_look(run=told[0], field="", mode=VALUE)
    files = []
    for number, step in enumerate(STEPS, start=1):
        window.go(step)
        if step in ("simulate", "report"):
            session.set_look(mode=VALUE)
        if step == "plan":
            paced = [name for name, found in session.scenarios.items() if getattr(found, "sites", ())]
            if paced:
                session.choose_scenario(paced[0])
            wait_for_answer(window)
        files.append(_save(picture_of(window), out / f"window-{number}-{step}.png"))
        if step == "plan" and told:
            session.choose_scenario(told[0])
    window.go("simulate")
    result = session.result
    if result is None:
        return files
    for mode, name in ((VALUE, "value"), (DOUBT, "doubt"), (SPLIT, "mean-sd"), (CHANCE, "probability")):
        field = main_field(result)
        if mode in modes_of(result, field):
            session.set_look(field=field, mode=mode)
            files.append(_save(picture_of(window), out / f"window-{name}.png"))
            panel = window.workplace.scene_panel
            files.append(_save(QPixmap.fromImage(as_image(panel.scene.picture())), out / f"heart-{name}.png"))
    session.set_look(mode=VALUE)
    return files


def wait_for_answer(window: Window, seconds: float = 30.0) -> None:
    """Wait until the what-if process has answered."""
    for _ in range(round(seconds * 10)):
        if not window.watch.thinking:
            return
        QTest.qWait(100)


def _save(picture: QPixmap, path: Path) -> Path:
    picture.save(str(path))
    return path
