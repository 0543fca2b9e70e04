"""Pacing and CRT: try leads on the twin, see the beat change at once, compare places for a lead under the same draws."""

import numpy as np
from PySide6.QtWidgets import QHBoxLayout

from app.plan_answers import kept_answer
from app.scenario_tree import as_child, child_of, free_name, free_title, paced_of
from geometry.errors import Refused
from solvers.electrophysiology.leads import planned_lead, snapped, usual_crt
from solvers.scenario import Electrophysiology, PacingSite
from ui.plan.lead_card import LeadCard
from ui.plan.live_numbers import LiveNumbers
from ui.plan.run_rows import RunRows, against_words
from ui.plan.tried_leads import TriedLeads
from ui.plan.undo_row import undo_row
from ui.plan.vein_rows import VeinRows, draw_vein, lead_vein_on, store_within
from ui.plan_panel import PlanPanel
from ui.readout import at_words
from ui.scene import Scene
from ui.scene_overlays import SITE_COLOUR, show_sites
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.viewing import Point
from ui.widgets import Segments, button, label, section

TITLE = "Pacing / CRT"
LEAD = "Drag a lead over the heart, or click where it is to go. Map, ECG (before: thin and grey) and numbers follow."
LIMITS = "The quick answer is an eikonal one, and every lead captures. Not validated for scarred hearts."
INK = "#10151b"  # on the colour of a lead
VEIN = "vein"  # the mode in which clicks draw
TRIED_COLOUR, TRIED_SIZE = "#b9c4cf", 2.2


def fits(session: Session) -> bool:
    """Where there is a wall and a scenario of its activation."""
    return session.mesh is not None and any(isinstance(s, Electrophysiology) for s in session.scenarios.values())


def asks(session: Session) -> bool:
    """Where something is paced."""
    scenario = session.scenario
    return isinstance(scenario, Electrophysiology) and scenario.start == "paced" and bool(scenario.sites)


def draw(scene: Scene, session: Session, shown: bool) -> None:
    """Mark the leads and the places that were tried, or take the marks away."""
    scenario = session.scenario if shown else None
    sites = scenario.sites if isinstance(scenario, Electrophysiology) else ()
    tried = scenario.candidates if isinstance(scenario, Electrophysiology) else ()
    show_sites(scene, sites)
    show_sites(scene, tried, "tried", TRIED_COLOUR, TRIED_SIZE)
    places = np.array([(site.x, site.y, site.z) for site in sites]).reshape(-1, 3)
    numbers = [str(number) for number in range(1, len(sites) + 1)]  # of the cards; seen through the wall
    scene.views[0].show_words("leads", places, numbers, INK, SITE_COLOUR)
    draw_vein(scene, session.mesh, scenario if isinstance(scenario, Electrophysiology) else None, SITE_COLOUR)
    scene.draw()


