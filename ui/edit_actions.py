"""The keys of editing, as a menu: they work in the step Segment."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from ui.edit_desk import EditDesk
from ui.edit_model import FACTOR
from ui.edit_tools import GROW, TOOLS
from ui.session import Session
from ui.slices import Slices


def add_edit_actions(menu: QMenu, desk: EditDesk, session: Session, slices: Slices) -> None:
    """Fill the menu; its actions are off outside of the step Segment, so that their keys are free there."""
    model = desk.model
    actions: list[QAction] = []

    def add(text: str, keys: str, act: Callable[[], object]) -> None:
        action = menu.addAction(text)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False: act())
        actions.append(action)

    for tool in TOOLS:
        if tool.name != "swap":
            act: Callable[[str], None] = model.hold if tool.mouse else model.act
            add(tool.title, tool.key, partial(act, tool.name))
    menu.addSeparator()
    for number in (1, 2, 3, 4):
        add(f"Label {number}", str(number), partial(_choose, desk, number))
    add("Outside of every label (Grow)", "0", lambda: model.choose(0))
    add("Smaller brush", "[", lambda: model.resize(model.radius / FACTOR))
    add("Larger brush", "]", lambda: model.resize(model.radius * FACTOR))
    add("This slice or all slices", "L", lambda: model.set(whole=not model.whole))
    add("Boundary before the edits", "A", lambda: model.set(compare=not model.compare))
    add("Accept what has grown", "Return", model.accept)
    add("Discard the strokes, or put the tool away", "Esc", lambda: _leave(desk))
    menu.addSeparator()
    add("Next slice", "Up", lambda: _walk(session, slices, 1))
    add("Previous slice", "Down", lambda: _walk(session, slices, -1))
    add("Next phase", "Right", lambda: _turn(session, 1))
    add("Previous phase", "Left", lambda: _turn(session, -1))

    def arrange(*_: object) -> None:
        for action in actions:
            action.setEnabled(desk.active)

    session.step_changed.connect(arrange)
    session.case_changed.connect(arrange)
    session.data_changed.connect(arrange)
    arrange()


def _choose(desk: EditDesk, number: int) -> None:
    choices = desk.model.choices
    if number <= len(choices):
        desk.model.choose(choices[number - 1])


def _leave(desk: EditDesk) -> None:
    if desk.model.tool == GROW and desk.model.seeds is not None:
        desk.model.discard()
    elif desk.model.tool:
        desk.model.hold("")


def _walk(session: Session, slices: Slices, steps: int) -> None:
    if slices.planes:
        x, y, z = (float(v) for v in slices.planes[0].step_from(slices.place, steps))
        session.pick((x, y, z))


def _turn(session: Session, steps: int) -> None:
    if session.image is not None and session.image.phases > 1:
        session.set_phase((session.phase + steps) % session.image.phases)
