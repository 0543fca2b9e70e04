import numpy as np
import pytest

from geometry.errors import Refused
from solvers.cells.catalogue import find_cell
from solvers.cells.kernel import compile_cell
from solvers.cells.variants import layer_variant, together, with_currents


@pytest.mark.parametrize("family", ["tentusscher_panfilov_2006_epi", "ohara_rudy_2011_m"])
def test_layers_in_one_array_beat_as_each_alone(family: str) -> None:
    cells = [layer_variant(family, name) for name in ("endo", "m", "epi")]
    cells.append(with_currents(cells[2], {"Na": 0.38, "CaL": 0.31}))
    merged, y = together(cells)
    kernel, stimulus = compile_cell(merged, 2), np.zeros((4000, 4))
    stimulus[:100] = 52.0
    V = kernel.record(np.ascontiguousarray(y), stimulus, 0.01)
    for column, cell in enumerate(cells):
        alone = compile_cell(cell, 2)
        V_alone = alone.record(alone.rest(1), np.ascontiguousarray(stimulus[:, :1]), 0.01)
        np.testing.assert_allclose(V[:, column], V_alone[:, 0], rtol=1e-9, atol=1e-9)
    assert np.ptp(V[-1]) > 1.0  # and they differ


def test_only_what_differs_becomes_a_state() -> None:
    merged, y = together([layer_variant("tentusscher_panfilov_2006_m", name) for name in ("endo", "m", "epi")])
    assert list(merged.states)[-3:] == ["g_Ks", "g_to", "endo"]
    assert y[-3].tolist() == [0.392, 0.098, 0.392]
    assert y.shape == (22, 3)


def test_a_model_without_layers_is_refused_with_those_that_have() -> None:
    with pytest.raises(Refused, match="ohara_rudy_2011_epi"):
        layer_variant("mitchell_schaeffer_2003", "endo")
    with pytest.raises(Refused, match="other models"):
        together([find_cell("tomek_2019_epi"), find_cell("ohara_rudy_2011_epi")])


def test_currents_a_model_does_not_have_are_left_alone() -> None:
    plain = find_cell("mitchell_schaeffer_2003")
    assert with_currents(plain, {"Na": 0.38}) == plain
    slow = with_currents(find_cell("ohara_rudy_2011_epi"), {"CaL": 0.5})
    assert slow.parameters["P_CaL"] == pytest.approx(0.5 * find_cell("ohara_rudy_2011_epi").parameters["P_CaL"])
