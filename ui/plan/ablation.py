"""Ablation: spots, a line or painted lesions over the surface; the wave is solved without that tissue at once."""

from functools import partial

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.lesions import ablated_metrics, ablated_tets, lesion_notes
from solvers.scenario import Electrophysiology, Lesion
from ui.lesion_tool import BRUSH, DEPTHS, ERASER, LINE, RADII, TOOLS, LesionTool
from ui.plan.induction_rows import InductionRows
from ui.plan.live_numbers import LiveNumbers
from ui.plan.run_rows import RunRows, against_words
from ui.plan.undo_row import undo_row
from ui.plan_panel import PlanPanel
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.viewing import Point
from ui.widgets import Segments, button, label, section

TITLE = "Ablation"
LEAD = "Click or paint where the catheter touches. What is ablated conducts no more; map and ECG follow."
COLOUR, ERASED = "#d1495b", "#e6ecf2"
RING_LIFT = 2.0  # mm that the rim of the brush stands off the wall
HINT = (
    "Press on the heart and drag; with Ctrl the brush takes away. Beside the heart a drag turns it. Keys, once the heart was "
    "clicked: arrows move, space paints, Delete takes away, [ and ] change the radius."
)


def fits(session: Session) -> bool:
    """Where there is a wall and a scenario of its activation."""
    return session.mesh is not None and any(isinstance(s, Electrophysiology) for s in session.scenarios.values())


def asks(session: Session) -> bool:
    """Where there are lesions, and something starts the beat."""
    scenario = session.scenario
    if not isinstance(scenario, Electrophysiology) or not scenario.lesions:
        return False
    return scenario.start != "paced" or bool(scenario.sites)


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """Colour what is ablated on the surface, or take the colour away."""
    scenario = session.scenario
    lesions = scenario.lesions if shown and isinstance(scenario, Electrophysiology) else ()
    show_ablated(scene, session.mesh, session.lesion_tets(lesions) if lesions else None)
    if not shown or session.lesions.tool.shape not in (BRUSH, ERASER):
        show_ring(scene, None, session.lesions.tool)


def show_ablated(scene: Scene, mesh: HeartMesh | None, tets: NDArray[np.bool_] | None) -> None:
    """Colour these tetrahedra on the surface; none: take the colour away."""
    scene.views[0].show_tets("lesions", mesh, tets, COLOUR)
    scene.draw()


def show_ring(scene: Scene, place: Point | None, tool: LesionTool) -> None:
    """The rim of the brush around a place on the heart; no place: take it away."""
    ring = pv.PolyData()
    if place is not None:
        away = np.asarray(scene.plotter.renderers[0].camera.position) - np.asarray(place)
        ring = pv.Polygon(center=place, radius=tool.radius, normal=away, n_sides=48, fill=False)
        ring.points = ring.points + RING_LIFT * away / np.linalg.norm(away)
    scene.views[0].show_ring("brush", ring, ERASED if tool.shape == ERASER else COLOUR)
    scene.draw()


