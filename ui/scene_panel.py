"""The 3D heart with its controls above, its legends beside it and its caption below."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.device_drag import DeviceDrag
from ui.flow_motion import FlowMotion
from ui.heart_parts import Shade, shade
from ui.heart_surface import HeartSurface, long_cut
from ui.lesion_brush import LesionBrush
from ui.look import VALUE
from ui.ostium_drag import OstiumDrag
from ui.painting import Painting, frame_at
from ui.picture_state import picture_state
from ui.scene import Scene
from ui.scene_caption import SceneCaption
from ui.scene_controls import SceneControls
from ui.scene_handles import Handles
from ui.scene_legends import SceneLegends
from ui.scene_overlays import show_anatomy, show_arrows, show_fibers, show_front, show_marks, show_network, show_worst
from ui.session import Session
from ui.shown_paintings import captions, shown_paintings
from ui.site_drag import SiteDrag, hide_lines
from ui.steps.plan import draw_plan
from ui.tried_beat import shown_field, tried, tried_modes
from ui.velocity_arrows import show_velocity


class ScenePanel(QWidget):
    """Shows the heart the way the session looks at it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._frame = 0
        self._drawn: tuple[object, ...] = ()
        self._alone = False  # one draw of the ensemble is shown
        self._surfaces: dict[bool, HeartSurface] = {}
        self.paintings: tuple[Painting, ...] = ()
        self._shade: Shade | None = None  # of the heart without any field
        self.scene = Scene(self)
        self.handles = Handles(self.scene)
        self.motion = FlowMotion(self.scene, session)
        self.sites = SiteDrag(self.scene, session)
        self.devices = DeviceDrag(self.scene, session)
        self.ostia = OstiumDrag(self.scene, session)
        self.brush = LesionBrush(self.scene, session)
        self.controls = SceneControls(session, self)
        self.legends = SceneLegends(session, self)
        self.caption = SceneCaption(session, self)
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self._lay_out()
        self._listen()
        self.dress()
        self.reload()

    def reload(self) -> None:
        """Look at the heart again: another case, another mesh."""
        mesh = self._session.mesh
        self._drawn = ()
        self._set_surface()
        self.scene.setVisible(mesh is not None)
        self.empty.setVisible(mesh is None)
        known = self._session.case is not None
        self.empty.setText(
            "No heart yet.\nSegment the scan, then build the heart." if known else "Open a case to see its heart."
        )
        self.refresh()

    def refresh(self) -> None:
        """Draw the heart the way it is looked at now."""
        session, mesh = self._session, self._session.mesh
        field = shown_field(session)
        painted = field is not None
        self.controls.refresh(painted)
        self.caption.entitle(painted)
        if mesh is None:
            self.paintings = ()
            self._show_legends()
            return
        state = picture_state(session, painted)
        if state == self._drawn:  # another step, the same picture
            self._show_legends()
            self.show_marks()
            self._tell()
            return
        self._drawn = state
        self.paintings, self._shade = (), None
        if self.scene.surface is not None and (self.scene.surface.cut is not None) != session.cut:
            self._set_surface()
        if field is None:
            self._show_heart()
            self.show_landmarks()
        else:
            self._frame = frame_at(field, session.time)
            self.paintings = shown_paintings(session, self._frame)
            self.show_landmarks()
            lines = session.look.isochrones and not session.draws.number
            self.scene.paint(self.paintings, lines, captions(session, self.paintings))
            show_arrows(self.scene, session)
        show_velocity(self.scene, session, self.paintings)
        show_fibers(self.scene, session)
        show_network(self.scene, session)
        self.motion.show()
        self._show_legends()
        self.show_marks()
        self._tell()

    def show_marks(self) -> None:
        """The picked point, and in the step Plan what the chosen intervention marks."""
        show_marks(self.scene, self._session)
        draw_plan(self.scene, self._session)

    def _show_heart(self) -> None:
        """The heart without any field: its surfaces, or what else is told of it."""
        session = self._session
        surface = self.scene.surface
        self._shade = shade(session, surface) if surface is not None else None
        if self._shade is None:
            self.scene.show_tissue()
        else:
            self.scene.show_shade(self._shade.colours, edges=self._shade.scale is not None)
            show_worst(self.scene, session)
        show_anatomy(self.scene, session)

    def show_landmarks(self) -> None:
        """Landmarks where they are now, where they are wanted and no field is drawn."""
        shown = self._session.look.landmarks and not self.paintings
        self.handles.show(self._session.landmarks.places() if shown else {}, self._session.theme)

    def follow_time(self) -> None:
        """Another moment of the same field."""
        session = self._session
        field = session.drawn
        if not self.paintings or field is None:
            return
        if not field.times:
            show_front(self.scene, session, self.paintings)
            self.scene.draw()
        elif (frame := frame_at(field, session.time)) != self._frame:
            self._frame = frame
            self.paintings = shown_paintings(session, self._frame)
            self.scene.recolour(self.paintings)
            show_arrows(self.scene, session)
        self.motion.show()
        self._tell()

    def _answered(self) -> None:
        """Another answer of the what-if; while a site is dragged only colours change, without lines and arrows."""
        session, answer = self._session, self._session.answer
        if answer is not None and answer.draft and not tried(session):
            return
        if answer is None or not answer.draft or not self.paintings or self.controls.offered != tried_modes(session):
            self.refresh()
            return
        self._recolour()

    def _draw_next(self) -> None:
        """Another draw of the ensemble: other colours only, but for the first one and after the last."""
        alone = bool(self._session.draws.number)
        if alone and self._alone and self.paintings:
            self._recolour()
        else:
            self._alone = alone
            self.refresh()

    def _recolour(self) -> None:
        self._drawn = ()
        self.paintings = shown_paintings(self._session, self._frame)
        hide_lines(self.scene)
        self.scene.recolour(self.paintings)
        self._show_legends()
        self._tell()

    def _banded(self) -> None:
        """The draws around the answer came."""
        session = self._session
        if session.look.mode == VALUE and self.controls.offered == tried_modes(session):
            self._tell()
        else:
            self._answered()

    def dress(self) -> None:
        """Wear the session's theme."""
        self.scene.dress(self._session.theme)
        self.controls.dress(self._session.theme)
        self._show_legends()

    def _set_surface(self) -> None:
        mesh, cut = self._session.mesh, self._session.cut
        if mesh is None:
            self._surfaces = {}
            self.scene.set_surface(None)
            return
        known = self._surfaces.get(cut)
        if known is None or known.mesh is not mesh:
            self._surfaces = {key: found for key, found in self._surfaces.items() if found.mesh is mesh}
            known = self._surfaces[cut] = HeartSurface(mesh, long_cut(mesh) if cut else None)
        self.scene.set_surface(known)

    def _show_legends(self) -> None:
        self.legends.show_for(self.paintings, self._shade)

    def _tell(self) -> None:
        self.caption.tell(self.paintings)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Mark what was picked while nobody could see it."""
        super().showEvent(event)
        self._point_moved()

    def _point_moved(self) -> None:
        if self._session.mesh is None or not self.isVisible():
            return
        self.show_marks()
        self._tell()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.legends.left)
        middle.addWidget(self.scene, 1)
        middle.addWidget(self.empty, 1)
        middle.addWidget(self.legends.right)
        middle.addWidget(self.legends.swatches, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addLayout(middle, 1)
        layout.addWidget(self.caption)

    def _listen(self) -> None:
        session = self._session
        session.case_changed.connect(self.reload)
        session.data_changed.connect(self.reload)
        session.answer_changed.connect(self._answered)
        session.band.changed.connect(self._banded)
        session.draws.changed.connect(self._draw_next)
        for signal in (session.look_changed, session.step_changed, session.live_changed):
            signal.connect(self.refresh)
        session.time_changed.connect(self.follow_time)
        session.point_changed.connect(self._point_moved)
        for marks in (session.scenario_changed, session.plan_changed, session.device_changed):
            marks.connect(self._point_moved)
        session.plan_changed.connect(self.refresh)
        session.theme_changed.connect(self.dress)
        session.landmarks.changed.connect(self.show_landmarks)
        self.handles.dropped.connect(session.landmarks.move)
        self.controls.front_wanted.connect(lambda: self.scene.look_from(0.35, 1.0, 0.22))
