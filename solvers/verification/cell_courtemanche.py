"""First beats of the Courtemanche cell against an implicit integrator (BDF) run on the description by Python, and its rest.

The integrator is another, the equations are the same text: a slip in the equations would show in the rest and in the shape.
"""

import numpy as np
from scipy.integrate import solve_ivp

from geometry.progress import Progress
from solvers.cells.catalogue import find_cell
from solvers.cells.cell import Cell
from solvers.cells.currents import evaluate
from solvers.cells.kernel import Floats, compile_cell
from solvers.drugs.markers import measure_beat
from solvers.result import Check

NAME = "ep-cell-courtemanche"
TITLE = "Action potential of Courtemanche 1998"

_PAPER = "initial values of doi 10.1152/ajpheart.1998.275.1.H301"


def verify(progress: Progress) -> list[Check]:
    """APD90, APD50, peak of the first beat; rest after ten seconds without stimulus."""
    cell = find_cell("courtemanche_1998")
    times = np.arange(0.05, 600.0, 0.05)
    exact = measure_beat(times, _implicit(cell, times))
    progress(0.8, "Kernel")
    kernel = compile_cell(cell, 2)
    stimulus = np.zeros((len(times), 1))
    stimulus[: round(cell.stimulus[1] / 0.05)] = cell.stimulus[0]
    found = measure_beat(times, kernel.record(kernel.rest(1), stimulus, 0.05)[:, 0])
    quiet = kernel.record(kernel.rest(1), np.zeros((200_000, 1)), 0.05)[-1, 0]
    source = "BDF on the description, relative tolerance 1e-7"
    return [
        Check("APD90 of the first beat", found.apd90, exact.apd90, 0.5, "ms", source),
        Check("APD50 of the first beat", found.apd50, exact.apd50, 0.5, "ms", source),
        Check("peak", found.peak, exact.peak, 0.5, "mV", source),
        Check("rest", float(quiet), -81.18, 0.5, "mV", _PAPER),
    ]


def _implicit(cell: Cell, times: Floats) -> Floats:
    """V at those times by BDF, stimulated as the model asks."""
    strength, duration = cell.stimulus
    start = np.array(list(cell.states.values()))
    options = {"method": "BDF", "rtol": 1e-7, "atol": 1e-9}
    first = solve_ivp(lambda t, y: _rates(cell, y, strength), (0, duration), start, dense_output=True, **options)
    then = solve_ivp(
        lambda t, y: _rates(cell, y, 0.0), (duration, times[-1]), first.y[:, -1], dense_output=True, **options
    )
    V: Floats = np.where(times < duration, first.sol(times)[0], then.sol(times)[0])
    return V


def _rates(cell: Cell, y: Floats, stimulus: float) -> Floats:
    states = dict(zip(cell.states, y, strict=True))
    seen = evaluate(cell, states, stimulus)
    scope = {**cell.parameters, **states, **seen, "stimulus": stimulus, "square": np.square}
    found = {gate: (seen[f"{gate}_inf"] - states[gate]) / seen[f"tau_{gate}"] for gate in cell.gates}
    found |= {state: eval(rate, {"__builtins__": {}}, scope) for state, rate in cell.rates.items()}
    return np.array([float(found[state]) for state in cell.states])
