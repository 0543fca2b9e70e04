"""When the two valves of a ventricle are open, and what its great artery does meanwhile, from the volume curve alone.

Blood does not give way, so while one valve is open the flow through it is -dV/dt, and never can both be closed while the
volume changes. A valve shuts once a share of the largest flow runs back through it; the other opens at that moment.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.flow.moving_wall import MovingWall, volume_rate
from solvers.flow.windkessel import Outlet, periodic_start

BACK = 0.05  # of the largest flow, that runs back before a valve shuts
GRID = 400  # times a beat


@dataclass(frozen=True)
class ValveTimes:
    """One periodic beat that starts at end-diastole.

    times     (g,) ms from 0 to the end of the beat;  rate  (g,) dV/dt mm3/ms
    ejecting  (g,) the outlet is open; else the inlet is
    stored    (g,) kPa, pressure of the artery's compliance;  outlet  the vessels behind it
    """

    times: Floats
    rate: Floats
    ejecting: NDArray[np.bool_]
    stored: Floats
    outlet: Outlet

    @property
    def cycle(self) -> float:
        """ms."""
        return float(self.times[-1])

    def opened(self, time: float) -> str:
        """The opening that blood passes at a time."""
        at = int(np.searchsorted(self.times, time % self.cycle + 1e-9, side="right")) - 1
        return "outlet" if self.ejecting[at] else "inlet"

    def artery(self, time: float) -> float:
        """Pressure behind the outlet, kPa."""
        at = time % self.cycle
        flow = np.where(self.ejecting, -self.rate, 0.0)
        return self.outlet.pressure(
            float(np.interp(at, self.times, self.stored)), float(np.interp(at, self.times, flow))
        )

    def passed(self, name: str) -> float:
        """mm3 that leave through the outlet, or enter through the inlet, in a beat (what runs back taken off)."""
        mine = self.ejecting if name == "outlet" else ~self.ejecting
        return float(abs(np.trapezoid(np.where(mine, self.rate, 0.0), self.times)))


def valve_times(blood: HeartMesh, wall: MovingWall, cycle: float, outlet: Outlet) -> ValveTimes:
    """Follow the valves and the artery over a beat; refuses a wall that does not pump."""
    times = np.linspace(0.0, cycle, GRID + 1)
    rate = np.array([volume_rate(blood, wall, float(t)) for t in times[:-1]])
    rate = np.append(rate, rate[0])
    least = BACK * np.abs(rate).max()
    if not (rate < -least).any() or not (rate > least).any():
        raise Refused(
            "The volume of this ventricle does not fall and rise over the beat; look at the labels of the cine."
        )
    ejecting = ejection(rate, least)
    flow = np.where(ejecting, -rate, 0.0)
    stored = [periodic_start(outlet, lambda t: float(np.interp(t, times, flow)), cycle)]
    for k in range(GRID):
        stored.append(outlet.advance(stored[-1], flow[k], flow[k + 1], cycle / GRID))
    return ValveTimes(times, rate, ejecting, np.array(stored), outlet)


def ejection(rate: Floats, least: float) -> NDArray[np.bool_]:
    """(g,) whether the outlet is open, for dV/dt (g,) over a periodic beat; a valve shuts when more than ``least`` runs back."""
    found = np.zeros(len(rate), dtype=bool)
    now = bool(rate[0] < 0)
    for _ in range(2):  # the second round starts as the first one ended
        for k, value in enumerate(rate):
            if now and value > least:
                now = False
            elif not now and value < -least:
                now = True
            found[k] = now
    return found
