"""The vein of the left lead on the panel of pacing: drawn by clicks, as wide as a slider says, tried along."""

from collections.abc import Callable

import numpy as np
import pyvista as pv
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from geometry.corridor import distance_to_way, length_of
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.vein import USUAL_WIDTH, longer_vein, places_along, within_vein
from solvers.scenario import Electrophysiology, Place
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label

WIDTHS = (2, 30)  # mm
ALONG = 4  # places tried along a vein
COLOUR, OPACITY, LIFT = "#7bdff2", 0.55, 0.4  # mm that the corridor is drawn outside the heart
NONE = "Left leads may lie anywhere on the left epicardium. Draw a vein to keep them to it."
HINT = "Click along the vein, from its mouth towards the apex. Each click can be undone."


class VeinRows(QWidget):
    """``drawing``: clicks lead the vein on; ``draw`` turns that on and off."""

    def __init__(
        self,
        page: Page,
        scenario: Electrophysiology,
        drawing: bool,
        draw: Callable[[bool], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._drawing = page.session, drawing
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        words = HINT if drawing else NONE if not scenario.vein else ""
        if len(scenario.vein) > 1:
            words = f"{words} {length_of(np.array(scenario.vein)):.0f} mm long.".strip()
        column.addWidget(label(words, "small", self))
        if scenario.vein:
            column.addLayout(self._slider(scenario.vein_width))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        if drawing:
            row.addWidget(button("End the vein", lambda: draw(False), main=True), 1)
        else:
            row.addWidget(button("Draw on" if scenario.vein else "Draw a vein", lambda: draw(True)), 1)
        if scenario.vein:
            row.addWidget(button("Take it away", lambda: self._change({"vein": ()}, "Take the vein away")), 1)
        column.addLayout(row)
        if len(scenario.vein) > 1 and not drawing:
            tip = f"Keep {ALONG} places along the vein, to compare them"
            column.addWidget(button(f"Try {ALONG} places along it", self._spread, tip=tip))

    def _slider(self, width: float) -> QHBoxLayout:
        row, slider, told = QHBoxLayout(), QSlider(Qt.Orientation.Horizontal, self), QLabel(self)
        row.setSpacing(px(8))
        slider.setRange(*WIDTHS)
        slider.setValue(round(width))
        slider.setAccessibleName("Width of the corridor")
        slider.setToolTip("Width of the corridor around the vein in which left leads lie; arrow keys move it")
        told.setText(f"{width:g} mm")
        told.setFixedWidth(px(52))
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        slider.valueChanged.connect(lambda value: told.setText(f"{value} mm"))
        slider.valueChanged.connect(lambda value: None if slider.isSliderDown() else self._widen(value))
        slider.sliderReleased.connect(lambda: self._widen(slider.value()))
        for widget, stretch in ((QLabel("Width", self), 0), (slider, 1), (told, 0)):
            row.addWidget(widget, stretch)
        return row

    def _widen(self, width: int) -> None:
        scenario = self._session.scenario
        if isinstance(scenario, Electrophysiology) and scenario.vein_width != width:
            self._change({"vein_width": float(width)}, "Change the width of the vein")

    def _change(self, changes: dict[str, object], words: str) -> None:
        scenario = self._session.scenario
        if not isinstance(scenario, Electrophysiology):
            return
        changed = scenario.model_copy(update=changes)
        if self._drawing:
            self._session.edit_scenario(self._session.scenario_name, changed, words)
        else:
            store_within(self._session, changed, words)

    def _spread(self) -> None:
        session, scenario = self._session, self._session.scenario
        if session.mesh is None or not isinstance(scenario, Electrophysiology):
            return
        try:
            found = dict.fromkeys((*scenario.candidates, *places_along(session.mesh, scenario, ALONG)))
        except Refused as refusal:
            session.said.emit(str(refusal), "warn")
            return
        store_within(session, scenario.model_copy(update={"candidates": tuple(found)}), "Try places along the vein")


def store_within(session: Session, scenario: Electrophysiology, words: str) -> None:
    """Keep a scenario with its left leads and the places tried in the corridor of its vein (can be undone)."""
    if session.mesh is None:
        return
    try:
        session.edit_scenario(session.scenario_name, within_vein(session.mesh, scenario), words)
    except Refused as refusal:
        session.said.emit(str(refusal), "warn")


def lead_vein_on(session: Session, scenario: Electrophysiology, place: Place) -> None:
    """One more place of the vein; leads are brought to it once it is ended, or they would follow its first clicks."""
    if session.mesh is None:
        return
    try:
        vein = longer_vein(session.mesh, scenario.vein, place)
    except Refused as refusal:
        session.said.emit(str(refusal), "warn")
        return
    changed = scenario.model_copy(update={"vein": vein, "vein_width": scenario.vein_width or USUAL_WIDTH})
    session.edit_scenario(session.scenario_name, changed, "Lead the vein on")


def draw_vein(scene: Scene, mesh: HeartMesh | None, scenario: Electrophysiology | None, colour: str) -> None:
    """Draw the vein and its corridor on the epicardium, or take them away."""
    view, vein = scene.views[0], scenario.vein if scenario is not None else ()
    view.show_way("vein", vein, colour)
    wide = scenario.vein_width if scenario is not None else 0.0
    view.show_body("corridor", corridor_skin(mesh, vein, wide), COLOUR, OPACITY)


def corridor_skin(mesh: HeartMesh | None, vein: tuple[Place, ...], width: float) -> pv.PolyData:
    """The part of the epicardium in the corridor, a little outside it; nothing without a vein."""
    outer = mesh.tagged("epi") if mesh is not None and vein and width > 0 else np.empty((0, 3), int)
    if mesh is None or not len(outer):
        return pv.PolyData()
    skin = pv.PolyData.from_regular_faces(np.asarray(mesh.points, float), outer).clean()
    skin = skin.compute_normals(cell_normals=False, split_vertices=False, consistent_normals=False)
    skin.point_data["away"] = distance_to_way(np.array(vein), np.asarray(skin.points))
    part = skin.clip_scalar(scalars="away", value=width / 2)
    if part.n_points:
        part.points = part.points + LIFT * part.point_data["Normals"]
    return part
