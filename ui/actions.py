"""The menu and the keys."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from ui.ecg_exchange import EcgExchange
from ui.edit_actions import add_edit_actions
from ui.frame import tell_about
from ui.look import MODES
from ui.theme import THEMES
from ui.velocity_exchange import VelocityExchange
from ui.viewing import STEPS

if TYPE_CHECKING:
    from ui.window import Window

LAYOUTS = {"": "As suits the step", "both": "Heart and slices", "heart": "Heart only", "slices": "Slices only"}
DIRECTIONS = {
    "From the front": (0.35, 1.0, 0.22),
    "From the left": (1.0, 0.1, 0.1),
    "From the right": (-1.0, 0.2, 0.1),
    "From behind": (-0.2, -1.0, 0.15),
    "From above": (0.0, 0.25, 1.0),
    "From below": (0.0, 0.25, -1.0),
}


MOUSE = (
    "In a slice: drag moves the crosshair, the wheel goes through the slices, Ctrl + wheel zooms, Shift + drag moves the "
    "picture, drag with the right button sets the window, a double click resets it.<br>"
    "In the heart: drag turns, the wheel zooms, Shift + drag moves, a click reads a value.<br>"
    "Tab goes from control to control. A scan dropped on the window is opened."
)


def add_actions(window: "Window") -> None:
    """Fill the menu bar."""
    bar = window.menuBar()
    session = window.session
    file = bar.addMenu("Case")
    _add(file, "Start page", window.show_start, "Ctrl+H")
    _add(file, "New case from a scan ...", window.new_case, "Ctrl+N")
    _add(file, "New case from a DICOM folder ...", window.new_case_from_folder, "Ctrl+Shift+N")
    _add(file, "New case from a mesh ...", window.meshes.ask_new_case)
    _add(file, "Open a case ...", window.choose_case, "Ctrl+O")
    file.addSeparator()
    take = _add(file, "Import a mesh as the heart of this case ...", window.meshes.ask_import)
    give = _add(file, "Export the mesh ...", window.meshes.ask_export)
    file.aboutToShow.connect(lambda: take.setEnabled(session.case is not None and not window.watch.busy))
    file.aboutToShow.connect(lambda: give.setEnabled(session.mesh is not None and not window.watch.busy))
    _add_measured(file, window)
    file.addSeparator()
    _add(file, "Quit", window.close, "Ctrl+Q")

    edit = bar.addMenu("Edit")
    undo, redo = session.undo.createUndoAction(window, "Undo"), session.undo.createRedoAction(window, "Redo")
    undo.setShortcut(QKeySequence.StandardKey.Undo)
    redo.setShortcut(QKeySequence.StandardKey.Redo)
    edit.addActions([undo, redo])

    add_edit_actions(bar.addMenu("Segment"), window.editing, session, window.workplace.slices)

    steps = bar.addMenu("Step")
    for number, step in enumerate(STEPS, start=1):
        _add(steps, step.capitalize(), partial(window.go, step), f"Ctrl+{number}")

    view = bar.addMenu("View")
    _add_choices(view.addMenu("Layout"), LAYOUTS, "", window.workplace.wish)
    doubt = view.addMenu("Doubt")
    for number, (mode, words) in enumerate(MODES.items(), start=1):
        _add(doubt, words, partial(session.set_look, mode=mode), f"Alt+{number}")
    look = view.addMenu("Look")
    scene = window.workplace.scene_panel.scene
    for words, direction in DIRECTIONS.items():
        _add(look, words, partial(scene.look_from, *direction))
    _add(view, "Cut the heart open", lambda: session.set_cut(not session.cut), "X")
    _add(view, "Cell: action potential and currents ...", session.cell_wanted.emit, "Shift+C")
    _add(view, "Electrogram of the marked place ...", session.electrogram_wanted.emit, "Shift+E")
    _add(view, "Electrodes of the ECG ...", session.electrodes_wanted.emit)
    _add(view, "Play or pause", window.workplace.strip.bar.play.toggle, "Space")
    bar_of_time, slices = window.workplace.strip.bar, window.workplace.slices
    _add(view, "One frame back", partial(bar_of_time.step, -1), ",")
    _add(view, "One frame on", partial(bar_of_time.step, 1), ".")
    _add(view, "Set the window with the left button", slices.controls.window_tool.toggle, "W")
    _add(view, "Show the doubt of the boundary", slices.controls.doubt.toggle, "D")
    _add(view, "Show the whole slices again", slices.reset, "R")
    view.addSeparator()
    _add_choices(view.addMenu("Theme"), {name: name.capitalize() for name in THEMES}, session.theme.name, window.wear)

    about = bar.addMenu("Help")
    _add(about, "Keyboard shortcuts", partial(tell_shortcuts, window), "F1")
    _add(about, "About CardioTwin", lambda: tell_about(window))


def tell_shortcuts(window: "Window") -> None:
    """Show every shortcut of the menus, and what the mouse does."""
    found = [action for action in window.findChildren(QAction) if not action.shortcut().isEmpty()]
    rows = [f"<tr><td><b>{a.shortcut().toString()}</b>&nbsp;&nbsp;</td><td>{a.text()}</td></tr>" for a in found]
    box = QMessageBox(window)
    box.setWindowTitle("Keyboard shortcuts")
    box.setText(f"<table>{''.join(dict.fromkeys(rows))}</table><p>{MOUSE}</p>")
    box.open()


def _add_measured(file: QMenu, window: "Window") -> None:
    session = window.session
    heart, blood = EcgExchange(session, window.watch, window), VelocityExchange(session, window.watch, window)
    ecg = _add(file, "Lay a measured ECG over the simulated one ...", heart.ask)
    velocity = _add(file, "Lay a measured velocity (4D flow) over the simulated one ...", blood.ask)
    file.aboutToShow.connect(lambda: ecg.setEnabled(session.case is not None and not window.watch.busy))
    file.aboutToShow.connect(lambda: velocity.setEnabled(blood.possible and not window.watch.busy))


def _add(menu: QMenu, text: str, act: Callable[[], object], keys: str = "") -> QAction:
    action = menu.addAction(text)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _=False: act())
    return action


def _add_choices(menu: QMenu, choices: dict[str, str], now: str, choose: Callable[[str], object]) -> None:
    group = QActionGroup(menu)
    for key, words in choices.items():
        action = _add(menu, words, partial(choose, key))
        action.setCheckable(True)
        action.setChecked(key == now)
        group.addAction(action)
