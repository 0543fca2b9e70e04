import pytest

from geometry.dicom.series_words import shown_description


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cine_sax trufisp 8mm", "cine sax trufisp 8mm"),
        ("cine short axis cine_short_axis", "cine short axis"),
        ("lge psir miller john", "lge psir ..."),
        ("long^richard cine", "... cine"),  # a surname that is a word of scanning too
        ("john miller 1951", ""),
        ("", ""),
        ("phase 75%", "phase 75%"),
    ],
)
def test_words_of_scanning_are_shown_and_names_never(typed: str, shown: str) -> None:
    assert shown_description(typed) == shown