class Panel(PlanPanel):
    """Leads of one scenario."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.numbers: LiveNumbers | None = None
        self._fill()

    def _fill(self) -> None:
        self.column.addWidget(label(LEAD, "muted"))
        scenario = self.session.scenario
        if not isinstance(scenario, Electrophysiology):
            self.column.addWidget(
                label("This scenario is one of blood flow; choose another in the step Simulate.", "small")
            )
            return
        if scenario.start != "paced":
            words = (
                "This beat starts in the conduction system and stays as it is; a click on the heart tries a paced one."
            )
        else:
            words = f"Kept in the scenario \u2018{scenario.title}\u2019."
        self.column.addWidget(label(words, "small"))
        self._add_numbers()
        self._add_leads(scenario)
        self._add_tried(scenario)
        if scenario.start == "paced":
            self.column.addWidget(RunRows(self.page, scenario, self))
        self.column.addWidget(label(LIMITS, "small"))

    def _add_leads(self, scenario: Electrophysiology) -> None:
        how = Segments({"move": "Move the lead", "add": "Add a lead", VEIN: "Draw the vein"}, self)
        how.show_choice(self.mode)
        how.chosen.connect(self._choose)
        self.column.addWidget(section("A click on the heart is to"))
        self.column.addWidget(how)
        self.column.addWidget(section("Leads"))
        for number, site in enumerate(scenario.sites, start=1):
            card = LeadCard(number, site, self)
            card.changed.connect(lambda changed, k=number - 1: self._change(k, changed))
            self.column.addWidget(card)
        if not any(site.role in ("rv_lead", "lv_lead") for site in scenario.sites):
            tip = "A lead at the apex of the right ventricle and one on the lateral left epicardium, to begin with"
            self.column.addWidget(button("Begin with CRT leads", self._begin_crt, tip=tip))
        if self.mode == VEIN or any(site.role == "lv_lead" for site in scenario.sites):
            self.column.addWidget(section("Vein of the left lead"))
            self.column.addWidget(VeinRows(self.page, scenario, self.mode == VEIN, self._draw, self))
        self.column.addWidget(undo_row(self.session, self))

    def _add_numbers(self) -> None:
        session = self.session
        if session.answer is None:
            return
        self.column.addWidget(section("What it does"))
        self.numbers = LiveNumbers(session, self)
        self.column.addWidget(self.numbers)
        self.column.addWidget(label(against_words(session), "small"))

    def _add_tried(self, scenario: Electrophysiology) -> None:
        session, place = self.session, planned_lead(scenario)
        if scenario.start != "paced" or place is None or session.case is None or session.mesh is None:
            return
        self.column.addWidget(section("Places compared"))
        answer = kept_answer(session.case, "leads", session.scenario_name, session.mesh)
        sites = tuple(dict.fromkeys((scenario.sites[place], *scenario.candidates)))
        tried = TriedLeads(sites, answer, str(self.page.kept.get("criterion", "qrs_duration")), self)
        tried.taken.connect(lambda site: self._change(place, site))
        tried.dropped.connect(self._forget)
        tried.wanted.connect(self._make_option)
        tried.judged.connect(self._judge)
        self.column.addWidget(tried)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        keep = button("Keep this place", self._keep, tip="Keep the place of the lead, to compare others with it")
        keep.setEnabled(scenario.sites[place] not in scenario.candidates)
        compare = button("Compare", self._compare, tip="Solve every place under the same draws of what is not known")
        compare.setEnabled(not self.watch.busy)
        for one in (keep, compare):
            row.addWidget(one, 1)
        self.column.addLayout(row)

    @property
    def mode(self) -> str:
        """Whether a click moves the lead that is placed, adds one, or leads the vein on."""
        return str(self.page.kept.get("mode", "move"))

    def place(self, point: Point) -> None:
        """A click on the heart: move the lead that is placed there, add one, or lead the vein on."""
        scenario = self._paced()
        if scenario is None:
            return
        x, y, z = (round(v, 2) for v in point)
        if self.mode == VEIN:
            lead_vein_on(self.session, scenario, (x, y, z))
            return
        place = planned_lead(scenario)
        if self.mode == "add" or place is None:
            self._store((*scenario.sites, PacingSite(x=x, y=y, z=z)), "Add a lead")
        else:
            self._change(place, scenario.sites[place].model_copy(update={"x": x, "y": y, "z": z}))

    def _change(self, place: int, site: PacingSite | None) -> None:
        """Another lead in this place; none of it."""
        scenario = self.session.scenario
        if not isinstance(scenario, Electrophysiology) or self.session.mesh is None:
            return
        before, after = scenario.sites[:place], scenario.sites[place + 1 :]
        if site is None:
            self._store((*before, *after), "Remove a lead")
            return
        try:
            self._store(
                (*before, snapped(self.session.mesh, site, scenario.vein, scenario.vein_width), *after), "Change a lead"
            )
        except Refused as refusal:
            self.session.said.emit(str(refusal), "warn")
            self.page.refresh()

    def _begin_crt(self) -> None:
        if self.session.mesh is None or self._paced() is None:
            return
        try:
            self._store(usual_crt(self.session.mesh), "Begin with CRT leads")
        except Refused as refusal:
            self.session.said.emit(str(refusal), "warn")

    def _store(self, sites: tuple[PacingSite, ...], words: str) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            self.session.edit_scenario(self.session.scenario_name, scenario.model_copy(update={"sites": sites}), words)

    def _keep(self) -> None:
        scenario = self.session.scenario
        place = planned_lead(scenario) if isinstance(scenario, Electrophysiology) else None
        if isinstance(scenario, Electrophysiology) and place is not None:
            self._keep_tried((*scenario.candidates, scenario.sites[place]), "Keep a place")

    def _forget(self, site: PacingSite) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            self._keep_tried(tuple(one for one in scenario.candidates if one != site), "Forget a place")

    def _make_option(self, site: PacingSite) -> None:
        """A scenario of its own with the lead at a place that was tried, beside this one."""
        session, scenario = self.session, self.session.scenario
        place = planned_lead(scenario) if isinstance(scenario, Electrophysiology) else None
        if not isinstance(scenario, Electrophysiology) or place is None:
            return
        sites = (*scenario.sites[:place], site, *scenario.sites[place + 1 :])
        name, beside = child_of(session.scenarios, session.scenario_name, free_title(session.scenarios, scenario.title))
        beside = beside.model_copy(update={"sites": sites, "candidates": ()})
        if scenario.parent in session.scenarios:
            beside = as_child(session.scenarios, scenario.parent, beside)
        session.keep_scenario(name, beside)
        session.choose_scenario(name, show_run=False)
        session.said.emit(
            f"The lead at {at_words((site.x, site.y, site.z))} is the option \u2018{beside.title}\u2019.", "info"
        )

    def _keep_tried(self, candidates: tuple[PacingSite, ...], words: str) -> None:
        scenario = self.session.scenario
        if isinstance(scenario, Electrophysiology):
            changed = scenario.model_copy(update={"candidates": candidates})
            self.session.edit_scenario(self.session.scenario_name, changed, words)

    def _paced(self) -> Electrophysiology | None:
        """The scenario whose leads are tried; a beat from the conduction system is left alone: one compares with it."""
        session = self.session
        scenario = session.scenario
        if not isinstance(scenario, Electrophysiology) or scenario.start == "paced":
            return scenario if isinstance(scenario, Electrophysiology) else None
        name = paced_of(session.scenarios, session.scenario_name)
        if not name:
            taken = any(other.title == "Pacing" for other in session.scenarios.values())
            title = f"{scenario.title}, paced" if taken else "Pacing"
            fresh = scenario.model_copy(update={"title": title, "start": "paced", "sites": ()})
            name = free_name(session.scenarios, title)
            session.keep_scenario(name, as_child(session.scenarios, session.scenario_name, fresh))
        session.choose_scenario(name, show_run=False)
        child = session.scenario
        return child if isinstance(child, Electrophysiology) else None

    def _choose(self, mode: str) -> None:
        before, scenario = self.mode, self.session.scenario
        self.page.kept["mode"] = mode
        if before == VEIN and mode != VEIN and isinstance(scenario, Electrophysiology) and scenario.vein:
            store_within(self.session, scenario, "Bring the leads to the vein")
        self.page.refresh()

    def _draw(self, on: bool) -> None:
        self._choose(VEIN if on else "move")

    def _judge(self, criterion: str) -> None:
        self.page.kept["criterion"] = criterion
        self.page.refresh()

    def _compare(self) -> None:
        self.watch.start("compare_leads", {"scenario": self.session.scenario_name})
