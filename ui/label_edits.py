"""Edits of the open case's labels: made, taken back, noted on disk, and compared with the automatic result."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.edit_journal import append
from app.edited import begin_by_hand, named, same_labels
from app.replaced import exchange, replaced
from geometry.editing.change import Change, apply, remembering
from geometry.measure import MYOCARDIAL_DENSITY
from geometry.metric import Metric
from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from ui.edits import ChangeLabels, ReplaceLabels

if TYPE_CHECKING:
    from ui.session import Session

Labels = NDArray[np.uint8]


class LabelEdits(QObject):
    """Changes the session's segmentation; every change is on disk when the call returns."""

    changed = Signal()  # an edit, or an edit taken back
    measured = Signal()  # the numbers of the edited segmentation are there

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._before: tuple[Any, Labels | None, tuple[Metric, ...]] = (None, None, ())

    def change(self, change: Change, text: str) -> None:
        """Change labels; can be undone."""
        segmentation = self._session.segmentation
        if segmentation is not None and change:
            self._session.undo.push(ChangeLabels(self._session, remembering(change, segmentation), text))

    def apply(self, change: Change) -> None:
        """Put a change into the segmentation, and note it in the case."""
        session = self._session
        if session.case is None or session.segmentation is None:
            return
        self.before()  # what is there now may be the automatic result
        session.put(segmentation=apply(session.segmentation, change))
        append(session.case.folder, change)
        self.changed.emit()

    def check(self, before: Segmentation | None) -> None:
        """Edits of another segmentation than the one read now cannot be taken back in it; that it took its place can be."""
        session = self._session
        if before is None or session.case is None or same_labels(before, session.segmentation):
            return
        session.undo.clear()
        if same_labels(before, replaced(session.case.folder)):
            session.undo.push(ReplaceLabels(session, "New segmentation"))

    def exchange(self) -> None:
        """Change between the segmentation and the one that it took the place of."""
        if self._session.case is not None:
            exchange(self._session.case.folder)
            self._session.reread()

    def begin(self) -> bool:
        """Whether there is a segmentation to edit; a scan without one gets an empty one."""
        session = self._session
        if session.segmentation is None and session.case is not None and session.image is not None:
            begin_by_hand(session.case, session.image)
            session.refresh()
        return session.segmentation is not None

    def were_kept(self) -> None:
        """The noted edits are in the segmentation's files and were measured."""
        session = self._session
        segmentation = session.segmentation
        if segmentation is not None:
            session.put(("measures", "stale"), segmentation=named(segmentation))
        self.measured.emit()

    @property
    def edited(self) -> bool:
        """Whether any voxel was changed or decided."""
        segmentation = self._session.segmentation
        return segmentation is not None and segmentation.edited

    def before(self) -> Labels | None:
        """The labels of the automatic result; None without a segmentation."""
        case = self._session.case
        if case is None:
            return None
        key = (case.folder, case.segmentation_origin())
        if self._before[0] != key:
            self._before = (key, *case.before_edits())
        return self._before[1]

    def numbers(self, labels: Labels) -> dict[str, float]:
        """EDV and ESV in ml, EF in %, LV mass in g of labels, at the phases of the segmentation; what there is of them."""
        segmentation = self._session.segmentation
        if segmentation is None:
            return {}
        found: dict[str, float] = {}
        ed, es = (
            labels[..., p] if labels.ndim == 4 and p is not None else labels for p in (segmentation.ed, segmentation.es)
        )
        unit = segmentation.voxel_volume / 1000.0
        edv = float(np.count_nonzero(ed == LV)) * unit
        if edv > 0:
            found["EDV"] = edv
            if segmentation.es is not None and labels.ndim == 4:
                found["ESV"] = float(np.count_nonzero(es == LV)) * unit
                found["EF"] = 100.0 * (edv - found["ESV"]) / edv
        wall = float(np.count_nonzero(ed == MYOCARDIUM)) * unit
        if wall > 0:
            found["Mass"] = wall * MYOCARDIAL_DENSITY
        return found
