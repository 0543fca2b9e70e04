"""The outlet's vessels against the exact solution of their equation, and coupled to flow where an explicit outlet breaks."""

import numpy as np

from geometry.progress import Progress
from geometry.shapes import tube
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check

NAME = "flow-windkessel"
TITLE = "Vessels behind an outlet"
OUTLET = Outlet(
    proximal=0.0067, distal=0.1333, compliance=11250.0, venous=0.67
)  # about 0.05, 1.0 mmHg s/mL, 1.5 mL/mmHg
STEP = 10.0  # ms, the step of the flow solver


def verify(progress: Progress) -> list[Check]:
    """A sine of flow into the windkessel, its decay, and a pressure-driven pipe behind a large resistance."""
    progress(0.0, "Windkessel")
    sine = sine_error(OUTLET, STEP)
    progress(0.2, "Pipe with a large outlet resistance")
    flows = stiff_outlet_flows()
    return [
        Check("outlet pressure error", sine, 0.0, 0.002, "1", "exact solution of the windkessel's equation"),
        Check("decay after 0.5 s", decay(), 71.65, 0.02, "mmHg", "100 mmHg exp(-0.5 s / 1.5 s)"),
        Check("flow behind a large resistance", float(flows[-1]), 1.0, 0.005, "1", "p / (R + 8 mu L / (pi r^4))"),
        Check("its oscillation", float(np.ptp(flows[5:])), 0.0, 0.005, "1", "a steady flow does not oscillate"),
    ]


def sine_error(outlet: Outlet, step: float, period: float = 800.0) -> float:
    """Largest error of the outlet pressure over one period of  Q = Q0 sin(w t), against its largest value.

    p - pv = (p0 - pv) e^(-t/T) + Q0 Rd / (1 + w^2 T^2) (sin wt - wT cos wt + wT e^(-t/T)),  T = Rd C.
    """
    peak, w, tau = 300.0, 2 * np.pi / period, outlet.distal * outlet.compliance
    times = np.arange(round(period / step) + 1) * step
    flow = peak * np.sin(w * times)
    fade = np.exp(-times / tau)
    swing = np.sin(w * times) - w * tau * (np.cos(w * times) - fade)
    start = 10.0
    stored = outlet.venous + (start - outlet.venous) * fade + peak * outlet.distal / (1 + (w * tau) ** 2) * swing
    exact = stored + outlet.proximal * flow
    value, error = start, 0.0
    for k in range(len(times) - 1):
        value = outlet.advance(value, flow[k], flow[k + 1], step)
        error = max(error, abs(outlet.pressure(value, flow[k + 1]) - exact[k + 1]))
    return float(error / np.abs(exact).max())


def decay() -> float:
    """What is left after 0.5 s of 100 mmHg, RC = 1.5 s, in steps of 10 ms, without flow (mmHg; any unit will do)."""
    outlet, value = Outlet(proximal=0.0, distal=1.0, compliance=1500.0), 100.0
    for _ in range(50):
        value = outlet.advance(value, 0.0, 0.0, STEP)
    return value


def stiff_outlet_flows(steps: int = 12) -> np.ndarray:
    """Flow after each 10 ms step against the exact one, in a pipe driven by a pressure, with an outlet resistance R so large
    that an explicit outlet swings to 100 times the flow: it is stable only for  dt < 2 rho L / (R pi r^2) = 3 ms here."""
    radius, length, resistance, pressure, fluid = 10.0, 50.0, 0.1, 1.0, Fluid(1.06, 0.004)
    flow = NavierStokes(tube(radius, length, 3.3), fluid, Outlet(resistance), None)
    exact = pressure / (resistance + 8 * fluid.viscosity * length / (np.pi * radius**4))
    state, flows = flow.at_rest(0.0), []
    for _ in range(steps):
        state = flow.advance(state, STEP, lambda _: pressure)
        flows.append(state.outflow / exact)
    return np.asarray(flows)
