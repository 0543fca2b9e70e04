"""Blood in motion: particles with tails in the colours of the velocity, and the wall where it is at the moment."""

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from app.palettes import palettes
from solvers.result import Lines, Result
from ui.legend_limits import shared_limits
from ui.painting import frame_at, suited
from ui.scene import Scene
from ui.session import Session

NAME = "particles"
MOVED = "displacement"
TAIL = 25.0  # ms of the way behind a particle
SEEN_THROUGH = 0.15  # opacity of the wall around particles


@dataclass(frozen=True)
class Particles:
    """Where particles are at equal times: place i of particle k is point  i count + k;  speed m/s of each segment.

    low, high   m/s, the ends of the velocity's legend
    """

    lines: Lines
    count: int
    every: float
    speed: NDArray[np.floating]
    low: float
    high: float

    @classmethod
    def of(cls, result: Result) -> "Particles | None":
        """Those of a run; None where it has none."""
        lines, facts = result.lines.get(NAME), result.stamp.get(NAME)
        if lines is None or not isinstance(facts, dict):
            return None
        way = lines.points[lines.segments[:, 1]] - lines.points[lines.segments[:, 0]]
        speed = np.linalg.norm(way, axis=1) / facts["every"]
        return cls(lines, int(facts["count"]), float(facts["every"]), speed, *shared_limits(result.fields["velocity"]))

    def tails(self, time: float) -> NDArray[np.integer]:
        """Which segments are drawn at a time, ms."""
        last = int(time / self.every + 1e-6)
        step = self.lines.segments[:, 0] // self.count
        return np.flatnonzero((step < last) & (step >= last - TAIL / self.every))


class FlowMotion:
    """Draws what moves in a scene."""

    def __init__(self, scene: Scene, session: Session) -> None:
        self._scene, self._session = scene, session
        self._known: tuple[Result, Particles | None] | None = None

    def show(self) -> None:
        """Wall and particles at the time of the cursor."""
        self._move_wall()
        view, found = self._scene.views[0], self._particles()
        if found is None or self._scene.surface is None:
            view.hide(NAME)
            return
        drawn = found.tails(self._session.time)
        segments = found.lines.segments[drawn]
        ends = np.arange(2 * len(segments)).reshape(-1, 2)
        cells = np.column_stack([np.full(len(segments), 2), ends]).ravel()
        poly = pv.PolyData(np.asarray(found.lines.points)[segments.ravel()], lines=cells)
        colours = palettes()[self._session.look.palette or suited("velocity")].colours
        share = np.clip((found.speed[drawn] - found.low) / (found.high - found.low), 0.0, 1.0)
        poly.point_data["colour"] = np.repeat(colours[(share * 255).astype(int)], 2, axis=0)
        view.show_lines(NAME, poly)
        view.make_glass(SEEN_THROUGH)
        self._scene.draw()

    def _particles(self) -> Particles | None:
        session = self._session
        result = session.result
        if result is None or not session.particles:
            return None
        if self._known is None or self._known[0] is not result:
            self._known = (result, Particles.of(result))
        return self._known[1]

    def _move_wall(self) -> None:
        session, surface = self._session, self._scene.surface
        result = session.result if session.painted else None
        field = result.fields.get(MOVED) if result is not None else None
        if field is None or surface is None or not field.times:
            return
        moved = np.asarray(surface.poly.points) + surface.carry(np.asarray(field.values[frame_at(field, session.time)]))
        for view in self._scene.views:
            view.move(moved)
