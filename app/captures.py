"""Pictures that somebody took of the window for the report: captures/NNN.png in the case, each with its words beside it."""

from dataclasses import dataclass
from pathlib import Path

from app.case import Case
from app.folders import replace_text
from geometry.errors import Refused

PNG = b"\x89PNG\r\n\x1a\n"
MOST_WORDS = 200


@dataclass(frozen=True)
class Capture:
    """One picture (PNG) and what it shows, in words."""

    path: Path
    words: str


def captures(case: Case) -> tuple[Capture, ...]:
    """The pictures of a case, the oldest first."""
    found = sorted((case.folder / "captures").glob("*.png"))
    return tuple(Capture(path, _words_of(path)) for path in found)


def keep_capture(case: Case, picture: bytes, words: str) -> Capture:
    """Keep a picture for the report; refuses bytes that are no PNG."""
    if not picture.startswith(PNG):
        raise Refused("This is not a PNG picture; save it as PNG first.")
    folder = case.folder / "captures"
    folder.mkdir(exist_ok=True)
    number = max((int(one.path.stem) for one in captures(case) if one.path.stem.isdecimal()), default=0) + 1
    path = folder / f"{number:03d}.png"
    replace_text(path.with_suffix(".txt"), words.strip()[:MOST_WORDS])
    fresh = path.with_suffix(".part")
    fresh.write_bytes(picture)
    fresh.replace(path)
    return Capture(path, _words_of(path))


def forget_capture(capture: Capture) -> None:
    """Take a picture out of the case."""
    capture.path.unlink(missing_ok=True)
    capture.path.with_suffix(".txt").unlink(missing_ok=True)


def _words_of(path: Path) -> str:
    words = path.with_suffix(".txt")
    return words.read_text() if words.exists() else ""
