"""A valve as a thin layer that resists the blood: all of it when closed, around its orifice when open.

Resistance by volume  r(d) = R / e (1 + cos(pi d / e)) / 2  within e of the valve's plane, so that its integral across is R
(resistive immersed surface: Fedele 2017, doi 10.1007/s10237-017-0919-1). A closed valve leaks  dp A / R.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.flow.navier_stokes import FlowState, Fluid, NavierStokes

RESISTANCE = 1e4  # kPa ms/mm: 0.3 mL/s through 3 cm2 at 75 mmHg
RAMP = 8.0  # ms that the leaflets take, as in resistive valves of other solvers (5 to 10)
FORWARD, BACK = 0.05, 2.0  # kPa that opens a closed valve, mm3/ms that run back before an open one closes
LAYERS = 2.0  # elements in half the layer, at least
SCALE = 20.0  # mm3/ms
RIM = 1.5  # elements outside an orifice's edge over which its resistance rises


@dataclass(frozen=True)
class Valve:
    """Where it lies and how wide it opens.

    center (3,) mm, normal (3,) unit vector with the flow;  radius  mm around the centre within which its layer reaches
    thickness   e, mm, half of the layer;  orifice  mm2 it opens to, None: it opens wholly
    """

    center: Floats
    normal: Floats
    radius: float
    thickness: float
    orifice: float | None = None

    def drag(self, points: Floats, opening: float, edge: float) -> Floats:
        """(n,) kPa ms/mm2 at points (n, 3) mm, for an opening from 0 (closed) to 1, on elements of ``edge`` mm."""
        along, across = self._coordinates(points)
        layer = np.where(np.abs(along) < self.thickness, 0.5 * (1 + np.cos(np.pi * along / self.thickness)), 0.0)
        layer = np.where(across < self.radius, layer, 0.0) * RESISTANCE / self.thickness
        around = np.zeros(len(points))
        if self.orifice is not None:
            start = (
                np.sqrt(self.orifice / np.pi) + edge / 2
            )  # blood stops at the last free node, half an element before it
            around = np.clip((across - start) / (RIM * edge), 0.0, 1.0)
        return np.asarray(layer * np.maximum(1.0 - opening, around))

    def fall(self, points: Floats, pressure: Floats) -> float:
        """kPa, mean pressure just before the layer less that just behind it."""
        along, across = self._coordinates(points)
        near = across < self.radius
        before, behind = (
            near & (sign * along > self.thickness) & (sign * along < 2.5 * self.thickness) for sign in (-1, 1)
        )
        if not before.any() or not behind.any():
            raise Refused("The valve lies too near the end of the blood: there is no room on either side of its plane.")
        return float(pressure[before].mean() - pressure[behind].mean())

    def _coordinates(self, points: Floats) -> tuple[Floats, Floats]:
        off = points - self.center
        along = off @ self.normal
        return along, np.linalg.norm(off - along[:, None] * self.normal, axis=1)


@dataclass(frozen=True)
class Leaflets:
    """Whether the valve is on its way open, and how far it is (0 to 1)."""

    opens: bool = False
    opening: float = 0.0

    def after(self, fall: float, flow: float, dt: float) -> "Leaflets":
        """``dt`` ms later, under a fall of pressure in kPa across the valve and a forward flow in mm3/ms.

        Opens on pressure, closes on flow that runs back; between the two it stays as it is.
        """
        opens = self.opens
        if not opens and fall > FORWARD:
            opens = True
        elif opens and flow < -BACK:
            opens = False
        way = dt / RAMP if opens else -dt / RAMP
        return Leaflets(opens, float(np.clip(self.opening + way, 0.0, 1.0)))


@dataclass(frozen=True)
class ValvedState(FlowState):
    """The flow and the valve in it."""

    leaflets: Leaflets = Leaflets()


class ValvedFlow:
    """Flow through a mesh with one valve in it."""

    def __init__(self, flow: NavierStokes, valve: Valve) -> None:
        """flow: made with ``valved=True``; refuses a layer that the mesh is too coarse for."""
        self.flow, self.valve, self.edge = flow, valve, local_edge(flow.blood, valve)
        if valve.thickness < LAYERS * self.edge:
            raise Refused(
                f"The valve is {valve.thickness:.1f} mm thick to either side and elements there {self.edge:.1f} mm long; it needs "
                f"{LAYERS:g} of them. Make it {LAYERS * self.edge:.1f} mm or use a finer mesh."
            )

    @property
    def blood(self) -> HeartMesh:
        """The mesh."""
        return self.flow.blood

    @property
    def fluid(self) -> Fluid:
        """The blood."""
        return self.flow.fluid

    def at_rest(self, stored: float | Floats, leaflets: Leaflets | None = None) -> ValvedState:
        """Still blood; flows are balanced against at least ``SCALE``, as the leak of a shut valve would be against itself."""
        still = replace(self.flow.at_rest(stored), largest=SCALE)
        past = {one.name: getattr(still, one.name) for one in fields(still)}
        return ValvedState(**past, leaflets=leaflets or Leaflets())

    def advance(self, state: FlowState, dt: float, drive: Callable[[float], float]) -> ValvedState:
        """``dt`` ms later: the flow with the valve as it stands, then the leaflets under what came of it."""
        assert isinstance(state, ValvedState)
        points = self.blood.points
        self.flow.set_drag(self.valve.drag(points, state.leaflets.opening, self.edge))
        after = self.flow.advance(state, dt, drive)
        assert isinstance(after, ValvedState)
        fall = self.flow.agreed(self.valve.fall(points, after.pressure))
        return replace(after, leaflets=state.leaflets.after(fall, after.outflow, dt))

    def wall_load(self, state: FlowState) -> Floats:
        """The force of the wall on the blood by node, (n, 3) mg mm/ms2."""
        return self.flow.wall_load(state)

    def outlet_pressure(self, state: FlowState) -> float:
        """The mean pressure over all outlets, kPa."""
        return self.flow.outlet_pressure(state)


def local_edge(blood: HeartMesh, valve: Valve) -> float:
    """mm, the mean edge along the valve's normal of the tetrahedra around its centre."""
    middle = blood.points[blood.tets].mean(axis=1)
    near = np.argsort(np.linalg.norm(middle - valve.center, axis=1))[:100]
    along = blood.points[blood.tets[near]] @ valve.normal
    return float(np.ptp(along, axis=1).mean())
