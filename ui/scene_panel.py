"""The 3D heart with its controls above, its legends beside it and a read-out below."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from scipy.spatial import cKDTree

from app.palettes import palettes
from solvers.result import Field, Result
from solvers.scenario import Electrophysiology
from ui.heart_surface import HeartSurface, long_cut
from ui.icons import icon
from ui.legend import Legend
from ui.look import MODES, VALUE
from ui.painting import Painting, frame_at, modes_of, paint, shared_limits, suited
from ui.readout import readout
from ui.scene import Scene
from ui.session import Session, shown_fields
from ui.theme import px
from ui.widgets import Segments

SIMULATED_STEPS = ("simulate", "plan", "compare", "report")


class ScenePanel(QWidget):
    """Shows the heart the way the session looks at it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._frame = 0
        self.paintings: tuple[Painting, ...] = ()
        self.scene = Scene(self)
        self.legends = (Legend(self), Legend(self))
        self.fields = QComboBox(self)
        self.fields.setMinimumWidth(px(150))
        self.fields.setToolTip("What is drawn on the heart")
        self.modes = Segments(MODES, self)
        self.title = QLabel(self)
        self.title.setProperty("role", "head")
        self.badge = QLabel("SIMULATED", self)
        self.badge.setProperty("role", "badge")
        self.badge.setToolTip("These values were computed by a model, not measured.")
        self.told = QLabel(self)
        self.told.setProperty("role", "muted")
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.tools = {name: self._tool(name, tip) for name, tip in TOOLS.items()}
        self._lay_out()
        self._listen()
        self.dress()
        self.reload()

    # --- what the session says ------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Look at the heart again: another case, another mesh."""
        mesh = self._session.mesh
        self._set_surface()
        self.scene.setVisible(mesh is not None)
        self.empty.setVisible(mesh is None)
        case = self._session.case
        self.empty.setText("No heart yet.\nSegment the scan, then build the heart." if case else "Open a case to see its heart.")
        self.refresh()

    def refresh(self) -> None:
        """Draw the heart the way it is looked at now."""
        session = self._session
        result, mesh = session.result, session.mesh
        field = session.field if session.step in SIMULATED_STEPS else None
        painted = field is not None and mesh is not None and _fits(field, len(mesh.points))
        self._fill_controls(painted)
        if mesh is None:
            self._show_legends(())
            return
        if (self.scene.surface is not None) and (self.scene.surface.cut is not None) != session.look.cut:
            self._set_surface()
        if not painted or result is None:
            self.paintings = ()
            self.scene.show_tissue()
        else:
            self._frame = frame_at(result.fields[session.look.field], session.time)
            self.paintings = self._paintings()
            self.scene.paint(self.paintings, session.look.isochrones)
        self._show_legends(self.paintings)
        self._show_extras(painted)
        self._show_marks()
        self._tell()

    def follow_time(self) -> None:
        """Another moment of the same field."""
        session = self._session
        result = session.result
        if not self.paintings or result is None or session.look.field not in result.fields:
            return
        field = result.fields[session.look.field]
        if field.times:
            frame = frame_at(field, session.time)
            if frame != self._frame:
                self._frame = frame
                self.paintings = self._paintings()
                self.scene.repaint(self.paintings)
                self._show_arrows()
        else:
            self._show_front()
        self._tell()

    def dress(self) -> None:
        """Wear the session's theme."""
        theme = self._session.theme
        self.scene.dress(theme)
        for name, tool in self.tools.items():
            tool.setIcon(icon(name, theme.muted, theme.accent))
        self._show_legends(self.paintings)

    # --- drawing ----------------------------------------------------------------------------------------------------------

    def _set_surface(self) -> None:
        mesh = self._session.mesh
        cut = long_cut(mesh) if mesh is not None and self._session.look.cut else None
        self.scene.set_surface(HeartSurface(mesh, cut) if mesh is not None else None)

    def _paintings(self) -> tuple[Painting, ...]:
        session, look = self._session, self._session.look
        result = session.result
        assert result is not None
        if session.step == "compare":
            other = session.result_of(look.other)
            if other is not None and look.field in other.fields:
                limits = shared_limits(result.fields[look.field], other.fields[look.field])
                single = look.changed(mode=VALUE if look.mode not in (VALUE, "doubt") else look.mode)
                return (*paint(result, single, self._frame, limits), *paint(other, single, self._frame, limits))
        answer = session.answer
        field = result.fields[look.field]
        if session.step == "plan" and answer is not None and look.field == "activation_time":
            fresh = Field(values=answer.activation, unit=field.unit, label=field.label, low_word="EARLY", high_word="LATE")
            return paint(_with_field(result, look.field, fresh), look.changed(mode=VALUE), 0)
        return paint(result, look, self._frame)

    def _show_legends(self, paintings: tuple[Painting, ...]) -> None:
        shared = len(paintings) == 2 and paintings[0].kind == paintings[1].kind
        ours: list[Painting | None] = list(paintings) + [None, None]
        # the left legend belongs to the left of two views, the right one to a single view
        left, right = (ours[0], ours[1]) if len(paintings) == 2 and not shared else (None, ours[0])
        for legend, painting in zip(self.legends, (left, right), strict=True):
            legend.setVisible(painting is not None)
            legend.show_painting(painting, self._session.theme)

    def _show_extras(self, painted: bool) -> None:
        session = self._session
        mesh = session.mesh
        for view in self.scene.views:
            view.hide("front")
            view.hide("arrows")
        if painted:
            self._show_arrows()
        if mesh is None or mesh.fiber is None or not session.look.fibers:
            self.scene.views[0].hide("fibers")
            return
        centres = mesh.points[mesh.tets].mean(axis=1)
        near = _outer(centres, mesh.points[np.unique(mesh.facets)], mesh.edge_length())
        chosen = near[:: max(1, len(near) // 6000)]
        self.scene.views[0].show_fibers(centres[chosen], mesh.fiber[chosen], mesh.edge_length() * 1.3)

    def _show_arrows(self) -> None:
        session = self._session
        field, mesh = session.field, session.mesh
        values = np.asarray(field.values) if field is not None else np.empty(0)
        if field is None or mesh is None or values.ndim != (3 if field.times else 2) or not session.look.cut:
            return
        frame = values[self._frame] if field.times else values
        origin, normal = long_cut(mesh)
        away = (mesh.points - origin) @ normal
        near = np.flatnonzero(np.abs(away) < mesh.edge_length() * 0.6)
        near = near[:: max(1, len(near) // 700)]
        self.scene.views[0].show_arrows(mesh.points[near], frame[near], mesh.edge_length() * 5)

    def _show_front(self) -> None:
        session = self._session
        if self.scene.surface is None or "activation" not in session.look.field:
            return
        for view, painting in zip(self.scene.views, self.paintings, strict=False):
            if painting.kind == "value":
                view.show_front(self.scene.surface, painting.values, session.time)
        self.scene.render()

    def _show_marks(self) -> None:
        session = self._session
        theme = session.theme
        point = np.array([session.point]) if session.point is not None else np.empty((0, 3))
        self.scene.mark("point", point, theme.accent, 1.8)
        scenario = session.scenario
        sites = scenario.sites if isinstance(scenario, Electrophysiology) and session.step == "plan" else ()
        self.scene.mark("sites", np.array([(s.x, s.y, s.z) for s in sites]).reshape(-1, 3), "#ffd166", 3.2)

    def _tell(self) -> None:
        self.told.setText(readout(self._session, self.paintings))

    # --- controls ---------------------------------------------------------------------------------------------------------

    def _fill_controls(self, painted: bool) -> None:
        session, look = self._session, self._session.look
        result = session.result
        self.badge.setVisible(painted)
        for widget in (self.fields, self.modes, self.tools["palette"], self.tools["lines"]):
            widget.setVisible(painted)
        if not painted or result is None:
            self.title.setText("The heart" if session.mesh is not None else "")
            self.tools["fibers"].setVisible(session.mesh is not None and session.mesh.fiber is not None)
            self._check_tools()
            return
        choices = shown_fields(result)
        self.fields.blockSignals(True)
        if [self.fields.itemData(i) for i in range(self.fields.count())] != list(choices):
            self.fields.clear()
            for name, text in choices.items():
                self.fields.addItem(text, name)
        self.fields.setCurrentIndex(self.fields.findData(look.field))
        self.fields.blockSignals(False)
        allowed = modes_of(result, look.field)
        self.modes.show_choice(look.mode if look.mode in allowed else VALUE, allowed)
        self.modes.setToolTip("" if len(allowed) > 1 else "This run has no ensemble, so its doubt is not known.")
        scenario = session.scenarios.get(look.run)
        self.title.setText(scenario.title if scenario is not None else look.run)
        self.tools["fibers"].setVisible(session.mesh is not None and session.mesh.fiber is not None)
        self._check_tools()

    def _check_tools(self) -> None:
        look = self._session.look
        for name, on in (("cut", look.cut), ("fibers", look.fibers), ("lines", look.isochrones)):
            self.tools[name].setChecked(on)

    def _tool(self, name: str, tip: str) -> QToolButton:
        tool = QToolButton(self)
        tool.setProperty("role", "flat")
        tool.setIconSize(QSize(px(19), px(19)))
        tool.setToolTip(tip)
        if name in ("cut", "fibers", "lines"):
            key = "isochrones" if name == "lines" else name
            tool.setCheckable(True)
            tool.clicked.connect(lambda on: self._session.set_look(**{key: on}))
        if name == "front":
            tool.clicked.connect(lambda: self.scene.look_from(0.35, 1.0, 0.22))
        if name == "palette":
            menu = QMenu(tool)
            menu.aboutToShow.connect(lambda: self._fill_palettes(menu))
            tool.setMenu(menu)
            tool.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return tool

    def _fill_palettes(self, menu: QMenu) -> None:
        look = self._session.look
        menu.clear()
        for name, palette in palettes().items():
            act = menu.addAction(palette.label)
            act.setCheckable(True)
            act.setChecked(name == (look.palette or suited(look.field)))
            act.triggered.connect(lambda _=False, n=name: self._session.set_look(palette=n))

    def _lay_out(self) -> None:
        head = QFrame(self)
        head.setObjectName("viewHeader")
        row = QHBoxLayout(head)
        row.setContentsMargins(px(10), px(6), px(8), px(6))
        row.setSpacing(px(8))
        row.addWidget(self.fields)
        row.addWidget(self.modes)
        row.addStretch(1)
        for tool in self.tools.values():
            row.addWidget(tool)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.legends[0])
        middle.addWidget(self.scene, 1)
        middle.addWidget(self.empty, 1)
        middle.addWidget(self.legends[1])
        foot = QHBoxLayout()
        foot.setContentsMargins(px(12), px(4), px(12), px(6))
        foot.setSpacing(px(10))
        foot.addWidget(self.badge)
        foot.addWidget(self.title)
        foot.addWidget(self.told, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addLayout(middle, 1)
        layout.addLayout(foot)

    def _listen(self) -> None:
        session = self._session
        session.case_changed.connect(self.reload)
        session.data_changed.connect(self.reload)
        for signal in (session.look_changed, session.step_changed, session.answer_changed):
            signal.connect(self.refresh)
        session.time_changed.connect(self.follow_time)
        session.point_changed.connect(self._point_moved)
        session.scenario_changed.connect(self._show_marks)
        session.theme_changed.connect(self.dress)
        self.fields.currentIndexChanged.connect(lambda i: session.set_look(field=self.fields.itemData(i)))
        self.modes.chosen.connect(lambda mode: session.set_look(mode=mode))

    def _point_moved(self) -> None:
        self._show_marks()
        self._tell()


TOOLS = {
    "palette": "Colours",
    "lines": "Isochrones",
    "fibers": "Fibre directions",
    "cut": "Cut the heart open",
    "front": "Look from the front",
}


def _fits(field: Field, nodes: int) -> bool:
    """Whether a field is on the nodes of this mesh (an older run may be on another)."""
    return np.asarray(field.values).shape[1 if field.times else 0] == nodes


def _with_field(result: Result, name: str, field: Field) -> Result:
    return replace(result, fields={name: field})


def _outer(centres: NDArray[np.floating], skin: NDArray[np.floating], reach: float) -> NDArray[np.integer]:
    """Indices of the tetrahedra that touch the skin."""
    away, _ = cKDTree(skin).query(centres, distance_upper_bound=reach)
    return np.flatnonzero(np.isfinite(away))
