"""Pictures taken for the report: kept with their words, oldest first, taken out again."""

from pathlib import Path

import pytest

from app.captures import PNG, captures, forget_capture, keep_capture
from app.case import Case
from geometry.errors import Refused


def test_pictures_are_kept_with_their_words_and_taken_out_again(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "Case")
    assert captures(case) == ()
    first = keep_capture(case, PNG + b"first", "What if: Pacing")
    second = keep_capture(case, PNG + b"second", " Mean ")
    assert captures(case) == (first, second) and second.words == "Mean"
    assert first.path.read_bytes() == PNG + b"first"
    forget_capture(first)
    third = keep_capture(case, PNG + b"third", "")
    assert captures(case) == (second, third)  # a number is not given twice while a later one is there
    with pytest.raises(Refused, match="not a PNG"):
        keep_capture(case, b"GIF89a", "")
