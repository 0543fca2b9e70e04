import numpy as np
import pytest

from solvers.cells.catalogue import find_cell
from solvers.cells.pace import action_potential_duration, pace, restitution

EPI = find_cell("tentusscher_panfilov_2006_epi")


def test_the_duration_of_a_triangle_is_read_off_at_the_wanted_level() -> None:
    times = np.arange(0.0, 301.0)
    V = np.where(times < 10, -80.0, np.maximum(20.0 - (times - 10) * 0.5, -80.0))  # peak 20 at 10 ms, -80 at 210 ms
    assert action_potential_duration(times, V, 0.9) == pytest.approx(190 - 9.5, abs=0.6)
    assert action_potential_duration(times, V, 0.5) == pytest.approx(110 - 9.5, abs=0.6)


def test_no_action_potential_has_no_duration() -> None:
    assert np.isnan(action_potential_duration(np.arange(100.0), np.full(100, -85.0)))


def test_a_paced_cell_has_the_published_shape() -> None:
    # 300.9 ms, -85.4 mV after 500 beats by CVODE (same model); after 5 beats from the published state the duration is
    # still 5 ms longer
    beat = pace(EPI, beats=5)
    assert action_potential_duration(beat.times, beat.V) == pytest.approx(300.9, abs=8)
    assert beat.V[-1] == pytest.approx(-85.4, abs=0.5)


def test_blocking_the_rapid_potassium_current_prolongs_the_action_potential() -> None:
    # 300.9 -> 323.1 ms at half g_Kr (CVODE, 500 beats)
    half = pace(EPI.with_parameters(g_Kr=0.5 * EPI.parameters["g_Kr"]), beats=5)
    full = pace(EPI, beats=5)
    gain = action_potential_duration(half.times, half.V) - action_potential_duration(full.times, full.V)
    assert gain == pytest.approx(22.2, abs=5)


def test_early_beats_are_shorter_and_too_early_ones_fail() -> None:
    found = restitution(EPI, [600, 400, 350, 290], beats=2, dt=0.04)
    assert found[600] > found[400] > found[350] > 150
    assert np.isnan(found[290])  # none at or below 310 ms


# APD90 at 1 Hz: CVODE on the published CellML (500 beats; ToR-ORd: of its version with dynamic chloride), the first beat of
# Courtemanche by BDF on the description; few beats from the published state are within the tolerance of it
@pytest.mark.parametrize(
    ("name", "apd", "rest", "tolerance"),
    [
        ("ohara_rudy_2011_endo", 267.9, -88.0, 10.0),
        ("ohara_rudy_2011_epi", 227.4, -88.0, 12.0),
        ("ohara_rudy_cipa_2017", 263.1, -88.0, 14.0),
        ("tomek_2019_endo", 274.3, -89.0, 6.0),
        ("tomek_2019_epi", 236.4, -89.3, 6.0),
        ("courtemanche_1998", 298.1, -81.2, 6.0),
    ],
)
def test_each_model_has_about_its_published_duration_and_rest(
    name: str, apd: float, rest: float, tolerance: float
) -> None:
    beat = pace(find_cell(name), beats=2)
    assert action_potential_duration(beat.times, beat.V) == pytest.approx(apd, abs=tolerance)
    assert beat.V[-1] == pytest.approx(rest, abs=0.6)


def test_an_epicardial_cell_is_shorter_and_a_mid_wall_one_longer() -> None:
    for author in ("ohara_rudy_2011", "tomek_2019"):
        beats = [pace(find_cell(f"{author}_{layer}"), beats=1, dt=0.05) for layer in ("epi", "endo", "m")]
        durations = [action_potential_duration(beat.times, beat.V) for beat in beats]
        assert durations == sorted(durations)
