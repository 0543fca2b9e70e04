"""The row above the 3D heart: what is drawn, with or without doubt, in which colours, whole or cut open."""

import math
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from app.palettes import palettes
from geometry.metric import shown_unit
from solvers.result import Result
from ui.ensemble import drawn_field, shown_fields, threshold_of
from ui.flow_motion import CARRIED
from ui.heart_parts import part_shown, parts_of
from ui.icons import icon
from ui.isochrone_menu import IsochroneMenu
from ui.legend_limits import has_isochrones, levels_between, shared_limits
from ui.look import CHANCE, DOUBT, MODES, VALUE
from ui.painting import modes_of, suited
from ui.session import Session
from ui.theme import Theme, px
from ui.tried_beat import fits_heart, shown_look, shown_result, tried, tried_modes, tried_result
from ui.widgets import Segments

TOOLS = {
    "palette": "Colours",
    "lines": "Isochrones; the arrow beside it sets how far apart",
    "velocity": "Velocity of the front, as arrows",
    "particles": "Particles that the blood carries, in motion",
    "streamlines": "Streamlines: lines along the velocity at this moment",
    "cell": "Action potential and currents of the cell at the marked place",
    "fibers": "Fibres through the wall, coloured by helix angle",
    "landmarks": "Landmarks of the heart, to be moved",
    "cut": "Cut the heart open",
    "front": "Look from the front",
    "capture": "Take this picture: copy it, save it, or put it into the report",
}
SWITCHES = {
    "cut": "cut",
    "fibers": "fibers",
    "landmarks": "landmarks",
    "lines": "isochrones",
    "velocity": "velocity",
    "particles": "particles",
    "streamlines": "streamlines",
}  # tool -> entry of the look


