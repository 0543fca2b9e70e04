"""Whether re-entry can be induced without and with the lesions, by the same programmed stimulation."""

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.plan_answers import ALL, PROTOCOL, SCAR, induced
from app.scenario_tree import numbers_digest
from geometry.scar.on_mesh import SCAR_CORE
from solvers.scenario import Electrophysiology
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label

HINT = (
    "S1 600 ms six times, then S2 from 400 ms and S3 from 300 ms down until they do not capture, watched for 1000 ms: many "
    "minutes for each site. With a marked place only that one is paced; else places around the scar, or all over the heart."
)


class InductionRows(QWidget):
    """One row for the scenario with lesions and, where it is known, one for the same without."""

    def __init__(self, page: Page, scenario: Electrophysiology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        name = page.session.scenario_name
        for words, one in (("Before", without_lesions(page, scenario)), ("After", name)):
            if one:
                column.addLayout(self._row(words, one))
        column.addWidget(label(HINT, "small", self))

    def _row(self, words: str, name: str) -> QHBoxLayout:
        session, row = self._page.session, QHBoxLayout()
        assert session.case is not None and session.mesh is not None
        row.addWidget(label(f"{words}: {_told(induced(session.case, name, session.mesh))}", "", self), 1)
        start = button("Try", lambda: self._start(name), tip=f"Programmed stimulation of '{session.title_of(name)}'")
        start.setEnabled(not self._page.watch.busy)
        row.addWidget(start)
        return row

    def _start(self, name: str) -> None:
        point = self._page.session.point
        mesh = self._page.session.mesh
        scarred = mesh is not None and SCAR_CORE in mesh.region_names.values()
        sites: Any = [list(point)] if point is not None else SCAR if scarred else ALL
        self._page.watch.start("induce", {"scenario": name, "sites": sites, **PROTOCOL})


def without_lesions(page: Page, scenario: Electrophysiology) -> str:
    """The name of the scenario that differs by its lesions alone; empty where there is none."""
    bare = numbers_digest(scenario.model_copy(update={"lesions": ()}))  # a child knows its parent, which knows none
    for name, other in page.session.scenarios.items():
        if isinstance(other, Electrophysiology) and numbers_digest(other) == bare:
            return name
    return ""


def _told(found: dict[str, Any] | None) -> str:
    if found is None:
        return "not tried yet"
    count, tried = len(found["inducible_from"]), found["sites_tried"]
    word = "induced" if count else "not induced"
    return f"{word}, re-entry from {count} of {tried} site{'s' if tried > 1 else ''}"
