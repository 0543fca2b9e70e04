"""The segmentation that another one took the place of: kept, so that segmenting anew and labels from elsewhere can be taken back.

replaced/segmentation/ and replaced/edits/, as they were in the case
"""

from pathlib import Path

from app.edit_journal import pending, replayed
from app.folders import link, whole_folder
from geometry.errors import Refused
from geometry.segmentation import Segmentation, load_segmentation

FOLDER = "replaced"
PARTS = ("segmentation", "edits")


def set_aside(case_folder: Path) -> None:
    """Keep the present segmentation, where there is one, because another will take its place."""
    if (case_folder / "segmentation").exists():
        with whole_folder(case_folder / FOLDER) as fresh:
            _take(case_folder, fresh)


def replaced(case_folder: Path) -> Segmentation | None:
    """The segmentation that was replaced last, with its edits; None where none was."""
    kept = case_folder / FOLDER
    folder = kept / "segmentation"
    return replayed(load_segmentation(folder), pending(kept)) if folder.exists() else None


def exchange(case_folder: Path) -> None:
    """Bring the replaced segmentation back; the present one is kept in its place, so that this can be taken back too."""
    kept = case_folder / FOLDER
    if not (kept / "segmentation").exists():
        raise Refused("No segmentation of this case was replaced by another one: there is none to go back to.")
    with whole_folder(kept) as fresh:
        _take(case_folder, fresh)
        for part in PARTS:
            with whole_folder(case_folder / part) as back:
                _link_all(kept / part, back)


def _take(case_folder: Path, into: Path) -> None:
    for part in PARTS:
        (into / part).mkdir()
        _link_all(case_folder / part, into / part)


def _link_all(source: Path, into: Path) -> None:
    for path in sorted(source.rglob("*")):
        target = into / path.relative_to(source)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            link(path, target)
