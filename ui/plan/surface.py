"""Any surface placed in the heart: how far it is from the walls, and how much of it lies in them."""

from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.devices import bring_surface, surface_metrics, surfaces, with_surface
from geometry.errors import Refused
from geometry.placed_surface import Fit, Shape, fit
from solvers.devices.records import UPRIGHT, Device, PlacedSurface
from solvers.scenario import Electrophysiology, Flow
from ui.device_drawing import GRIP, SEEN_THROUGH, colours, distance_scale, hide_device
from ui.gizmo import gizmo, handle_at, turn_around, way_along
from ui.number_list import NumberList
from ui.painting import Painting
from ui.plan_devices import DevicePanel, keep_device, kept_device
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.viewing import OWN_MAP, Point
from ui.widgets import Segments, button, label, section

TITLE = OWN_MAP
NUMBERS = ("clearance", "clearance_median", "near_share", "overlap", "beyond")
AXES = {"x": "left - right", "y": "back - front", "z": "foot - head"}
REACH, LEAST_REACH = 1.1, 10.0  # of the surface's own size, and mm: where its handles are
TURN, STEP = 5.0, 1.0  # degrees and mm of one push
QUICK = 4000  # samples of the volume while it is moved


def fits(session: Session) -> bool:
    """Where there is a heart with a scenario that can carry it."""
    return session.mesh is not None and bool(session.scenarios)


def current(session: Session) -> PlacedSurface | None:
    """The surface as it is moved or as a scenario has it; None while there is none."""
    return kept_device(session, PlacedSurface)


def keep(session: Session, device: Device, text: str) -> None:
    """Let the scenario have the surface (can be undone)."""
    keep_device(session, PlacedSurface, "surface", _child, device, text)


def _child(parent: Electrophysiology | Flow, device: Device) -> Electrophysiology | Flow:
    assert isinstance(device, PlacedSurface)
    return with_surface(parent, device).model_copy(update={"title": f"With {device.source}"})


def grip(session: Session) -> Point | None:
    """The middle of the surface."""
    shape = shape_of(session)
    if shape is None:
        return None
    x, y, z = shape.points.mean(axis=0).tolist()
    return x, y, z


def reach(shape: Shape) -> float:
    """mm from its middle to its handles."""
    return max(REACH * float(np.linalg.norm(shape.points - shape.points.mean(axis=0), axis=1).max()), LEAST_REACH)


def taken(session: Session, scene: Scene, spot: QPointF) -> bool:
    """Whether one of its handles is under a pixel."""
    shape = shape_of(session)
    return shape is not None and handle_at(scene, spot, shape.points.mean(axis=0), reach(shape)) is not None


def shape_of(session: Session, record: PlacedSurface | None = None) -> Shape | None:
    """The surface where it is; None where there is none or its file is gone."""
    record = record or current(session)
    try:
        shape = session.surface_of(record.source) if record is not None else None
        return shape.at(np.reshape(record.pose, (4, 4))) if shape is not None and record is not None else None
    except Refused:
        return None


def fit_of(session: Session, samples: int) -> Fit | None:
    """How it lies."""
    shape, heart = shape_of(session), session.surroundings
    return fit(shape, heart, samples) if shape is not None and heart is not None else None


def dragged(session: Session, scene: Scene, device: Device, start: QPointF, spot: QPointF) -> Device | None:
    """By a handle along or around its axis, else in the plane of the screen, as far as the mouse."""
    if not isinstance(device, PlacedSurface):
        return None
    shape, own = shape_of(session, device), session.surface_of(device.source)
    if shape is None or own is None:
        return None
    middle, radius = shape.points.mean(axis=0), reach(shape)
    handle = handle_at(scene, start, middle, radius)
    if handle is None:
        return moved(device, scene.shift(middle, start, spot))
    if handle.turns:
        degrees = turn_around(scene, middle, radius, handle.axis, start, spot)
        return turned(device, own, tuple(AXES)[handle.axis], degrees)
    return moved(device, way_along(scene, middle, handle.axis, start, spot) * np.eye(3)[handle.axis])


def pushed(session: Session, device: Device, right: int, up: int) -> Device | None:
    """A millimetre towards the head or foot, the patient's left or right."""
    return moved(device, np.array([-right, 0.0, up]) * STEP) if isinstance(device, PlacedSurface) else None


def moved(record: PlacedSurface, way: NDArray[np.floating]) -> PlacedSurface:
    """The same, shifted by (3,) mm."""
    pose = np.reshape(record.pose, (4, 4)).astype(float)
    pose[:3, 3] += way
    return record.model_copy(update={"pose": tuple(np.round(pose, 6).ravel().tolist())})


def turned(record: PlacedSurface, shape: Shape, axis: str, degrees: float) -> PlacedSurface:
    """The same, turned about its middle around an axis of the patient."""
    pose = np.reshape(record.pose, (4, 4)).astype(float)
    middle = pose[:3, :3] @ shape.points.mean(axis=0) + pose[:3, 3]
    turn = pv.transformations.axis_angle_rotation([float(axis == a) for a in AXES], degrees, point=middle)
    return record.model_copy(update={"pose": tuple(np.round(turn @ pose, 6).ravel().tolist())})


