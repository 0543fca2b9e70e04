"""Intervals made as wide as errors were."""

import numpy as np
import pytest

from geometry.measures.interval_scale import SCALES, scaled, scaled_band


def test_both_sides_are_scaled_about_the_value() -> None:
    low, high = scaled("cine_short_axis", "lv_esv", 60.0, 50.0, 64.0)
    assert (60.0 - low, high - 60.0) == pytest.approx((10.0 * SCALES["lv_esv"], 4.0 * SCALES["lv_esv"]))


def test_a_value_is_always_within_its_interval_and_what_was_not_calibrated_stays() -> None:
    assert scaled("cine_short_axis", "lv_volume", 10.0, 11.0, 12.0) == (10.0, 12.0)
    assert scaled("cine_short_axis", "lv_volume", 10.0, 9.0, 12.0) == (9.0, 12.0)


def test_the_band_of_a_curve_ends_in_the_intervals_of_its_volumes() -> None:
    volume = np.array([150.0, 100.0, 60.0, 110.0])
    low, high = scaled_band("cine_short_axis", "rv", volume, volume - 10.0, volume + 20.0)
    for phase, name in ((0, "rv_edv"), (2, "rv_esv")):
        assert (low[phase], high[phase]) == pytest.approx(
            scaled("cine_short_axis", name, volume[phase], *(volume[phase] + (-10.0, 20.0)))
        )
    assert (low <= volume).all() and (volume <= high).all()


def test_a_method_whose_errors_were_fitted_by_themselves_is_not_scaled_by_those_of_cine() -> None:
    assert scaled("contrast_ct, corrected by hand", "lv_mass", 100.0, 90.0, 110.0) == (90.0, 110.0)
