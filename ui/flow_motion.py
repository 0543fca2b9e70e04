"""Blood in motion: particles with tails and streamlines in the colours of the velocity, and the wall where it is now."""

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

NAME, STREAMLINES = CARRIED = ("particles", "streamlines")
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
        """Wall, particles and streamlines at the time of the cursor."""
        self._move_wall()
        view, particles, streamlines = self._scene.views[0], self._particles(), self._streamlines()
        if self._scene.surface is None:
            particles = streamlines = None
        if particles is None:
            view.hide(NAME)
        else:
            drawn = particles.tails(self._session.time)
            self._draw(NAME, particles.lines, drawn, particles.speed[drawn], (particles.low, particles.high))
        if streamlines is None:
            view.hide(STREAMLINES)
        else:
            self._draw(STREAMLINES, *streamlines)
        if particles is not None or streamlines is not None:
            view.make_glass(SEEN_THROUGH)
            self._scene.draw()

    def _draw(
        self,
        name: str,
        lines: Lines,
        drawn: NDArray[np.integer],
        speed: NDArray[np.floating],
        limits: tuple[float, float],
    ) -> None:
        segments = lines.segments[drawn]
        ends = np.arange(2 * len(segments)).reshape(-1, 2)
        cells = np.column_stack([np.full(len(segments), 2), ends]).ravel()
        poly = pv.PolyData(np.asarray(lines.points)[segments.ravel()], lines=cells)
        colours = palettes()[self._session.look.palette or suited("velocity")].colours
        share = np.clip((speed - limits[0]) / (limits[1] - limits[0]), 0.0, 1.0)
        poly.point_data["colour"] = np.repeat(colours[(share * 255).astype(int)], 2, axis=0)
        self._scene.views[0].show_lines(name, poly)

    def _streamlines(self) -> tuple[Lines, NDArray[np.integer], NDArray[np.floating], tuple[float, float]] | None:
        """Those of the frame in view: the lines, which segments, their speeds and the ends of the legend."""
        session, result = self._session, self._session.result
        if result is None or not session.carried(STREAMLINES):
            return None
        lines, field = result.lines[STREAMLINES], result.fields["velocity"]
        if lines.values is None or lines.frames is None:
            return None
        drawn = np.flatnonzero(lines.frames == frame_at(field, session.time))
        return lines, drawn, lines.values[drawn], shared_limits(field)

    def _particles(self) -> Particles | None:
        session = self._session
        result = session.result
        if result is None or not session.carried(NAME):
            return None
        if self._known is None or self._known[0] is not result:
            self._known = (result, Particles.of(result))
        return self._known[1]

    def _move_wall(self) -> None:
        """In each view the wall where its run has it: over the beat, or once and for all where a device moved it."""
        session, surface = self._session, self._scene.surface
        if surface is None or not session.painted:
            return
        runs = [session.result]
        if session.step == "compare":
            runs.append(session.result_of(session.look.other))
        for view, result in zip(self._scene.views, runs, strict=False):
            field = result.fields.get(MOVED) if result is not None else None
            if field is not None:
                now = field.values[frame_at(field, session.time)] if field.times else field.values
                view.move(np.asarray(surface.poly.points) + surface.carry(np.asarray(now)))
