"""Plan: try an intervention on the twin and see what it does."""

from typing import Protocol, cast

from PySide6.QtWidgets import QWidget

from ui.painting import Painting
from ui.plan import ablation, drug, pacing, stent, surface, valve
from ui.scene import Scene
from ui.session import Session
from ui.steps.page import Page
from ui.viewing import Point
from ui.widgets import Segments, label


class Panel(Protocol):
    """What an intervention shows on the page; a QWidget."""

    def place(self, point: Point) -> None:
        """A click on the heart."""


class Intervention(Protocol):
    """A module of ``ui.plan``."""

    TITLE: str

    @staticmethod
    def fits(session: Session) -> bool:
        """Whether it can be tried on the open case."""
        ...

    @staticmethod
    def Panel(page: Page) -> Panel:  # noqa: N802 - a class there
        """Its content of the page."""
        ...


INTERVENTIONS = cast(tuple[Intervention, ...], (pacing, ablation, drug, valve, stent, surface))


def fitting(session: Session) -> tuple[Intervention, ...]:
    """The interventions that can be tried on the open case."""
    return tuple(module for module in INTERVENTIONS if module.fits(session))


def chosen(session: Session) -> Intervention | None:
    """The one that the page shows: the remembered one, else the first that fits."""
    found = fitting(session)
    return next((module for module in found if session.plan == module.TITLE), found[0] if found else None)


def planned(session: Session, title: str) -> bool:
    """Whether the step Plan is shown with the intervention of this title."""
    module = chosen(session) if session.step == "plan" else None
    return module is not None and title == module.TITLE


def asks(session: Session) -> bool:
    """Whether the chosen intervention wants the beat of the scenario from the what-if process."""
    wanted = getattr(chosen(session), "asks", None)
    return wanted is not None and bool(wanted(session))


def look_before(session: Session) -> None:
    """Look at the parent's run where leads of a child are tried: what they change is told against it."""
    parent = session.scenario.parent if asks(session) and session.scenario is not None else ""
    if session.look.run == session.scenario_name and parent in session.runs and not session.scenario_doubts.get(parent):
        session.set_look(run=parent)


def draw_plan(scene: Scene, session: Session) -> None:
    """Let the chosen intervention mark the heart."""
    for module in INTERVENTIONS:
        draw = getattr(module, "draw", None)
        if draw is not None:
            draw(scene, session, planned(session, module.TITLE))


def plan_scale(session: Session) -> Painting | None:
    """The legend of the map that the chosen intervention draws, where it draws one."""
    scale = getattr(chosen(session), "scale", None) if session.step == "plan" else None
    return cast(Painting | None, scale(session)) if scale is not None else None


class PlanPage(Page):
    """A choice of interventions, and the panel of the chosen one."""

    title = "Plan"
    panel: Panel | None = None

    def fill(self) -> None:
        """Add the choice and the panel."""
        self.panel = None
        module = chosen(self.session)
        if module is None:
            words = "Nothing can be tried yet: planning needs a mesh and a scenario. Mesh the case in the step Heart."
            self.column.addWidget(label(words, "muted"))
            return
        found = fitting(self.session)
        if len(found) > 1:
            choice = Segments({other.TITLE: other.TITLE for other in found}, self)
            choice.show_choice(module.TITLE)
            choice.chosen.connect(self.session.choose_plan)
            self.column.addWidget(choice)
        self.add_doubts(self.session.look.run)
        self.panel = module.Panel(self)
        self.column.addWidget(cast(QWidget, self.panel))

    def place(self, point: Point) -> None:
        """A click on the heart."""
        if self.panel is not None:
            self.panel.place(point)
