"""A stent or balloon in a narrowed vessel: where, how long, how wide, and the gradient before and after."""

import numpy as np
import pyvista as pv
from PySide6.QtCore import QPointF

from app.scenario_tree import as_child
from app.scenarios import exercise
from geometry.errors import Refused
from geometry.metric import Metric
from geometry.stretch import Stretch
from solvers.devices.records import Device, Stent
from solvers.devices.stenting import stent_child, stent_metrics, stent_stretch
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow
from ui.device_drawing import GRIP, METAL, SEEN_THROUGH, SKIRT, hide_device, tube_along
from ui.number_list import NumberList
from ui.plan_devices import DevicePanel, fresh_name, keep_device, kept_device, parent_flow, scenario_with
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.viewing import Point
from ui.widgets import button, label, notice, section

TITLE = "Stent / balloon"
AREAS = ("area_before", "area_after", "area_gain", "final_diameter", "wall_reached")
DROPS = {"mean_pressure_drop": "Mean pressure drop", "peak_pressure_drop": "Peak pressure drop"}
RING = 2.0  # mm between the drawn rings
ROUND = 2.0  # mm, to which a first size is rounded


def fits(session: Session) -> bool:
    """Where blood flows through a vessel from an inlet to an outlet."""
    mesh = session.mesh
    ends = set(mesh.facet_names.values()) if mesh is not None and mesh.kind == "blood_pool" else set()
    return parent_flow(session) is not None and {"inlet", "outlet", "wall"} <= ends


def current(session: Session) -> Stent | None:
    """The stent as it is moved, as a scenario has it, or one for the narrowest place; None without a centreline."""
    kept, line = kept_device(session, Stent), session.centerline
    if kept is not None or line is None:
        return kept
    wide = 2 * np.sqrt(line.area[line.throat] / np.pi)
    x, y, z = (round(float(v), 2) for v in line.points[line.throat])
    size = ROUND * np.ceil(1.15 * wide / ROUND)
    return Stent(x=x, y=y, z=z, diameter=float(size), length=float(max(size / 2, 6.0)))


def keep(session: Session, device: Device, text: str) -> None:
    """Let the scenario have the stent (can be undone)."""
    keep_device(session, Stent, "stent", _child, device, text)


def _child(parent: Electrophysiology | Flow, device: Device) -> Electrophysiology | Flow:
    assert isinstance(parent, Flow) and isinstance(device, Stent)
    return stent_child(parent, device).model_copy(update={"title": f"Stent {device.diameter:g} x {device.length:g} mm"})


def grip(session: Session) -> Point | None:
    """Its middle."""
    stent = current(session)
    return (stent.x, stent.y, stent.z) if stent is not None else None


def dragged(session: Session, scene: Scene, device: Device, start: QPointF, spot: QPointF) -> Device | None:
    """The stent at the place of the centreline that is nearest to the mouse on the screen."""
    line = session.centerline
    if line is None or not isinstance(device, Stent):
        return None
    away = [(scene.on_screen(place) - spot).manhattanLength() for place in line.points]
    return _at(device, line.points[int(np.argmin(away))])


def pushed(session: Session, device: Device, right: int, up: int) -> Device | None:
    """A millimetre along the vessel with up and down; a millimetre wider or narrower with right and left."""
    line = session.centerline
    if line is None or not isinstance(device, Stent):
        return None
    if right:
        return device.model_copy(update={"diameter": float(np.clip(device.diameter + right, 2, 50))})
    at = int(np.linalg.norm(line.points - (device.x, device.y, device.z), axis=1).argmin())
    there = int(np.abs(line.arc - (line.arc[at] + up)).argmin())
    return _at(device, line.points[there])


def _at(stent: Stent, place: np.ndarray) -> Stent:
    x, y, z = (round(float(v), 2) for v in place)
    return stent.model_copy(update={"x": x, "y": y, "z": z})


def stretch_of(session: Session, stent: Stent) -> Stretch | str:
    """The stretch of the vessel it lies in, or a sentence why it cannot."""
    mesh, line = session.mesh, session.centerline
    if mesh is None or line is None:
        return "The way of the blood is not known yet."
    try:
        return stent_stretch(mesh, line, stent)
    except Refused as refusal:
        return str(refusal)


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """The expanded stent in the vessel."""
    stent, view = current(session) if shown else None, scene.views[0]
    if stent is None:
        if "stent" in scene.shown_devices:
            scene.shown_devices.discard("stent")
            hide_device(scene)
        return
    scene.shown_devices.add("stent")
    stretch = stretch_of(session, stent)
    view.hide("device_map")
    if isinstance(stretch, Stretch):
        inside = (stretch.arc >= stretch.low) & (stretch.arc <= stretch.high)
        line = stretch.sections.points[inside]
        rings = np.linspace(0, len(line) - 1, max(int(stent.length / RING) + 1, 3)).astype(int)
        body = tube_along(line[rings], stent.final_diameter / 2)
        view.show_body("device_skirt", body, SKIRT, 0.25)
        view.show_body(
            "device",
            body.extract_all_edges().tube(radius=0.012 * stent.final_diameter, n_sides=5),
            METAL[session.theme.name],
        )
    else:
        view.hide("device")
        view.hide("device_skirt")
    view.show_body("device_grip", pv.Sphere(radius=1.4, center=grip(session)), GRIP)
    view.make_glass(SEEN_THROUGH)
    scene.draw()


