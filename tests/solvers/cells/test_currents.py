from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from solvers.cells.catalogue import find_cell
from solvers.cells.currents import evaluate, record_beat
from solvers.cells.steady import limit_cycle, settle

SIMPLE = find_cell("mitchell_schaeffer_2003")


def test_the_named_currents_of_a_beat_add_up_to_what_moves_the_voltage() -> None:
    beat = record_beat(SIMPLE, beats=2)
    late = beat.times > 12
    slope = np.gradient(beat.V[late], beat.times[late])
    net = beat.currents["i_in"] + beat.currents["i_out"]
    assert slope == pytest.approx(-net[late], abs=0.05)


def test_potassium_alone_leaves_a_resting_cell_outward() -> None:
    cell = find_cell("courtemanche_1998")
    found = evaluate(cell, {name: np.array([value]) for name, value in cell.states.items()})
    assert found["i_K1"][0] > 0 > found["i_bNa"][0]
    assert abs(found["i_ion"][0]) < 0.1  # the published rest is one


def test_a_limit_cycle_is_found_again_and_depends_on_parameters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("solvers.cells.steady.cycle_folder", lambda: tmp_path / "cycles")
    first = limit_cycle(SIMPLE, 400.0, 5)
    monkeypatch.setattr("solvers.cells.steady._pace_array", None)  # what was kept needs no pacing
    assert limit_cycle(SIMPLE, 400.0, 5).states == first.states
    with pytest.raises(TypeError):
        limit_cycle(SIMPLE.with_parameters(tau_open=121.03), 400.0, 5)


def test_cells_with_parameters_of_their_own_do_as_each_would_alone() -> None:
    values = np.array([100.0, 150.0, 200.0])
    varied, y = settle(SIMPLE, 500.0, 3, {"tau_close": values})
    row = list(varied.states).index("h")
    for k, value in enumerate(values):
        _, alone = settle(SIMPLE.with_parameters(tau_close=float(value)), 500.0, 3)
        assert y[row, k] == pytest.approx(alone[1, 0], rel=1e-9)


def test_a_mitchell_schaeffer_beat_lasts_the_analytic_time_shorter_when_it_starts_from_less() -> None:
    # tau_close ln(h_1 / h_2) between gates that recovered for 900 and for 400 ms; leading order, so 3 ms
    durations = {}
    for cycle in (1000.0, 500.0):
        beat = record_beat(SIMPLE, cycle, beats=10)
        below = beat.times[(beat.V < -69.8) & (beat.times > 20)][0]  # the gate turns at 13 % of the amplitude
        durations[cycle] = (below, float(beat.states["h"][-1]))
    (long, h_long), (short, h_short) = durations.values()
    assert long - short == pytest.approx(150 * np.log(h_long / h_short), abs=3)


def test_a_cycle_that_is_no_cycle_is_refused() -> None:
    for cycle in (0.0, -5.0):
        with pytest.raises(Refused, match="cycle"):
            record_beat(SIMPLE, cycle)
