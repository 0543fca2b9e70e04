import math

import numpy as np
import pytest

from geometry.errors import Refused
from solvers.cells.catalogue import find_cell
from solvers.drugs.block import changed_parameters, remaining, under_drug
from solvers.drugs.catalogue import find_drug, find_drugs
from solvers.drugs.markers import classify, correct_qt, has_early_afterdepolarisation, measure_beat


def test_at_its_ic50_half_is_left_and_at_ten_times_the_hill_law_says_how_much() -> None:
    assert remaining(30.0, 30.0, 1.7) == 0.5
    assert remaining(300.0, 30.0, 2.0) == pytest.approx(1 / 101)
    assert remaining(0.0, 30.0) == 1.0


@pytest.mark.parametrize("wrong", [(-1.0, 10.0, 1.0), (math.nan, 10.0, 1.0), (1.0, 0.0, 1.0), (1.0, 10.0, -1.0)])
def test_what_is_no_concentration_or_ic50_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(Refused):
        remaining(*wrong)


def test_all_drugs_of_cipa_are_there_with_their_classes() -> None:
    drugs = find_drugs()
    assert len(drugs) == 28
    training = [drug.risk for drug in drugs.values() if drug.purpose == "training"]
    assert [training.count(risk) for risk in ("high", "intermediate", "low")] == [4, 4, 4]  # Li 2017
    assert all(drug.free_peak > 0 and "Kr" in drug.blocks for drug in drugs.values())
    assert drugs["verapamil"].blocks["CaL"] == pytest.approx((201.8, 1.10), rel=0.01)  # FDA/CiPA
    assert drugs["dofetilide"].binding["K_u"] == 1.816e-5
    with pytest.raises(Refused, match="dofetilide"):
        find_drug("aspirin")


def test_a_model_that_knows_hergs_states_gets_binding_and_another_a_plain_block() -> None:
    drug = find_drug("Dofetilide")
    binding = changed_parameters(find_cell("ohara_rudy_cipa_2017"), drug, 4.0)
    assert binding["D"] == 4.0
    assert binding["K_max"] == 35.1
    assert "g_Kr" not in binding
    plain = under_drug(find_cell("ohara_rudy_2011_endo"), drug, drug.blocks["Kr"][0])
    assert plain.parameters["g_Kr"] == pytest.approx(0.5 * 0.046)


def test_four_rules_of_qt() -> None:
    # RR 0.8 s, QT 400 ms; each rule worked out by hand
    expected = {"Bazett": 447.2, "Fridericia": 430.9, "Framingham": 430.8, "Hodges": 426.25}
    assert correct_qt(400.0, 800.0) == pytest.approx(expected, abs=0.06)
    assert set(correct_qt(400.0, 1000.0).values()) == {400.0}
    with pytest.raises(Refused):
        correct_qt(400.0, 0.0)


TIMES = np.arange(0.5, 1000.0, 0.5)
PLAIN = np.where(TIMES < 5, -85.0, np.maximum(30.0 - 0.4 * (TIMES - 5), -85.0))


def test_an_early_afterdepolarisation_is_seen_and_a_plain_beat_is_not_one() -> None:
    bump = 15.0 * np.exp(-(((TIMES - 230) / 15) ** 2))
    assert not has_early_afterdepolarisation(TIMES, PLAIN)
    assert has_early_afterdepolarisation(TIMES, PLAIN + bump)
    assert has_early_afterdepolarisation(TIMES, np.maximum(PLAIN, -30.0))  # never repolarises
    assert measure_beat(TIMES, PLAIN).triangulation == pytest.approx(
        0.4 * 115 / 0.4, abs=1
    )  # 40 % of 115 mV at 0.4 mV/ms


def test_the_flag_overrides_the_net_charge() -> None:
    assert [classify(q, False) for q in (0.05, 0.06, 0.08)] == ["high", "intermediate", "low"]
    assert classify(0.08, True) == "high"
