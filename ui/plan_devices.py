"""What the panels of devices share: their scenario, how a change is kept, and a page of controls and numbers."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from app.scenario_tree import as_child
from solvers.devices.records import Device
from solvers.record import Record
from solvers.scenario import Electrophysiology, Flow
from ui.plan.undo_row import undo_row
from ui.plan_panel import PlanPanel
from ui.session import Session
from ui.theme import px
from ui.widgets import label

Titled = Callable[[Electrophysiology | Flow, Device], Electrophysiology | Flow]


def scenario_with(session: Session, kind: type) -> str:
    """The scenario that holds a device of a kind: the chosen one, else the first; empty where there is none."""
    names = [name for name, scenario in session.scenarios.items() if isinstance(scenario.device, kind)]
    return session.scenario_name if session.scenario_name in names else (names[0] if names else "")


def parent_flow(session: Session) -> tuple[str, Flow] | None:
    """The scenario of flow that a device is tried on: the chosen one without a device, else the first such."""
    found = {name: s for name, s in session.scenarios.items() if isinstance(s, Flow) and s.device is None}
    name = session.scenario_name if session.scenario_name in found else next(iter(found), "")
    return (name, found[name]) if name else None


def keep_device(session: Session, kind: type, base: str, child: Titled, device: Device, text: str) -> None:
    """Put a device into its scenario (can be undone); a scenario for it is made the first time, a child of the one looked at.

    child   makes the scenario of a parent (or of the one that holds such a device already) and a device
    """
    name = scenario_with(session, kind)
    if name:
        if name != session.scenario_name:
            session.choose_scenario(name, show_run=False)
        session.edit_scenario(name, child(session.scenarios[name], device), text)
        return
    parent = parent_flow(session)
    of = parent[0] if parent else next(iter(session.scenarios), "")
    if not of:
        return
    name = fresh_name(session, base)
    session.keep_scenario(name, as_child(session.scenarios, of, child(session.scenarios[of], device)))
    session.choose_scenario(name, show_run=False)


def kept_device[Kind: Record](session: Session, kind: type[Kind]) -> Kind | None:
    """The device of that kind as it is moved, else as a scenario has it."""
    name = scenario_with(session, kind)
    for device in (session.device, session.scenarios[name].device if name else None):
        if isinstance(device, kind):
            return device
    return None


def fresh_name(session: Session, base: str) -> str:
    """``base``, or it with a number where there is one already."""
    names = (base, *(f"{base}_{k}" for k in range(2, len(session.scenarios) + 3)))
    return next(name for name in names if name not in session.scenarios)


class DevicePanel(PlanPanel):
    """A column for one device; subclasses fill it."""

    def add_undo(self, kind: type) -> None:
        """Where the device is kept; undo and redo side by side."""
        name = scenario_with(self.session, kind)
        where = (
            f"Kept in the scenario \u2018{self.session.title_of(name)}\u2019."
            if name
            else "Not kept yet: change it or run it."
        )
        self.column.addWidget(label(where, "small"))
        self.column.addWidget(undo_row(self.session, self))

    def add_slider(
        self,
        key: str,
        words: str,
        value: float,
        span: tuple[float, float, float],
        move: Callable[[float], None],
        let_go: Callable[[float], None],
        unit: str = "mm",
    ) -> None:
        """A slider from ``span`` low to high by steps: ``move`` while it is dragged, ``let_go`` when it rests; arrow keys too."""
        low, high, step = span
        head = QWidget(self)
        across = QHBoxLayout(head)
        across.setContentsMargins(0, 0, 0, 0)
        shown = QLabel(f"{value:g} {unit}", head)
        across.addWidget(label(words), 1)
        across.addWidget(shown)
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(round(low / step), round(high / step))
        slider.setValue(round(value / step))
        slider.setAccessibleName(words)
        slider.setToolTip("Arrow keys move it one step")

        def changed(at: int) -> None:
            shown.setText(f"{at * step:g} {unit}")
            if slider.isSliderDown():
                move(at * step)
            else:
                self.page.kept["focus"] = key
                let_go(at * step)

        slider.valueChanged.connect(changed)
        slider.sliderReleased.connect(lambda: let_go(slider.value() * step))
        self.column.addWidget(head)
        self.column.addWidget(slider)
        self._focus(slider, key)

    def add_number(
        self,
        words: str,
        value: float,
        span: tuple[float, float, float],
        entered: Callable[[float], None],
        unit: str = " mm",
    ) -> QDoubleSpinBox:
        """A number to type, in a row with its words."""
        row = QWidget(self)
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        box = QDoubleSpinBox(row)
        box.setRange(span[0], span[1])
        box.setSingleStep(span[2])
        box.setDecimals(1)
        box.setSuffix(unit)
        box.setKeyboardTracking(False)
        box.setFixedWidth(px(104))
        box.setValue(value)
        box.valueChanged.connect(entered)
        across.addWidget(label(words), 1)
        across.addWidget(box)
        self.column.addWidget(row)
        return box

    def _focus(self, widget: QWidget, key: str) -> None:
        """Give the keyboard back to what had it when the page was filled again."""
        if self.page.kept.get("focus") == key:
            del self.page.kept["focus"]
            QTimer.singleShot(0, widget, widget.setFocus)
