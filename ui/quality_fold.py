"""How good the tetrahedra are: numbers, histograms, and the worst of them; all of it was measured with the mesh."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from geometry.tet_quality import TetQuality
from ui.heart_parts import ANGLE, QUALITY, RATIO
from ui.quality_plot import QualityPlot
from ui.readout import at_words
from ui.session import Session
from ui.steps.images import fact_table
from ui.widgets import Fold, button, label


class QualityFold(Fold):
    """A click on one of the worst tetrahedra marks it on the heart and brings the slices there."""

    def __init__(
        self, session: Session, measure: Callable[[], object], open_: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__("Quality of the tetrahedra", open_, parent)
        self._session, self._measure = session, measure
        self.unfolded.connect(self._fill)
        self._fill(open_)

    def _fill(self, on: bool) -> None:
        if not on or self.column.count():
            return
        found = self._session.quality
        if found is None:
            self.column.addWidget(
                label("This mesh is from an older program; its tetrahedra were not measured.", "small")
            )
            self.column.addWidget(button("Measure them", self._measure))
            return
        whole = found.whole
        facts = {
            "Smallest angle": f"{whole.min_dihedral:.1f}\u00b0",
            "Radius ratio": f"99 % below {whole.radius_ratio_p99:.2f}",
            "Inverted": f"{whole.inverted:,}",
        }
        self.column.addWidget(fact_table(facts))
        for part, histogram in ((ANGLE, found.angles), (RATIO, found.ratios)):
            self.column.addWidget(QualityPlot(part, histogram, self._session.theme, self))
        self._list_worst(found)

    def _list_worst(self, found: TetQuality) -> None:
        self.column.addWidget(label("The flattest, by their smallest angle between two faces:", "muted"))
        for number, flat in enumerate(found.worst, 1):
            tip = f"Radius ratio {flat.ratio:.2f}. Shows the quality on the heart, marks this one and brings the slices there"
            text = f"{number}   {flat.angle:.1f}\u00b0   at {at_words(flat.place)}"
            self.column.addWidget(button(text, partial(self._go, flat.place), tip=tip))

    def _go(self, place: tuple[float, float, float]) -> None:
        session = self._session
        if session.look.part not in QUALITY:
            session.set_look(part=ANGLE)
        session.pick(place)