class Panel(DevicePanel):
    """Size and place; areas follow, gradients come from runs."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        stent = current(self.session)
        if stent is None or self.session.centerline is None:
            self._ask_for_line()
            return
        self.stent = stent
        lead = "Drag it along the vessel, or click where it is to go. Arrow keys move it and change its diameter."
        self.column.addWidget(label(lead, "muted"))
        self._slider("diameter", "Diameter when expanded", (4, 40, 0.5))
        self._slider("length", "Length", (4, 60, 1))
        self._slider("recoil", "Recoil", (0, 40, 1), "%")
        self._slider("taper", "Vessel follows over", (2, 20, 1))
        self.wrong = notice("")
        self.column.addWidget(self.wrong)
        self.column.addWidget(section("Vessel within its length"))
        self.areas = NumberList(AREAS, self)
        self.column.addWidget(self.areas)
        self._add_drops()
        self._add_foot()
        self._tell()
        self.session.device_changed.connect(self._tell)

    def place(self, point: Point) -> None:
        """A click on the vessel: the stent goes to the place of the centreline nearest to it."""
        line = self.session.centerline
        if line is not None and hasattr(self, "stent"):
            at = line.points[int(np.linalg.norm(line.points - point, axis=1).argmin())]
            keep(self.session, _at(self.stent, at), "Move the stent")

    def _ask_for_line(self) -> None:
        words = "A stent follows the middle line of the vessel, which is not known on this mesh yet."
        self.column.addWidget(label(words, "muted"))
        find = button("Follow the vessel", lambda: self.watch.start("centerline", {}), main=True)
        find.setEnabled(not self.watch.busy)
        self.column.addWidget(find)

    def _slider(self, name: str, words: str, span: tuple[float, float, float], unit: str = "mm") -> None:
        text = f"Change the stent's {name}"

        def changed(value: float) -> Stent:
            return self.stent.model_copy(update={name: value})

        def let_go(value: float) -> None:
            self.session.move_device(None)
            keep(self.session, changed(value), text)

        value = float(getattr(self.stent, name))
        self.add_slider(name, words, value, span, lambda at: self.session.move_device(changed(at)), let_go, unit)

    def _tell(self) -> None:
        stent = current(self.session)
        if stent is None:
            return
        stretch = stretch_of(self.session, stent)
        self.wrong.setVisible(isinstance(stretch, str))
        self.areas.setVisible(isinstance(stretch, Stretch))
        if isinstance(stretch, Stretch):
            self.areas.show_metrics(stent_metrics(stretch, stent))
        else:
            words = self.wrong.findChild(type(label("")))
            if words is not None:
                words.setText(stretch)

    def _add_drops(self) -> None:
        """Pressure drops of the runs with the stent and of those without it, at rest and at exercise."""
        session, found = self.session, []
        for name, scenario in session.scenarios.items():
            if isinstance(scenario, Flow) and (scenario.device is None or scenario.device == self.stent):
                title = f"{scenario.title} (out of date)" if name in session.old_runs else scenario.title
                found += _drops(session.result_of(name), title, name)
        self.column.addWidget(section("Pressure drop, of the runs"))
        if not found:
            self.column.addWidget(label("None yet: run the flow.", "muted"))
            return
        drops = NumberList([metric.name for metric in found], self)
        drops.show_metrics(found)
        self.column.addWidget(drops)

    def _add_foot(self) -> None:
        self.add_undo(Stent)
        run = button("Run the flow with it", self._run, main=True)
        run.setToolTip("Move the wall of the mesh and solve a beat")
        run.setEnabled(not self.watch.busy)
        self.column.addWidget(run)
        if scenario_with(self.session, Stent):
            others = button("The same stent at exercise", self._at_exercise)
            others.setToolTip("A scenario with this stent at 110 beats a minute, to be run too")
            self.column.addWidget(others)
        told = "Rigid walls: the vessel takes the stent's shape at once. Plaque, dissection and wall stress are not modelled."
        self.column.addWidget(label(told, "small"))

    def _run(self) -> None:
        if not scenario_with(self.session, Stent):
            keep(self.session, self.stent, "Try a stent")
        self.watch.start("simulate", {"scenario": scenario_with(self.session, Stent)})

    def _at_exercise(self) -> None:
        session = self.session
        scenario = session.scenarios[scenario_with(session, Stent)]
        assert isinstance(scenario, Flow)
        name = fresh_name(session, "stent_exercise")
        harder = exercise(scenario).model_copy(update={"title": f"{scenario.title}, exercise"})
        session.keep_scenario(name, as_child(session.scenarios, scenario_with(session, Stent), harder))
        session.choose_scenario(name, show_run=False)


def _drops(result: Result | None, title: str, run: str) -> list[Metric]:
    if result is None:
        return []
    known = {metric.name: metric for metric in result.metrics}
    return [
        Metric(
            f"{run}/{name}",
            f"{title}: {words.lower()}",
            known[name].value,
            known[name].unit,
            known[name].low,
            known[name].high,
        )
        for name, words in DROPS.items()
        if name in known
    ]
