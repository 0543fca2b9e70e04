"""What every cell model found must fulfil."""

import math
import re
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from geometry.errors import Refused
from solvers.cells.catalogue import find_cell, find_cells
from solvers.cells.cell import Cell, names_in
from solvers.cells.kernel import compile_cell

CELLS = find_cells()
FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "square": lambda x: x * x,
    "select": lambda c, a, b: a if c else b,
}
KERNEL_NAMES = {"p", "y", "n", "i", "dt", "first", "last", "stimuli", "stimulus"}


# variants by parameters share their equations
DISTINCT = {cell.equations: cell for cell in CELLS.values()}


@pytest.fixture(params=list(CELLS), scope="module")
def cell(request: pytest.FixtureRequest) -> Cell:
    return CELLS[request.param]


@lru_cache(maxsize=4)
def code_of(cell: Cell) -> tuple[CodeType, dict[str, CodeType]]:
    text = "\n".join(f"{name} = {expression}" for name, expression in cell.assignments())
    return compile(text, cell.name, "exec"), {state: compile(rate, state, "eval") for state, rate in cell.rates.items()}


def rates(cell: Cell, y: np.ndarray, stimulus: float) -> np.ndarray:
    """The description, evaluated by Python instead of C: an implementation of its own."""
    values = dict(zip(cell.states, map(float, y), strict=True))
    seen: dict[str, Any] = {**FUNCTIONS, **cell.parameters, **values, "stimulus": stimulus}
    equations, laws = code_of(cell)
    exec(equations, seen)
    found = {gate: (seen[f"{gate}_inf"] - seen[gate]) / seen[f"tau_{gate}"] for gate in cell.gates}
    found |= {state: eval(law, seen) for state, law in laws.items()}
    return np.array([found[state] for state in cell.states], float)


def test_its_name_says_author_and_year_and_its_source_is_a_doi(cell: Cell) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*_\d{4}(_[a-z0-9]+)?", cell.name)
    assert re.match(r"10\.\d{4,}/", cell.source)


def test_every_state_has_one_law_and_every_name_is_known(cell: Cell) -> None:
    assert sorted([*cell.gates, *cell.rates]) == sorted(cell.states)
    assert next(iter(cell.states)) == "V"
    assert "stimulus" in names_in(cell.rates["V"])
    known = {*FUNCTIONS, *cell.states, *cell.parameters, "stimulus"}
    assert not known & KERNEL_NAMES - {"stimulus"}
    for name, expression in cell.assignments():
        assert names_in(expression) <= known, name
        known.add(name)
    for gate in cell.gates:
        assert {f"{gate}_inf", f"tau_{gate}"} <= known
    for rate in cell.rates.values():
        assert names_in(rate) <= known


@pytest.mark.parametrize("cell", DISTINCT.values(), ids=lambda cell: cell.name)
def test_the_kernel_follows_the_description_as_an_implicit_integrator_does(cell: Cell) -> None:
    start = np.array(list(cell.states.values()))
    (stimulus, duration), dt = cell.stimulus, 0.005
    first = solve_ivp(lambda t, y: rates(cell, y, stimulus), (0, duration), start, "BDF", rtol=1e-5, atol=1e-7)
    rest = solve_ivp(
        lambda t, y: rates(cell, y, 0.0), (duration, 15), first.y[:, -1], "BDF", rtol=1e-5, atol=1e-7, t_eval=[5, 15]
    )
    current = np.zeros((round(15 / dt), 1))
    current[: round(duration / dt)] = stimulus
    V = compile_cell(cell).record(compile_cell(cell).rest(1), current, dt)[:, 0]
    found = V[[round(5 / dt) - 1, round(15 / dt) - 1]]
    assert found == pytest.approx(rest.y[0], abs=0.4)  # first order: halving dt halves the gap


@pytest.mark.parametrize("cell", DISTINCT.values(), ids=lambda cell: cell.name)
def test_single_precision_moves_a_beat_by_less_than_it_can_be_measured(cell: Cell) -> None:
    (stimulus, duration), dt = cell.stimulus, 0.05
    current = np.zeros((round(400 / dt), 1))
    current[: round(duration / dt)] = stimulus
    kernels = [compile_cell(cell, cell.order, precision) for precision in ("double", "single")]
    double, single = (kernel.record(kernel.rest(1), current, dt) for kernel in kernels)
    assert double.max() > cell.states["V"] + 50.0
    assert np.abs(single - double).max() < 0.1  # mV


def test_unstimulated_it_stays_at_rest(cell: Cell) -> None:
    kernel = compile_cell(cell)
    y = kernel.rest(1)
    V = kernel.record(y, np.zeros((10_000, 1)), 0.05)
    assert np.abs(V - cell.states["V"]).max() < 2.0


def test_many_cells_in_blocks_and_threads_give_what_one_cell_gives(cell: Cell) -> None:
    kernel, n = compile_cell(cell), 2500
    y, one = kernel.rest(n), kernel.rest(1)
    for k in range(60):
        strength = 52.0 if k < 20 else 0.0
        kernel.advance(y, np.full(n, strength), 0.05, threads=2)
        kernel.advance(one, np.full(1, strength), 0.05)
    assert one[0, 0] > cell.states["V"] + 30.0
    assert y == pytest.approx(np.repeat(one, n, axis=1), rel=1e-9)


RELAXING = Cell(
    name="relaxing_2000",
    title="A gate and a voltage that drive each other",
    source="10.0000/none",
    states={"V": -1.0, "g": 0.2},
    parameters={"k": 0.7},
    equations="""
    g_inf = 1 / (1 + exp(-V))
    tau_g = 0.5 + square(V)
    """,
    gates=("g",),
    rates={"V": "stimulus - k * g * V + select(V < 0, 1, 1)"},
)


@pytest.mark.parametrize(("order", "gain"), [(1, 2.0), (2, 4.0)])
def test_halving_the_step_of_a_kernel_of_that_order_gains_that_much(order: int, gain: float) -> None:
    exact = solve_ivp(lambda t, y: rates(RELAXING, y, 0.5), (0, 2.0), [-1.0, 0.2], rtol=1e-11, atol=1e-12).y[0, -1]
    kernel = compile_cell(RELAXING, order)
    errors = [kernel.record(kernel.rest(1), np.full((steps, 1), 0.5), 2.0 / steps)[-1, 0] - exact for steps in (40, 80)]
    assert errors[0] / errors[1] == pytest.approx(gain, rel=0.1)


def test_an_unknown_parameter_or_cell_is_refused_with_what_there_is() -> None:
    cell = find_cell("tentusscher_panfilov_2006_epi")
    assert cell.with_parameters(g_Kr=0.0765).parameters["g_Kr"] == 0.0765
    with pytest.raises(Refused, match="g_Kr"):
        cell.with_parameters(gKr=1.0)
    with pytest.raises(Refused, match="tentusscher_panfilov_2006_epi"):
        find_cell("hodgkin")
