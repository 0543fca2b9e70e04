"""Numbers as people read them."""

import pytest

from geometry.metric import Metric, digits_for, rounded, shown_text, shown_unit, with_sd


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("mm2", "mm\u00b2"),
        ("cm^2", "cm\u00b2"),
        ("mm^3", "mm\u00b3"),
        ("1", ""),
        ("ml", "mL"),
        ("m/s", "m/s"),
        ("mmHg", "mmHg"),
    ],
)
def test_units_are_written_as_people_write_them(unit: str, shown: str) -> None:
    assert shown_unit(unit) == shown


def test_a_degree_stands_at_its_number_and_other_units_apart() -> None:
    assert Metric("axis", "Axis", 38.0, "deg").text() == "38\u00b0"
    assert Metric("area", "Area", 107.2, "mm2", 99.0, 110.0).text() == "107 mm\u00b2 (99 to 110)"


def test_powers_and_degrees_in_notes_are_written_too() -> None:
    assert (
        shown_text("4 v^2; normal -30 to +90 deg; opens to 1 cm2.")
        == "4 v\u00b2; normal -30 to +90\u00b0; opens to 1 cm\u00b2."
    )


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (-0.01, "mm", "0 mm"),  # a hundredth of a millimetre is nothing that a scan tells
        (-0.0, "mm", "0 mm"),
        (-0.34, "mm", "-0.3 mm"),
        (0.04, "mV", "0.040 mV"),  # a late potential: units that go finer keep their digits
        (1e-9, "mV", "0 mV"),
        (117.6, "ms", "118 ms"),
        (0.25, "1", "0.25"),
    ],
)
def test_a_number_has_no_more_digits_than_its_unit_supports_and_zero_no_minus(
    value: float, unit: str, shown: str
) -> None:
    assert Metric("clearance", "Clearance", value, unit).text() == shown


def test_an_interval_around_nothing_has_the_digits_of_its_width_and_no_minus_before_zero() -> None:
    assert Metric("gap", "Gap", -0.04, "mm", -0.4, 0.2).text() == "0.0 mm (-0.4 to 0.2)"
    assert Metric("area", "Area", 1.0, "cm2", -0.004, 2.0).text() == "1.0 cm\u00b2 (0.0 to 2.0)"


def test_a_rounded_difference_has_its_sign_but_zero_no_minus() -> None:
    assert rounded(-0.04, 1, plus=True) == "+0.0"
    assert rounded(0.26, 1, plus=True) == "+0.3"
    assert digits_for(float("nan"), None, None) == 4  # it is shown as what it is


@pytest.mark.parametrize(
    ("mean", "sd", "unit", "shown"),
    [
        (0.0604, 0.018, "1", "0.060 \u00b1 0.018"),
        (0.735, 0.25, "1", "0.73 \u00b1 0.25"),
        (0.25, 0.04, "m/s", "0.25 \u00b1 0.04 m/s"),
        (75.2, 21.3, "ml", "75 \u00b1 21 mL"),
        (1204.0, 118.0, "ms", "1204 \u00b1 118 ms"),
        (-0.001, 0.5, "mm", "0.0 \u00b1 0.5 mm"),
        (60.0, 0.0, "deg", "60 \u00b1 0\u00b0"),
    ],
)
def test_a_mean_has_the_digits_of_its_sd(mean: float, sd: float, unit: str, shown: str) -> None:
    assert with_sd(mean, sd, unit) == shown
