"""One beat of a paced cell with everything its equations name: currents, calcium, occupancies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import Floats, compile_cell
from solvers.cells.steady import limit_cycle

_FUNCTIONS = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "square": np.square, "select": np.where}
_NO_CURRENTS = (
    "i_ion",
    "i_K",
    "i_rel",
    "i_up",
    "i_leak",
    "i_xfer",
    "i_tr",
)  # sums, and fluxes of calcium inside (mM/ms)


@dataclass(frozen=True)
class CellBeat:
    """times (t,) ms from the stimulus, V (t,) mV, states name -> (t,), currents name -> (t,) in pA/pF (outward positive)."""

    times: Floats
    V: Floats
    states: Mapping[str, Floats]
    currents: Mapping[str, Floats]

    @property
    def calcium(self) -> Floats | None:
        """Calcium in the cytosol (t,) mM, if the model has any."""
        return self.states.get("Ca_i")


def evaluate(cell: Cell, states: Mapping[str, Floats], stimulus: float = 0.0) -> dict[str, Floats]:
    """Everything the equations assign, at those states: name -> values of the states' shape."""
    names: dict[str, object] = {**cell.parameters, **states, "stimulus": stimulus}
    with np.errstate(all="ignore"):
        for name, expression in cell.assignments():
            names[name] = eval(expression, {"__builtins__": {}, **_FUNCTIONS}, names)  # our own text, not the user's
    shape = next(iter(states.values())).shape
    return {name: np.broadcast_to(np.asarray(names[name], float), shape) for name, _ in cell.assignments()}


def record_beat(
    cell: Cell, cycle_length: float = 1000.0, beats: int = 500, sample: float = 0.5, progress: Progress = silent
) -> CellBeat:
    """The beat after ``beats`` beats, all states every ``sample`` ms (and at the upstroke ten times as often)."""
    if cycle_length < 10.0 * sample:
        raise Refused(f"A cycle length of {cycle_length:g} ms is too short. Give at least {10 * sample:g} ms.")
    cell = limit_cycle(cell, cycle_length, beats, progress)
    kernel, (strength, duration), fine = compile_cell(cell, 2), cell.stimulus, 10
    y, dt = kernel.rest(1), sample / 50
    times, columns, step = [], [], 0
    steps = round(cycle_length / dt)
    while step < steps:
        # ten samples a long one in the first 10 ms
        count = min(50 // fine if step * dt < 10.0 else 50, steps - step)
        now = dt * (step + np.arange(count))
        kernel.record(y, np.where(now < duration - 1e-9, strength, 0.0)[:, None].copy(), dt)
        step += count
        times.append(dt * step)
        columns.append(y[:, 0].copy())
    found = dict(zip(cell.states, np.array(columns).T, strict=True))
    values = evaluate(cell, found)
    currents = {name: value for name, value in values.items() if re.match(r"i_", name) and name not in _NO_CURRENTS}
    return CellBeat(np.array(times), found["V"], found, currents)
