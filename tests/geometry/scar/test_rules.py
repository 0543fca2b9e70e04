"""The rules for scar on a ring whose truth is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import rice

from geometry.errors import Refused
from geometry.scar.amount import amount, chords, transmurality
from geometry.scar.rules import BORDER, CORE, HEALTHY, NO_REFLOW, RULES, classify, rule_named
from geometry.scar.sectors import angles, segments
from geometry.scar.study import find, warnings_about

Ring = Any  # of conftest.py


def flat(ring: Ring, muscle: float = 100.0, blood: float = 600.0) -> NDArray[np.float64]:
    signal = np.full(ring.radius.shape, muscle)
    signal[ring.radius < 24] = blood
    return signal


@pytest.mark.parametrize(("n", "normal"), [(2, 0.02275), (3, 0.00135), (4, 3.17e-5), (5, 2.87e-7)])
def test_n_sd_finds_in_pure_noise_what_the_distribution_says(ring: Ring, n: int, normal: float) -> None:
    # 2.28 % and 0.135 % are the tails of a normal distribution; those of Rician noise at 10 to 1 are a little larger
    noise, signal = 10.0, 100.0
    tissue = ring.tissue(ring.noisy(flat(ring, signal), noise))
    law = rice(signal / noise, scale=noise)
    expected = float(law.sf(law.mean() + n * law.std()))
    voxels = int(tissue.wall.sum())
    found = int((classify(tissue, RULES[f"sd{n}"]) == CORE).sum())
    counting = 4 * np.sqrt(voxels * expected) + 1
    assert abs(found - voxels * expected) < counting
    assert abs(voxels * (expected - normal)) < counting  # so that the textbook number holds as well


def test_noise_holds_no_scar_for_rules_that_need_a_bright_patch(ring: Ring) -> None:
    tissue = ring.tissue(ring.noisy(flat(ring), 10.0))
    for name in ("fwhm", "schmidt", "roes"):
        assert set(np.unique(classify(tissue, RULES[name]))) == {0, HEALTHY}
    assert any("no scar" in note for note in warnings_about(tissue))


def test_all_healthy_muscle_serves_as_remote_so_that_it_is_not_chosen_dark(ring: Ring) -> None:
    tissue = ring.tissue(ring.noisy(flat(ring), 10.0))
    assert tissue.remote.sum() > 0.6 * tissue.wall.sum()
    assert tissue.remote_mean == pytest.approx(100.5, abs=0.5)  # Rician: about sqrt(100^2 + 10^2)
    assert tissue.remote_sd == pytest.approx(10.0, abs=0.3)


def stepped(ring: Ring, shares: tuple[float, ...]) -> tuple[NDArray[np.float64], list[NDArray[np.bool_]]]:
    """Muscle of 100 with wedges of 15 degrees of the given shares of 1000, side by side in all slices."""
    signal, wedges = flat(ring), []
    for number, share in enumerate(shares):
        wedge = (np.floor(ring.angle / 15) == number) & (ring.radius >= 24) & (ring.radius < 36)
        signal[wedge] = 1000.0 * share
        wedges.append(wedge)
    return signal, wedges


def test_each_rule_draws_its_line_where_it_was_published(ring: Ring) -> None:
    shares = (1.0, 0.51, 0.49, 0.36, 0.34, 0.2)
    signal, wedges = stepped(ring, shares)
    tissue = ring.tissue(ring.noisy(signal, 2.0))
    middle = np.abs(ring.radius - 30) < 3

    def of(name: str) -> list[int]:
        labels = classify(tissue, RULES[name], no_reflow=False)
        return [int(np.median(labels[wedge & middle])) for wedge in wedges]

    assert tissue.brightest is not None and 1000 <= tissue.brightest < 1010
    assert of("fwhm") == [CORE, CORE, HEALTHY, HEALTHY, HEALTHY, HEALTHY]
    assert of("roes") == [CORE, CORE, BORDER, BORDER, HEALTHY, HEALTHY]
    assert of("schmidt") == [CORE, CORE, BORDER, BORDER, BORDER, BORDER]
    assert of("sd6") == [CORE] * 6


def test_the_border_of_the_sd_rule_lies_between_two_and_three(ring: Ring) -> None:
    tissue = ring.tissue(ring.noisy(flat(ring), 10.0))
    labels = classify(tissue, RULES["sd2-3"])
    deviations = (tissue.grey - tissue.remote_mean) / tissue.remote_sd
    free = ~tissue.rim
    assert ((deviations[(labels == BORDER) & free] > 2) & (deviations[(labels == BORDER) & free] <= 3)).all()
    assert (deviations[labels == CORE] > 3).all()


def test_a_dark_middle_of_scar_counts_when_asked(ring: Ring) -> None:
    signal, _ = stepped(ring, (1.0,) * 5)
    dark = (np.abs(ring.angle - 37) < 12) & (np.abs(ring.radius - 29) < 2.5)
    signal[dark] = 110.0
    tissue = ring.tissue(ring.noisy(signal, 3.0))
    with_it, without = (classify(tissue, RULES["fwhm"], asked) for asked in (True, False))
    assert (with_it[dark] == NO_REFLOW).mean() > 0.95
    assert not (without == NO_REFLOW).any()
    gained = amount(with_it, tissue).core - amount(without, tissue).core
    assert gained == pytest.approx(dark.sum() * 8.0 * 1.05e-3, rel=0.1)  # voxels of 8 mm3 at 1.05 g/ml


def test_blood_and_fat_that_reach_into_the_wall_are_no_scar(ring: Ring) -> None:
    signal = flat(ring)
    signal[(ring.radius >= 24) & (ring.radius < 25)] = 400.0
    signal[(ring.radius > 35) & (ring.radius < 36)] = 500.0
    tissue = ring.tissue(ring.noisy(signal, 5.0))
    assert find(tissue, RULES["sd5"]).amount.core_percent < 0.1
    signal[(ring.radius >= 24) & (ring.radius < 28) & (np.abs(ring.angle) < 20)] = 700.0  # a real subendocardial scar
    tissue = ring.tissue(ring.noisy(signal, 5.0))
    true = ((ring.radius >= 24) & (ring.radius < 28) & (np.abs(ring.angle) < 20)).sum() * tissue.voxel_mass
    assert find(tissue, RULES["fwhm"]).amount.core == pytest.approx(true, rel=0.03)


def test_half_the_wall_is_half_transmural_in_the_segments_it_covers(ring: Ring) -> None:
    signal = flat(ring)
    scar = (ring.radius >= 24) & (ring.radius < 30) & (ring.angle > 65) & (ring.angle < 115)
    signal[scar] = 900.0
    tissue = ring.tissue(ring.noisy(signal, 5.0))
    deep = transmurality(classify(tissue, RULES["fwhm"]), tissue, chords(angles(ring.wall)))
    for segment in (1, 7):  # anterior, basal and middle
        share, reach = deep[segment]
        # half of the radius is (30^2 - 24^2) / (36^2 - 24^2) = 45 % of the area, over 50 of 60 degrees
        assert reach == pytest.approx(0.45, abs=0.03)
        assert share == pytest.approx(0.45 * 50 / 60, abs=0.03)
    assert deep[4] == (0.0, 0.0)


def test_segments_are_those_of_the_american_heart_association(ring: Ring) -> None:
    found = segments(ring.wall)
    middle = 4
    # seen with the septum towards the patient's right: front is anterior, back inferior
    at = {"septum, front half": (30, 8), "septum, back half": (-30, 9), "front": (90, 7), "back": (-90, 10)}
    for angle, number in (*at.values(), (150, 12), (-150, 11)):
        here = (np.abs(ring.angle - angle) < 3) & ring.wall.inside
        assert set(np.unique(found[..., middle][here[..., middle]])) == {number}
    assert set(np.unique(found[..., 8])) == {0, 1, 2, 3, 4, 5, 6}  # the base: the slices go towards it
    assert set(np.unique(found[..., 0])) == {0, 13, 14, 15, 16}
    counts = np.bincount(found[..., middle].ravel())[7:13]
    assert counts == pytest.approx(np.full(6, counts.mean()), rel=0.02)


def test_a_rule_can_be_made_for_any_number_of_deviations_and_no_other(ring: Ring) -> None:
    tissue = ring.tissue(ring.noisy(flat(ring), 10.0))
    assert rule_named("sd4.5").levels(tissue).core == pytest.approx(tissue.remote_mean + 4.5 * tissue.remote_sd)
    for wrong in ("sd99", "otsu", "sdx"):
        with pytest.raises(Refused, match="no rule"):
            rule_named(wrong)
