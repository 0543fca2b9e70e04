"""Pictures taken for the report: kept with their words, oldest first, taken out again."""

from pathlib import Path

import pytest

from app.__main__ import main
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


def test_the_verb_keeps_a_picture_and_says_why_another_is_not_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, picture = Case.create(tmp_path / "case", "Case"), tmp_path / "heart.png"
    picture.write_bytes(PNG + b"rest")
    assert main(["capture", str(case.folder), str(picture), "The wave"]) in (0, None)
    (kept,) = captures(case)
    assert kept.words == "The wave" and kept.path.read_bytes() == PNG + b"rest"
    assert main(["capture", str(case.folder), str(tmp_path / "nowhere.png")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    picture.write_bytes(b"GIF89a")
    assert main(["capture", str(case.folder), str(picture)]) == 2
    assert captures(case) == (kept,)
