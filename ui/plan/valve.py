"""A transcatheter aortic valve: size and depth, how it fits, and what it leaves open."""

import numpy as np
import pyvista as pv
from PySide6.QtCore import QPointF

from geometry.measures.body import body_surface
from solvers.devices.records import Device, ImplantedValve
from solvers.devices.sealing import wall_gap
from solvers.devices.sizing import SizeChoice, choose_size
from solvers.devices.valve_fit import ValveFit, fit_valve, valve_child
from solvers.devices.valve_sizes import FAMILIES, find_size, sizes_of
from solvers.scenario import Electrophysiology, Flow
from ui.device_drawing import (
    GRIP,
    METAL,
    SEEN_THROUGH,
    SKIRT,
    cylinder,
    distance_scale,
    hide_device,
    wall_map,
    wire_frame,
)
from ui.number_list import NumberList
from ui.painting import Painting
from ui.plan.ostium_rows import OstiumRows
from ui.plan_devices import DevicePanel, fresh_name, keep_device, kept_device, parent_flow, scenario_with
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.viewing import Point
from ui.widgets import Fold, Segments, button, label, notice, section

TITLE = "Aortic valve"
SEALS_UP_TO = 3.0  # mm above the annulus up to which the map is drawn: beyond, leaflets are pushed aside
DEPTHS = (-4.0, 12.0, 0.5)  # mm
GROUPS = {
    "Fit": ("oversizing_area", "oversizing_perimeter", "largest_gap", "open_share"),
    "Leak beside the valve": ("leak_volume", "leak_volume_yielding", "leak_orifice"),
    "Gradient": ("gradient_at_flow", "expected_gradient", "expected_orifice", "orifice_index"),
    "Neighbours": (
        "left_coronary_height",
        "left_coronary_clearance",
        "right_coronary_height",
        "right_coronary_clearance",
        "sinus_diameter",
        "septum_margin",
        "septum_overlap",
        "new_conduction",
    ),
    "Annulus": ("annulus_area", "annulus_perimeter", "annulus_min_diameter", "annulus_max_diameter"),
}


def fits(session: Session) -> bool:
    """Where there is a root with an annulus and a scenario of flow."""
    return parent_flow(session) is not None and session.aortic_root is not None


def current(session: Session) -> ImplantedValve | None:
    """The valve as it is moved, as a scenario has it, or the one that the annulus asks for."""
    kept, root = kept_device(session, ImplantedValve), session.aortic_root
    if kept is not None or root is None:
        return kept
    fresh = ImplantedValve()
    likely = choose_size(fresh.family, root.ring, fresh.edge_doubt).likely
    return fresh.model_copy(update={"size": likely[0].size}) if likely else fresh


def keep(session: Session, device: Device, text: str) -> None:
    """Let the scenario have the valve (can be undone)."""
    keep_device(session, ImplantedValve, "valve", _child, device, text)


def _child(parent: Electrophysiology | Flow, device: Device) -> Electrophysiology | Flow:
    assert isinstance(parent, Flow) and isinstance(device, ImplantedValve)
    title = f"Valve {device.size} mm, {FAMILIES[device.family].lower()}"
    return valve_child(parent, device).model_copy(update={"title": title})


def grip(session: Session) -> Point | None:
    """The middle of the frame."""
    root, valve = session.aortic_root, current(session)
    if root is None or valve is None:
        return None
    up = find_size(valve.family, valve.size).frame / 2 - valve.depth
    x, y, z = (float(v) for v in root.ring.center + up * root.ring.normal)
    return x, y, z


def dragged(session: Session, scene: Scene, device: Device, start: QPointF, spot: QPointF) -> Device | None:
    """The frame slid along the axis by as much as the mouse moved along it on the screen."""
    root = session.aortic_root
    if root is None or not isinstance(device, ImplantedValve):
        return None
    foot, tip = (scene.on_screen(root.ring.center + far * root.ring.normal) for far in (0.0, 10.0))
    way = tip - foot
    length = way.x() ** 2 + way.y() ** 2
    if length < 1.0:  # seen along the axis
        return None
    moved = spot - start
    return _at_depth(device, device.depth - 10.0 * (moved.x() * way.x() + moved.y() * way.y()) / length)


