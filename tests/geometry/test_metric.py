"""Numbers as people read them."""

import pytest

from geometry.metric import Metric, shown_text, shown_unit


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
