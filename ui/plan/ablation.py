"""Ablation: lesions set by clicks, spots or a line over the surface; the wave is solved without that tissue at once."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider

from app.scenario_tree import as_child
from geometry.errors import Refused
from solvers.electrophysiology.lesions import ablated_metrics, ablated_tets, lesion_notes
from solvers.scenario import Electrophysiology, Lesion
from ui.plan.induction_rows import InductionRows
from ui.plan.undo_row import undo_row
from ui.plan_panel import PlanPanel
from ui.scene import Scene
from ui.session import Point, Session
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Segments, button, label, section

TITLE = "Ablation"
LEAD = "Click on the heart where the catheter touches. What is ablated conducts no more; map and ECG follow."
COLOUR = "#d1495b"
DEPTHS = (0, 2, 3, 4, 5, 6, 8)  # mm; 0: through the wall
OWN = "_ablated"  # ends the name of a scenario made for lesions
MODES = {"spot": "Spot", "line": "Line"}


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
    scenario, mesh = session.scenario, session.mesh
    lesions = scenario.lesions if shown and isinstance(scenario, Electrophysiology) else ()
    tets = session.lesion_tets(lesions) if lesions else None
    scene.views[0].show_tets("lesions", mesh, tets, COLOUR)
    scene.draw()


class Panel(PlanPanel):
    """Lesions of one scenario."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._fill()

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
            self.column.addWidget(section("Can re-entry be induced?"))
            self.column.addWidget(InductionRows(self.page, scenario, self))
            run = button(
                "Run with doubt", self._run, main=True, tip="Run this scenario in full, with its ensemble if it has one"
            )
            run.setEnabled(not self.watch.busy)
            self.column.addWidget(run)

    def _add_tool(self) -> None:
        self.column.addWidget(section("A click adds"))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        how = Segments(MODES, self)
        how.show_choice(self.mode)
        how.chosen.connect(self._choose)
        row.addWidget(how)
        row.addStretch(1)
        if self.mode == "line" and self.page.kept.get("drawing"):
            row.addWidget(button("End this line", self._end_line))
        self.column.addLayout(row)
        self.column.addLayout(self._slider("Radius", "radius", tuple(0.5 * k for k in range(2, 21)), 4.0))
        self.column.addLayout(self._slider("Depth", "depth", DEPTHS, 0))

    def _slider(self, words: str, key: str, steps: tuple[float, ...], usual: float) -> QHBoxLayout:
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
            self.page.kept[key] = float(value)
            told.setText("whole wall" if key == "depth" and value == 0 else f"{value:g} mm")

        slider.valueChanged.connect(show)
        slider.setValue(steps.index(self.page.kept.get(key, usual)))
        show(slider.value())
        for widget, stretch in ((head, 0), (slider, 1), (told, 0)):
            row.addWidget(widget, stretch)
        return row

    def _add_lesions(self, scenario: Electrophysiology) -> None:
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
        gone = self.session.lesion_tets(scenario.lesions)
        if gone is None:
            self.column.addWidget(label("These lesions do not lie on this heart; remove them.", "bad"))
            return
        self.page.add_metrics_to(self.column, ablated_metrics(mesh, gone), "What is ablated")
        for note in lesion_notes(mesh, scenario.lesions):
            self.column.addWidget(label(note, "small"))

    @property
    def mode(self) -> str:
        """spot or line."""
        return str(self.page.kept.get("lesion", "spot"))

    def place(self, point: Point) -> None:
        """A click on the heart: another spot, or the next point of the line."""
        mesh, scenario = self.session.mesh, self._own_scenario()
        if mesh is None or scenario is None:
            return
        where = (round(point[0], 2), round(point[1], 2), round(point[2], 2))
        radius, depth = self.page.kept.get("radius", 4.0), self.page.kept.get("depth", 0.0)
        lesions = scenario.lesions
        growing = self.mode == "line" and self.page.kept.get("drawing") and lesions and lesions[-1].shape == "line"
        if growing:
            last = lesions[-1]
            lesions = (*lesions[:-1], last.model_copy(update={"points": (*last.points, where)}))
        else:
            shape = "line" if self.mode == "line" else "spots"
            lesions = (*lesions, Lesion(shape=shape, points=(where,), radius=radius, depth=depth))
        try:
            ablated_tets(mesh, lesions[-1:])
        except Refused as refusal:
            self.session.said.emit(str(refusal), "warn")
            return
        self.page.kept["drawing"] = self.mode == "line"
        self._store(scenario, lesions, "Go on with a line" if growing else "Add a lesion")

    def _own_scenario(self) -> Electrophysiology | None:
        """The scenario that lesions are added to; one without any is left alone: one compares with it."""
        session, scenario = self.session, self.session.scenario
        if not isinstance(scenario, Electrophysiology):
            return None
        if scenario.lesions or session.scenario_name.endswith(OWN):
            return scenario
        name = f"{session.scenario_name}{OWN}"
        fresh = scenario.model_copy(update={"title": f"{scenario.title}, ablated"})
        session.keep_scenario(name, as_child(session.scenarios, session.scenario_name, fresh))
        session.choose_scenario(name, show_run=False)
        child = session.scenario
        return child if isinstance(child, Electrophysiology) else None

    def _store(self, scenario: Electrophysiology, lesions: tuple[Lesion, ...], words: str) -> None:
        self.session.edit_scenario(self.session.scenario_name, scenario.model_copy(update={"lesions": lesions}), words)

    def _remove(self, place: int) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            self.page.kept["drawing"] = False
            self._store(scenario, scenario.lesions[:place] + scenario.lesions[place + 1 :], "Remove a lesion")

    def _choose(self, mode: str) -> None:
        self.page.kept |= {"lesion": mode, "drawing": False}
        self.page.refresh()

    def _end_line(self) -> None:
        self.page.kept["drawing"] = False
        self.page.refresh()

    def _run(self) -> None:
        self.watch.start("simulate", {"scenario": self.session.scenario_name})


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
