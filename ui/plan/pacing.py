"""Pacing: try a site on the twin and see the beat change at once."""

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from geometry.metric import Metric
from solvers.result import Result
from solvers.scenario import Electrophysiology, PacingSite
from ui.readout import at_words
from ui.result_cards import metric_card
from ui.scene import Scene
from ui.scene_overlays import show_sites
from ui.session import Point, Session
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Segments, button, label, section

TITLE = "Pacing / CRT"
LEAD = (
    "Drag a pacing site over the heart, or click where it is to go. Activation and ECG follow; "
    "the ECG before is drawn thin and grey."
)


def fits(session: Session) -> bool:
    """Where there is a wall and a scenario of its activation."""
    return session.mesh is not None and any(isinstance(s, Electrophysiology) for s in session.scenarios.values())


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """Mark the sites of the scenario, or take the marks away."""
    scenario = session.scenario
    show_sites(scene, scenario.sites if shown and isinstance(scenario, Electrophysiology) else ())


class Panel(QWidget):
    """Pacing sites of one scenario."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page, self.session, self.watch = page, page.session, page.watch
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        self._fill()

    def _fill(self) -> None:
        session = self.session
        self.column.addWidget(label(LEAD, "muted"))
        scenario = session.scenario
        if not isinstance(scenario, Electrophysiology):
            return
        if scenario.start != "paced":
            self.column.addWidget(
                label(
                    "This beat starts in the conduction system and stays as it is; a click on the heart tries a paced one.",
                    "small",
                )
            )
        self.column.addWidget(section("Click to"))
        how = Segments({"move": "Move the site", "add": "Add a site"}, self)
        how.show_choice(self.mode)
        how.chosen.connect(self._choose)
        self.column.addWidget(how)
        self.column.addWidget(section("Pacing sites"))
        if not scenario.sites:
            self.column.addWidget(label("None yet. Click on the heart.", "muted"))
        for number, site in enumerate(scenario.sites, start=1):
            self.column.addWidget(self._site_row(number, site))
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        for text, act in (("Undo", session.undo.undo), ("Redo", session.undo.redo)):
            layout.addWidget(button(text, act))
        self.column.addWidget(row)
        self._add_effect()
        keep = button(
            "Run with doubt", lambda: self.watch.start("simulate", {"scenario": session.scenario_name}), main=True
        )
        keep.setToolTip("Run this scenario in full, with its ensemble if it has one")
        keep.setEnabled(not self.watch.busy and bool(scenario.sites))
        self.column.addWidget(keep)
        self.column.addWidget(
            label(
                "The quick answer is an eikonal one without interval. It is not validated for scarred hearts.", "small"
            )
        )

    @property
    def mode(self) -> str:
        """Whether a click moves the last site or adds one."""
        return str(self.page.kept.get("mode", "move"))

    def place(self, point: Point) -> None:
        """A click on the heart: move the last site there, or add one."""
        scenario = self._paced()
        if scenario is None:
            return
        x, y, z = (round(v, 2) for v in point)
        site = PacingSite(x=x, y=y, z=z)
        adding = self.mode == "add"
        changed = scenario.model_copy(update={"sites": (*(scenario.sites if adding else scenario.sites[:-1]), site)})
        self.session.edit_scenario(
            self.session.scenario_name, changed, "Add a pacing site" if adding else "Move the pacing site"
        )

    def _paced(self) -> Electrophysiology | None:
        """The scenario whose sites are tried; a beat from the conduction system is left alone: it is what one compares with."""
        session = self.session
        scenario = session.scenario
        if not isinstance(scenario, Electrophysiology) or scenario.start == "paced":
            return scenario if isinstance(scenario, Electrophysiology) else None
        for name, other in session.scenarios.items():
            if isinstance(other, Electrophysiology) and other.start == "paced":
                session.choose_scenario(name, show_run=False)
                return other
        fresh = scenario.model_copy(update={"title": "Pacing", "tier": "eikonal", "start": "paced", "sites": ()})
        session.keep_scenario("pacing", fresh)
        session.choose_scenario("pacing", show_run=False)
        return fresh

    def _choose(self, mode: str) -> None:
        self.page.kept["mode"] = mode

    def _site_row(self, number: int, site: PacingSite) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(f"{number}   {at_words((site.x, site.y, site.z))}"), 1)
        remove = button("Remove", lambda: self._remove(site))
        remove.setProperty("role", "link")
        layout.addWidget(remove)
        return row

    def _remove(self, site: PacingSite) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            left = tuple(s for s in scenario.sites if s is not site)
            changed = scenario.model_copy(update={"sites": left})
            self.session.edit_scenario(self.session.scenario_name, changed, "Remove a pacing site")

    def _add_effect(self) -> None:
        session = self.session
        answer, result = session.answer, session.result
        if answer is None:
            return
        total = float(np.nanmax(answer.activation) - np.nanmin(answer.activation))
        found = [Metric("total", "Total activation time", total, "ms", note="eikonal what-if")]
        change = _change(total, result)
        if change is not None:
            run = session.title_of(session.look.run)
            words = "Longer" if change > 0 else "Shorter"
            if abs(change) >= 1.0:
                found.append(Metric("change", f"{words} than in the run '{run}', by", abs(change), "ms"))
            else:
                self.column.addWidget(label(f"As long as in the run '{run}', within 1 ms.", "small"))
        self.column.addWidget(section("What it does"))
        for metric in found:
            self.column.addWidget(metric_card(metric))


def _change(total: float, result: Result | None) -> float | None:
    """How much longer, ms, the activation takes than in a run."""
    if result is None or "activation_time" not in result.fields:
        return None
    before = np.asarray(result.fields["activation_time"].values)
    return total - float(np.nanmax(before) - np.nanmin(before))
