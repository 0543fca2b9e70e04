"""How good the tetrahedra are, and where the worst of them lie; measured when it is unfolded."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from geometry.heart_mesh import HeartMesh
from geometry.quality import mesh_quality
from geometry.worst import worst_tets
from ui.readout import at_words
from ui.session import Session
from ui.steps.images import fact_table
from ui.widgets import Fold, button, label


class QualityFold(Fold):
    """A click on one of the worst tetrahedra marks it on the heart and brings the slices there."""

    def __init__(self, session: Session, mesh: HeartMesh, parent: QWidget | None = None) -> None:
        super().__init__("Quality of the tetrahedra", False, parent)
        self._session, self._mesh = session, mesh
        self.unfolded.connect(self._measure)

    def _measure(self, on: bool) -> None:
        if not on or self.column.count():
            return
        self.setCursor(Qt.CursorShape.WaitCursor)
        found = mesh_quality(self._mesh)
        facts = {
            "Smallest angle": f"{found.min_dihedral:.1f}\u00b0",
            "Radius ratio": f"99 % below {found.radius_ratio_p99:.2f}",
            "Inverted": f"{found.inverted:,}",
        }
        self.column.addWidget(fact_table(facts))
        self.column.addWidget(label("The flattest, by their smallest angle between two faces:", "muted"))
        for flat in worst_tets(self._mesh):
            go = partial(self._session.pick, flat.place)
            tip = "Mark this tetrahedron and bring the slices there"
            self.column.addWidget(button(f"{flat.angle:.1f}\u00b0   at {at_words(flat.place)}", go, tip=tip))
        self.unsetCursor()
