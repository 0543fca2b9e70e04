"""A case folder as such: made, opened, called by a name, held while somebody writes."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.folders import held, is_cut_short, mend_folder, replace_text
from app.migrations import FORMAT, migrate
from geometry.errors import Refused

LONGEST_TITLE = 80  # letters


@dataclass(frozen=True)
class CaseFolder:
    """A handle on a case folder."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, title: str) -> Self:
        """Make a new case; refuses a folder that holds something else."""
        folder = folder.resolve()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refused(f"The folder {folder} is not empty; choose another name for the new case.")
        folder.mkdir(parents=True, exist_ok=True)
        replace_text(folder / "case.json", json.dumps({"format": FORMAT, "title": title}, indent=1))
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a case; refuses what is not one, or was written by a newer program."""
        folder = folder.resolve()
        path = folder / "case.json"
        if not path.is_file():
            raise Refused(f"{folder} is not a CardioTwin case (there is no case.json in it); choose a case folder.")
        migrate(path)
        found = cls(folder)
        cut_short = [folder / name for name in ("scan", "segmentation", "mesh") if is_cut_short(folder / name)]
        if cut_short:
            with contextlib.suppress(Refused), found.locked():  # nobody is in the middle of replacing them
                for target in cut_short:
                    mend_folder(target)
        return found

    @property
    def title(self) -> str:
        """The name the case is shown under."""
        return str(json.loads((self.folder / "case.json").read_text())["title"])

    def retitle(self, title: str) -> None:
        """Give the case another name to be shown under; refuses an empty one and one that does not fit a line."""
        words = " ".join(title.split())
        if not 0 < len(words) <= LONGEST_TITLE:
            raise Refused(f"The title of a case needs 1 to {LONGEST_TITLE} letters; write a short one.")
        facts = json.loads((self.folder / "case.json").read_text())
        replace_text(self.folder / "case.json", json.dumps(facts | {"title": words}, indent=1))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the case for writing; refuses at once when another run holds it (the system frees it when that one dies)."""
        busy = f"The case {self.title!r} is in use by another run; wait until it has finished or cancel it, then try again."
        with held(self.folder / "case.lock", busy):
            yield