def pushed(session: Session, device: Device, right: int, up: int) -> Device | None:
    """Half a millimetre up or down; left and right change the size."""
    if not isinstance(device, ImplantedValve):
        return None
    if up:
        return _at_depth(device, device.depth - DEPTHS[2] * up)
    sizes = [size.size for size in sizes_of(device.family)]
    at = sizes.index(device.size) + right
    return device.model_copy(update={"size": sizes[min(max(at, 0), len(sizes) - 1)]})


def _at_depth(valve: ImplantedValve, depth: float) -> ImplantedValve:
    low, high, step = DEPTHS
    return valve.model_copy(update={"depth": float(np.clip(round(depth / step) * step, low, high))})


def scale(session: Session) -> Painting | None:
    """The legend of the gap."""
    return distance_scale("Frame to wall", "PUSHES", "GAP")


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """The frame in the root, the wall beside it coloured by its distance, the ostia."""
    root, mesh, valve = session.aortic_root, session.mesh, current(session) if shown else None
    view = scene.views[0]
    if root is None or mesh is None or valve is None:
        if not shown and "valve" in scene.shown_devices:
            scene.shown_devices.discard("valve")
            hide_device(scene)
            scene.mark("ostia", np.empty((0, 3)), GRIP)
        return
    scene.shown_devices.add("valve")
    size = find_size(valve.family, valve.size)
    low, high = -valve.depth, size.frame - valve.depth
    center, axis = root.ring.center, root.ring.normal
    view.show_body("device", wire_frame(center, axis, size.radius, low, high), METAL[session.theme.name])
    view.show_body("device_skirt", cylinder(center, axis, 0.985 * size.radius, low, max(0.0, low)), SKIRT, 0.35)
    sealing = valve.depth + SEALS_UP_TO if valve.depth > -SEALS_UP_TO else 1.0
    view.show_patch(
        "device_map", wall_map(mesh, wall_gap(mesh, root, size.radius, valve.depth, min(size.frame, sealing)))
    )
    level = int(np.abs(root.height).argmin())
    outline = root.sections.ring(level)
    view.show_ring("device_grip", pv.lines_from_points(outline, close=True), GRIP)
    ostia = [place for place in (valve.left_ostium, valve.right_ostium) if place is not None]
    scene.mark("ostia", np.array(ostia).reshape(-1, 3), GRIP, 1.6)
    view.make_glass(SEEN_THROUGH)
    scene.draw()


