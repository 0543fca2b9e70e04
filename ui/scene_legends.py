"""The legends on both sides of the heart: scales of what is painted, or the colours of its surfaces."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ui.fiber_scale import helix_scale
from ui.heart_parts import Shade, inks_shown
from ui.legend import Legend
from ui.painting import Painting
from ui.session import Session
from ui.steps.plan import plan_scale
from ui.surfaces import swatches
from ui.theme import px


class SceneLegends:
    """A scale on the left, a scale on the right, and swatches that name surfaces; each hidden where it has nothing to tell."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self.left, self.right = Legend(parent), Legend(parent)
        self.swatches = QLabel(parent)
        self.swatches.setProperty("role", "small")
        self.swatches.setContentsMargins(px(6), px(10), px(10), 0)
        self.swatches.setTextFormat(Qt.TextFormat.RichText)

    def show_for(self, paintings: tuple[Painting, ...], shade: Shade | None) -> None:
        """The left one belongs to the left of two different views, or to fibres; all else is told by the right one."""
        session = self._session
        inks = () if paintings else inks_shown(session)
        self.swatches.setVisible(bool(inks))
        self.swatches.setText(swatches(inks))
        split = len(paintings) == 2 and paintings[0].kind != paintings[1].kind
        fibers = helix_scale() if session.look.fibers and session.fiber_lines is not None else None
        alone = shade.scale if shade is not None else plan_scale(session)
        self._show(self.left, paintings[0] if split else fibers)
        self._show(self.right, paintings[1] if split else paintings[0] if paintings else alone)

    def _show(self, legend: Legend, painting: Painting | None) -> None:
        legend.setVisible(painting is not None)
        legend.show_painting(painting, self._session.theme)