class SceneControls(QFrame):
    """Changes the session's look; asks for the front view."""

    front_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewHeader")
        self._session = session
        self.offered: tuple[str, ...] = ()  # the modes that can be chosen
        self.fields = QComboBox(self)
        self.fields.setMinimumWidth(px(150))
        self.fields.setToolTip("What is drawn on the heart")
        self.parts = QComboBox(self)
        self.parts.setMinimumWidth(px(150))
        self.parts.setToolTip("What is told of the heart itself")
        self.modes = Segments(MODES, self)
        self.threshold = QDoubleSpinBox(self)
        self.threshold.setToolTip("Probability that the value lies above this (arrow keys change it)")
        self.threshold.setPrefix("> ")
        self.threshold.setAccelerated(True)
        self.threshold.setMinimumWidth(px(104))
        self.tools = {name: self._tool(name, tip) for name, tip in TOOLS.items()}
        self.spacing = IsochroneMenu(lambda spacing: session.set_look(spacing=spacing), self)
        self.tools["lines"].setMenu(self.spacing)
        self.tools["lines"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(10), px(6), px(8), px(6))
        row.setSpacing(px(8))
        row.addWidget(self.fields)
        row.addWidget(self.parts)
        row.addWidget(self.modes)
        row.addWidget(self.threshold)
        row.addStretch(1)
        for tool in self.tools.values():
            row.addWidget(tool)
        self.fields.currentIndexChanged.connect(lambda i: session.set_look(field=self.fields.itemData(i)))
        self.parts.currentIndexChanged.connect(lambda i: session.set_look(part=self.parts.itemData(i)))
        self.threshold.valueChanged.connect(lambda value: session.set_look(threshold=value))
        self.modes.chosen.connect(lambda mode: session.set_look(mode=mode))

    def refresh(self, painted: bool) -> None:
        """Offer what the run has; nothing of it while no field is drawn."""
        session, look = self._session, shown_look(self._session)
        result, mesh = shown_result(session), session.mesh
        for widget in (self.fields, self.modes, self.tools["palette"]):
            widget.setVisible(painted)
        self.tools["lines"].setVisible(painted and has_isochrones(look.field))
        self.tools["velocity"].setVisible(painted and "activation" in look.field)
        moving = painted and look.field == "velocity" and result is not None and session.step != "compare"
        for name in CARRIED:
            self.tools[name].setVisible(moving and result is not None and name in result.lines)
        self.tools["cell"].setVisible(painted and result is not None and result.kind == "electrophysiology")
        self.spacing.show_spacing(look.spacing)
        self.parts.setVisible(not painted)
        _offer(self.parts, parts_of(session), part_shown(session))
        self.tools["fibers"].setVisible(mesh is not None and mesh.fiber is not None)
        self.tools["landmarks"].setVisible(not painted and bool(session.landmarks.places()))
        self.setVisible(mesh is not None)
        for name, entry in SWITCHES.items():
            self.tools[name].setChecked(session.cut if name == "cut" else bool(getattr(look, entry)))
        self.threshold.hide()
        self.offered = ()
        if not painted or result is None:
            return
        choices = shown_fields(result)
        other = session.result_of(look.other) if session.step == "compare" else None
        if other is not None and fits_heart(session, other):  # only what both runs have
            choices = {name: text for name, text in choices.items() if name in other.fields}
        _offer(self.fields, choices, look.field)
        allowed = modes_of(result, look.field)
        if tried(session):  # the draws around it are its ensemble
            allowed = tried_modes(session)
        if session.step == "compare":  # both places are taken by the two runs
            allowed = tuple(mode for mode in allowed if mode in (VALUE, DOUBT))
        self.offered = allowed
        self.modes.show_choice(look.mode if look.mode in allowed else VALUE, allowed)
        if look.mode == CHANCE and CHANCE in allowed:
            self._offer_threshold(tried_result(session) or result)
        self.modes.setToolTip("" if len(allowed) > 1 else "This field has no ensemble, so its doubt is not known.")

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        for name, tool in self.tools.items():
            tool.setIcon(icon(name, theme.muted, theme.accent))

    def _tool(self, name: str, tip: str) -> QToolButton:
        tool = QToolButton(self)
        tool.setProperty("role", "flat")
        tool.setIconSize(QSize(px(19), px(19)))
        tool.setToolTip(tip)
        if name in SWITCHES:
            tool.setCheckable(True)
            tool.clicked.connect(partial(self._switch, SWITCHES[name]))
        elif name in ("front", "cell"):
            tool.clicked.connect(self.front_wanted if name == "front" else self._session.cell_wanted)
        elif name == "capture":
            tool.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)  # its menu is filled by ``ui.capture``
        else:
            menu = QMenu(tool)
            menu.aboutToShow.connect(partial(self._fill_palettes, menu))
            tool.setMenu(menu)
            tool.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return tool

    def _offer_threshold(self, result: Result) -> None:
        look = self._session.look
        field, value = drawn_field(result, look), threshold_of(result, look)
        if field is None or value is None:
            return
        low, high = shared_limits(field)
        levels = levels_between(low, high)
        step = (levels[1] - levels[0]) / 10 if len(levels) > 1 else (high - low) / 100
        step = 10.0 ** round(math.log10(step))
        self.threshold.blockSignals(True)
        self.threshold.setDecimals(max(0, -round(math.log10(step))))
        self.threshold.setSingleStep(step)
        self.threshold.setRange(low, high)
        self.threshold.setSuffix(f" {shown_unit(field.unit)}".rstrip())
        self.threshold.setValue(value)
        self.threshold.blockSignals(False)
        self.threshold.show()

    def _switch(self, entry: str, on: bool) -> None:
        if entry == "cut":
            self._session.set_cut(on)
        else:
            self._session.set_look(**{entry: on})

    def _fill_palettes(self, menu: QMenu) -> None:
        look = self._session.look
        menu.clear()
        for name, palette in palettes().items():
            act = menu.addAction(palette.label)
            act.setCheckable(True)
            act.setChecked(name == (look.palette or suited(look.field)))
            act.triggered.connect(partial(self._choose_palette, name))

    def _choose_palette(self, name: str, _on: bool = True) -> None:
        self._session.set_look(palette=name)


def _offer(box: QComboBox, choices: Mapping[str, str], chosen: str) -> None:
    """Let a box offer choices (name -> words), one of them chosen, without telling anybody."""
    box.blockSignals(True)
    if [box.itemData(i) for i in range(box.count())] != list(choices):
        box.clear()
        for name, text in choices.items():
            box.addItem(text, name)
    box.setCurrentIndex(box.findData(chosen))
    box.blockSignals(False)