def scale(session: Session) -> Painting | None:
    """The legend of its clearance."""
    return distance_scale("Surface to wall", "CUTS IN", "CLEAR", turned=True) if current(session) is not None else None


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """The surface in the colours of its clearance."""
    view, shape, heart = scene.views[0], shape_of(session) if shown else None, session.surroundings if shown else None
    if shape is None or heart is None:
        if "surface" in scene.shown_devices:
            scene.shown_devices.discard("surface")
            hide_device(scene)
        return
    scene.shown_devices.add("surface")
    body = pv.PolyData.from_regular_faces(shape.points, shape.triangles)
    body.point_data["colour"] = colours(-heart.distance(shape.points))
    view.show_patch("device_map", body)
    view.show_patch("device_gizmo", gizmo(shape.points.mean(axis=0), reach(shape)))
    view.show_body("device_grip", pv.Sphere(radius=1.4, center=grip(session)), GRIP)
    view.make_glass(SEEN_THROUGH)
    scene.draw()


class Panel(DevicePanel):
    """Which surface, where, and its numbers."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.column.addWidget(
            label(
                "Bring a closed surface (STL, PLY, VTP, in mm); then drag its middle, an arrow or a ring, or "
                "click where it goes. Arrow keys move it too.",
                "muted",
            )
        )
        self.column.addWidget(button("Bring a surface\u2026", self._bring))
        record, case = current(self.session), self.session.case
        known = surfaces(case) if case is not None else ()
        if known:
            which = Segments({name: name for name in known}, self)
            which.show_choice(record.source if record is not None else "")
            which.chosen.connect(self._choose)
            self.column.addWidget(which)
        if record is None or shape_of(self.session) is None:
            return
        self.record = record
        self._add_pose()
        self.column.addWidget(section("How it fits"))
        self.numbers = NumberList(NUMBERS, self)
        self.column.addWidget(self.numbers)
        self.add_undo(PlacedSurface)
        told = "Geometry alone: nothing is pressed or bent, and the flow around it is not solved."
        self.column.addWidget(label(told, "small"))
        self._tell()
        self.session.device_changed.connect(self._tell)

    def place(self, point: Point) -> None:
        """A click on the heart: the middle of the surface goes there."""
        shape = shape_of(self.session)
        if shape is not None:
            keep(self.session, moved(self.record, np.asarray(point) - shape.points.mean(axis=0)), "Move the surface")

    def _add_pose(self) -> None:
        pose = np.reshape(self.record.pose, (4, 4))
        shape = self.session.surface_of(self.record.source)
        assert shape is not None
        middle = pose[:3, :3] @ shape.points.mean(axis=0) + pose[:3, 3]
        self.column.addWidget(section("Middle"))
        for k, (axis, words) in enumerate(AXES.items()):

            def entered(value: float, k: int = k) -> None:
                way = np.zeros(3)
                way[k] = value - middle[k]
                keep(self.session, moved(self.record, way), "Move the surface")

            self.add_number(f"{axis.upper()}, {words}", round(float(middle[k]), 1), (-500.0, 500.0, STEP), entered)
        self.column.addWidget(section("Turn"))
        for axis, words in AXES.items():
            turns = Segments({"-": f"\u2212{TURN:g}\u00b0", "+": f"+{TURN:g}\u00b0"}, self)
            turns.setToolTip(f"Turn it around the axis {words}")

            def turn(sign: str, axis: str = axis) -> None:
                degrees = TURN if sign == "+" else -TURN
                keep(self.session, turned(self.record, shape, axis, degrees), "Turn the surface")

            turns.chosen.connect(turn)
            row = QWidget(self)
            across = QHBoxLayout(row)
            across.setContentsMargins(0, 0, 0, 0)
            across.addWidget(label(f"Around {words}"), 1)
            across.addWidget(turns)
            self.column.addWidget(row)

    def _tell(self) -> None:
        found = fit_of(self.session, QUICK)
        if found is not None:
            self.numbers.show_metrics(surface_metrics(found))

    def _bring(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Bring a surface", "", "Surfaces (*.stl *.ply *.vtp *.vtk)")
        if path:
            self.bring(Path(path))

    def bring(self, path: Path) -> None:
        """Take a file into the case and put its surface into the middle of the heart."""
        case = self.session.case
        if case is None:
            return
        try:
            name = bring_surface(case, path)
        except Refused as refusal:
            self.session.said.emit(str(refusal), "bad")
            return
        self._choose(name)

    def _choose(self, name: str) -> None:
        shape, mesh = self.session.surface_of(name), self.session.mesh
        if shape is None or mesh is None:
            return
        fresh = PlacedSurface(source=name, pose=UPRIGHT)
        middle = mesh.points.mean(axis=0) - shape.points.mean(axis=0)
        record = current(self.session)
        pose = record.model_copy(update={"source": name}) if record is not None else moved(fresh, middle)
        keep(self.session, pose, "Place a surface")