class Panel(DevicePanel):
    """Family, size and depth; the numbers follow."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        valve, root = current(self.session), self.session.aortic_root
        if valve is None or root is None:
            return
        self.valve, self.root = valve, root
        self.lists = {head: NumberList(names, self) for head, names in GROUPS.items()}
        self._add_choice(choose_size(valve.family, root.ring, valve.edge_doubt))
        self.warnings = label("", "bad")
        self.column.addWidget(self.warnings)
        for head, numbers in self.lists.items():
            self.column.addWidget(section(head))
            self.column.addWidget(numbers)
        self._add_more()
        self._add_foot()
        self._tell()
        self.session.device_changed.connect(self._tell)

    def place(self, point: Point) -> None:
        """A click on the heart: an ostium, where one is being placed."""
        which = str(self.page.kept.get("ostium", ""))
        if which:
            x, y, z = (round(v, 2) for v in point)
            self._keep({which: (x, y, z)}, f"Place the {which.replace('_', ' ')}")

    def _add_choice(self, choice: SizeChoice) -> None:
        valve = self.valve
        self.column.addWidget(label("Drag the frame along its axis, or use the arrow keys.", "muted"))
        family = Segments(dict(FAMILIES), self)
        family.show_choice(valve.family)
        family.chosen.connect(self._choose_family)
        self.column.addWidget(family)
        self.column.addWidget(section("Size, and its chance"))
        chances = {size.size: chance for size, chance in choice.chances}
        sizes = Segments({str(k): f"{k} mm\n{100 * chance:.0f} %" for k, chance in chances.items()}, self)
        sizes.show_choice(str(valve.size))
        sizes.chosen.connect(lambda key: self._keep({"size": int(key)}, "Choose a valve size"))
        self.column.addWidget(sizes)
        if choice.borderline or not choice.likely:
            self.column.addWidget(notice(choice.words()))
        self.add_slider("depth", "Frame below the annulus", valve.depth, DEPTHS, self._slide, self._let_go)

    def _add_more(self) -> None:
        valve, more = self.valve, Fold("Ostia, septum, doubt", bool(self.page.kept.get("more")), self)
        more.unfolded.connect(lambda on: self.page.kept.update(more=on))
        outer, self.column = self.column, more.column
        self.column.addWidget(OstiumRows(self.page, valve, self._keep, self))
        septum = self.add_number(
            "Membranous septum",
            valve.septum or 0.0,
            (0.0, 20.0, 0.5),
            lambda value: self._keep({"septum": value or None}, "Change the septum's length"),
        )
        septum.setSpecialValueText("not known")
        self.add_number(
            "Doubt of the annulus' edge, SD",
            valve.edge_doubt,
            (0.0, 2.0, 0.1),
            lambda value: self._keep({"edge_doubt": value}, "Change the doubt of the annulus"),
        )
        self.column = outer
        self.column.addWidget(more)

    def _add_foot(self) -> None:
        self.add_undo(ImplantedValve)
        name = scenario_with(self.session, ImplantedValve)
        run = button("Run the flow with it", self._run, main=True)
        run.setToolTip("Solve a beat through the expected orifice of this valve, to compare with the one before")
        run.setEnabled(not self.watch.busy)
        self.column.addWidget(run)
        if name:
            another = button("Another valve, to compare", self._another)
            another.setToolTip("A second scenario; this one stays as it is")
            self.column.addWidget(another)
        self.notes = label("", "small")
        self.column.addWidget(self.notes)

    def _tell(self) -> None:
        """Show the numbers of the valve where it is now."""
        valve = current(self.session)
        fit = self._fit(valve) if valve is not None else None
        if fit is None:
            return
        for numbers in self.lists.values():
            numbers.show_metrics(fit.metrics)
        self.warnings.setText("\n".join(fit.warnings))
        self.warnings.setVisible(bool(fit.warnings))
        self.notes.setText(" ".join(fit.notes))

    def _fit(self, valve: ImplantedValve) -> ValveFit | None:
        name, parent = scenario_with(self.session, ImplantedValve), parent_flow(self.session)
        flow = self.session.scenarios[name] if name else parent[1] if parent else None
        case = self.session.case
        if not isinstance(flow, Flow) or case is None:
            return None
        return fit_valve(self.root, valve, flow, body_surface(case.subject()))

    def _slide(self, depth: float) -> None:
        self.session.move_device(_at_depth(self.valve, depth))

    def _let_go(self, depth: float) -> None:
        self.session.move_device(None)
        self._keep({"depth": depth}, "Change the depth of the valve")

    def _choose_family(self, family: str) -> None:
        choice = choose_size(family, self.root.ring, self.valve.edge_doubt)
        size = choice.likely[0] if choice.likely else sizes_of(family)[0]
        self._keep({"family": family, "size": size.size}, "Choose a kind of valve")

    def _keep(self, changes: dict[str, object], text: str) -> None:
        keep(self.session, self.valve.model_copy(update=changes), text)

    def _another(self) -> None:
        session = self.session
        scenario = session.scenarios[scenario_with(session, ImplantedValve)]
        name = fresh_name(session, "valve")
        session.keep_scenario(name, scenario)
        session.choose_scenario(name, show_run=False)

    def _run(self) -> None:
        if not scenario_with(self.session, ImplantedValve):
            self._keep({}, "Try a valve")
        self.watch.start("simulate", {"scenario": scenario_with(self.session, ImplantedValve)})
