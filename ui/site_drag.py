"""Pacing sites dragged over the heart with the mouse, in the step Plan; map and ECG follow."""

import numpy as np
from PySide6.QtCore import QPointF

from solvers.electrophysiology.leads import snapped
from solvers.scenario import Electrophysiology, PacingSite
from ui.drag import Drag
from ui.plan import pacing
from ui.scene import Scene
from ui.scene_overlays import show_sites
from ui.session import Session
from ui.steps.plan import planned
from ui.theme import px

GRIP = 14.0  # pixels around the middle of a site in which it is taken
BEHIND = 15.0  # mm from what is seen under the mouse at which a site lies behind it
HIDDEN = ("lines", "front", "velocity")  # would lie where they were before


class SiteDrag(Drag):
    """Asks for a quick answer at every place, and changes the scenario (which can be undone) where the site is let go."""

    def __init__(self, scene: Scene, session: Session) -> None:
        super().__init__(scene)
        self._scene, self._session = scene, session
        self._held: int | None = None
        self._at: tuple[float, float, float] | None = None

    @property
    def sites(self) -> tuple[PacingSite, ...]:
        """The sites of the paced scenario that is planned, the held one where it is now."""
        scenario = self._session.scenario
        if not planned(self._session, pacing.TITLE):
            return ()
        if not isinstance(scenario, Electrophysiology) or scenario.start != "paced":
            return ()
        if self._held is None or self._at is None or self._held >= len(scenario.sites):
            return scenario.sites
        x, y, z = (round(v, 2) for v in self._at)
        moved = scenario.sites[self._held].model_copy(update={"x": x, "y": y, "z": z})
        if self._session.mesh is not None:
            moved = snapped(self._session.mesh, moved, scenario.vein, scenario.vein_width)
        return (*scenario.sites[: self._held], moved, *scenario.sites[self._held + 1 :])

    def take(self, spot: QPointF) -> bool:
        """Whether a site lies under a pixel."""
        self._held, self._at = self._under(spot) if self.sites else None, None
        return self._held is not None

    def drag(self, spot: QPointF) -> None:
        """Show site, map and ECG with the site under a pixel of the heart."""
        place = self._scene.under(spot)
        if place is None:
            return
        self._at = place
        show_sites(self._scene, self.sites)
        self._session.draft_wanted.emit(self.sites)

    def let_go(self) -> None:
        """Change the scenario."""
        session, sites, moved = self._session, self.sites, self._at is not None
        self._held, self._at = None, None
        scenario = session.scenario
        if moved and isinstance(scenario, Electrophysiology):
            changed = scenario.model_copy(update={"sites": sites})
            session.edit_scenario(session.scenario_name, changed, "Move the pacing site")

    def _under(self, spot: QPointF) -> int | None:
        """The site under a pixel; one behind the heart is not taken: there the heart is turned."""
        seen = self._scene.under(spot)
        away = [(self._scene.on_screen((s.x, s.y, s.z)) - spot).manhattanLength() for s in self.sites]
        nearest = int(np.argmin(away))
        site = self.sites[nearest]
        hidden = seen is not None and np.linalg.norm(np.subtract(seen, (site.x, site.y, site.z))) > BEHIND
        return nearest if away[nearest] <= px(GRIP) and not hidden else None


def hide_lines(scene: Scene) -> None:
    """Take away what is drawn of the map besides its colours."""
    for view in scene.views:
        for name in HIDDEN:
            view.hide(name)
