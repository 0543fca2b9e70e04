"""Two outlets with large resistances behind a box of blood that a pressure drives: each takes its share, without swinging.

An outlet whose pressure follows the flow of the step before swings for  dt > 2 rho L / (R A)  and soon is hundreds of times off;
with a prescribed inflow and one outlet nobody would notice, as the flow is then given.
"""

from dataclasses import dataclass, replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.shapes import slab
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check

NAME = "flow-outlets"
TITLE = "Two outlets with large resistances, driven by a pressure"
SIDES, EDGE = (60.0, 20.0, 20.0), 4.0  # mm; outlets at both ends, the inlet in the middle of the top
RESISTANCE = {"outlet_left": 0.1, "outlet_right": 0.2}  # kPa ms/mm3: 1000 and 2000 dyn s/cm5
PRESSURE, STEP, STEPS = 1.0, 10.0, 14  # kPa, ms
BLOOD = Fluid(1.06, 0.004)


@dataclass(frozen=True)
class Shares:
    """Flow through each outlet after every step against  p / R  (steps, 2), and the most iterations of a step."""

    flows: Floats
    iterations: int


def verify(progress: Progress) -> list[Check]:
    """Steady shares, how they swing, and what the solver needs."""
    found = shares(progress)
    checks = []
    for name, flow in zip(RESISTANCE, found.flows.T, strict=True):
        words = f"{name}, {RESISTANCE[name] * 1e4:.0f} dyn s/cm5"
        checks += [
            Check(f"{words}: flow", float(flow[-1]), 1.0, 0.005, "1", "p / R: friction in the box is 0.01 % of it"),
            Check(
                f"{words}: its oscillation", float(np.ptp(flow[5:])), 0.0, 0.005, "1", "a steady flow does not swing"
            ),
        ]
    return [*checks, Check("iterations, most in a step", found.iterations, 0.0, 20.0, "1", "as without outlets")]


def shares(progress: Progress) -> Shares:
    """March from rest."""
    flow = NavierStokes(box(), BLOOD, {name: Outlet(r) for name, r in RESISTANCE.items()}, None)
    exact = np.array([PRESSURE / RESISTANCE[name] for name in flow.outlet_names])
    state, flows, iterations = flow.at_rest(0.0), [], 0
    for number in range(STEPS):
        progress(number / STEPS, "Two outlets")
        state = flow.advance(state, STEP, lambda _: PRESSURE)
        flows.append(state.outflows / exact)
        iterations = max(iterations, state.iterations)
    return Shares(np.array(flows), iterations)


def box() -> HeartMesh:
    """The box, its ends outlets, a square of its top the inlet."""
    mesh = slab(SIDES, EDGE)
    middle = np.abs(mesh.points[mesh.facets].mean(axis=1)[:, 0] - SIDES[0] / 2)
    tag = np.full(len(mesh.facets), 4, dtype=np.int32)
    tag[(mesh.facet_tag == 6) & (middle < SIDES[1] / 2)] = 1
    tag[mesh.facet_tag == 1], tag[mesh.facet_tag == 2] = 2, 3
    names = {1: "inlet", 2: "outlet_left", 3: "outlet_right", 4: "wall"}
    return replace(mesh, facet_tag=tag, facet_names=names, kind="blood_pool", region_names={1: "blood"})