class Panel(PlanPanel):
    """Lesions of one scenario."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.volume: QLabel | None = None
        self._sliders: dict[str, QSlider] = {}
        self._fill()
        self.session.make_ready_for_lesions()
        self.session.lesions.tool_changed.connect(self._follow_tool)
        self.session.lesions.painted.connect(self._tell_volume)

    def _fill(self) -> None:
        session, scenario = self.session, self.session.scenario
        self.column.addWidget(label(LEAD, "muted"))
        if not isinstance(scenario, Electrophysiology) or session.mesh is None:
            self.column.addWidget(
                label("This scenario is one of blood flow; choose another in the step Simulate.", "small")
            )
            return
        if not scenario.lesions:
            words = f"\u2018{scenario.title}\u2019 stays as it is: the first click makes a scenario of its own for the lesions."
        else:
            words = f"Kept in the scenario \u2018{scenario.title}\u2019."
        self.column.addWidget(label(words, "small"))
        self._add_tool()
        self._add_lesions(scenario)
        if scenario.lesions:
            self._add_numbers(scenario)
            if session.answer is not None:
                self.column.addWidget(section("What it does"))
                self.column.addWidget(LiveNumbers(session, self))
                self.column.addWidget(label(against_words(session), "small"))
            self.column.addWidget(section("Can re-entry be induced?"))
            self.column.addWidget(InductionRows(self.page, scenario, self))
            self.column.addWidget(RunRows(self.page, scenario, self))

    def _add_tool(self) -> None:
        tool = self.session.lesions.tool
        self.column.addWidget(section("Tool"))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        how = Segments(TOOLS, self)
        how.show_choice(tool.shape)
        how.chosen.connect(self._choose)
        row.addWidget(how)
        row.addStretch(1)
        self.column.addLayout(row)
        if tool.shape == LINE and tool.drawing:
            self.column.addWidget(button("End this line", self._end_line))
        if tool.shape in (BRUSH, ERASER):
            self.column.addWidget(label(HINT, "small"))
        self.column.addLayout(self._slider("Radius", "radius", RADII))
        if tool.shape != ERASER:
            self.column.addLayout(self._slider("Depth", "depth", DEPTHS))

    def _slider(self, words: str, key: str, steps: tuple[float, ...]) -> QHBoxLayout:
        """A slider for the lesions that come; it changes nothing that is there."""
        row, slider, told = QHBoxLayout(), QSlider(Qt.Orientation.Horizontal, self), QLabel(self)
        row.setSpacing(px(8))
        head = QLabel(words, self)
        head.setFixedWidth(px(52))
        told.setFixedWidth(px(92))
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        slider.setRange(0, len(steps) - 1)

        def show(place: int) -> None:
            value = steps[place]
            self.session.lesions.take(**{key: float(value)})
            told.setText("whole wall" if key == "depth" and value == 0 else f"{value:g} mm")

        slider.setAccessibleName(words)
        slider.setValue(steps.index(getattr(self.session.lesions.tool, key)))
        slider.valueChanged.connect(show)
        self._sliders[key] = slider
        show(slider.value())
        for widget, stretch in ((head, 0), (slider, 1), (told, 0)):
            row.addWidget(widget, stretch)
        return row

    def _add_lesions(self, scenario: Electrophysiology) -> None:
        self.volume = label("", "small")
        self.volume.hide()
        self.column.addWidget(self.volume)
        self.column.addWidget(section("Lesions"))
        if not scenario.lesions:
            self.column.addWidget(label("None yet. Click on the heart.", "muted"))
        for number, lesion in enumerate(scenario.lesions, start=1):
            row = QHBoxLayout()
            row.addWidget(label(f"{number}   {_words(lesion)}"), 1)
            remove = button("Remove", partial(self._remove, number - 1))
            remove.setProperty("role", "link")
            row.addWidget(remove)
            self.column.addLayout(row)
        self.column.addWidget(undo_row(self.session, self))

    def _add_numbers(self, scenario: Electrophysiology) -> None:
        mesh = self.session.mesh
        assert mesh is not None
        gone, bed = self.session.lesion_tets(scenario.lesions), self.session.lesion_bed
        if gone is None:
            self.column.addWidget(label("These lesions do not lie on this heart; remove them.", "bad"))
            return
        self.page.add_metrics_to(self.column, ablated_metrics(mesh, gone, bed), "What is ablated")
        for note in lesion_notes(mesh, scenario.lesions, bed):
            self.column.addWidget(label(note, "small"))

    def place(self, point: Point) -> None:
        """A click on the heart: another spot, or the next point of the line; the brush sees to itself."""
        edits, mesh = self.session.lesions, self.session.mesh
        tool = edits.tool
        if mesh is None or tool.shape in (BRUSH, ERASER):
            return
        scenario = self.session.scenario
        if not isinstance(scenario, Electrophysiology):
            return
        where = (round(point[0], 2), round(point[1], 2), round(point[2], 2))
        lesions = scenario.lesions
        growing = tool.shape == LINE and tool.drawing and lesions and lesions[-1].shape == "line"
        if growing:
            last = lesions[-1]
            lesions = (*lesions[:-1], last.model_copy(update={"points": (*last.points, where)}))
        else:
            shape = "line" if tool.shape == LINE else "spots"
            lesions = (*lesions, Lesion(shape=shape, points=(where,), radius=tool.radius, depth=tool.depth))
        try:
            ablated_tets(mesh, lesions[-1:], self.session.lesion_bed)
        except Refused as refusal:
            self.session.said.emit(str(refusal), "warn")
            return
        edits.take(drawing=tool.shape == LINE)
        edits.store(lesions, "Go on with a line" if growing else "Add a lesion")

    def _remove(self, place: int) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            self.session.lesions.take(drawing=False)
            self.session.lesions.store(scenario.lesions[:place] + scenario.lesions[place + 1 :], "Remove a lesion")

    def _follow_tool(self) -> None:
        """The keys changed the radius."""
        tool = self.session.lesions.tool
        for key, steps in (("radius", RADII), ("depth", DEPTHS)):
            if key in self._sliders:
                self._sliders[key].setValue(steps.index(getattr(tool, key)))

    def _tell_volume(self, volume: float) -> None:
        if self.volume is not None:
            self.volume.setText(f"While you paint: {volume:.2f} mL ablated")
            self.volume.show()

    def _choose(self, mode: str) -> None:
        self.session.lesions.take(shape=mode, drawing=False)
        self.page.refresh()

    def _end_line(self) -> None:
        self.session.lesions.take(drawing=False)
        self.page.refresh()


def _words(lesion: Lesion) -> str:
    count = len(lesion.points)
    what = (
        f"Line, {count} point{'s' if count > 1 else ''}"
        if lesion.shape == "line"
        else "Spot"
        if count == 1
        else f"{count} spots"
    )
    deep = f"{lesion.depth:g} mm deep" if lesion.depth else "through the wall"
    return f"{what}, radius {lesion.radius:g} mm, {deep}"
