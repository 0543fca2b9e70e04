"""Edits that are on disk but not yet in the segmentation's own files: one small file each, so that a crash loses none.

edits/000001.npz ...        changes in the order they were made; an undo is one more change
segmentation/edits.json     the number of the last change that is in the segmentation's files
"""

import contextlib
import json
import shutil
import zipfile
from pathlib import Path

from geometry.editing.change import Change, apply, load_change, save_change
from geometry.segmentation import Segmentation

KEPT = "edits.json"


def append(case_folder: Path, change: Change) -> None:
    """Note one more change; the file appears whole or not at all."""
    journal = case_folder / "edits"
    journal.mkdir(exist_ok=True)
    save_change(change, journal / f"{_last(case_folder) + 1:06d}.npz")


def pending(case_folder: Path) -> list[Path]:
    """The changes that are not in the segmentation's files, oldest first."""
    kept = last_kept(case_folder / "segmentation")
    return [path for path in sorted((case_folder / "edits").glob("[0-9]*.npz")) if int(path.stem) > kept]


def replayed(segmentation: Segmentation, paths: list[Path]) -> Segmentation:
    """The segmentation with noted changes; what was noted for another grid or cannot be read is left out."""
    changes = []
    for path in paths:
        with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            changes.append(load_change(path))
    fitting = [change for change in changes if change.shape == segmentation.labels.shape]
    return apply(segmentation, *fitting) if fitting else segmentation


def last_kept(folder: Path) -> int:
    """The number of the last change in the files of a segmentation folder; 0 for none."""
    path = folder / KEPT
    return int(json.loads(path.read_text())["kept"]) if path.exists() else 0


def write_kept(folder: Path, number: int) -> None:
    """Note in a segmentation folder which change is the last one in it."""
    (folder / KEPT).write_text(json.dumps({"kept": number}))


def forget(case_folder: Path, paths: list[Path] | None = None) -> None:
    """Remove noted changes: those given, or all."""
    if paths is None:
        shutil.rmtree(case_folder / "edits", ignore_errors=True)
        return
    for path in paths:
        path.unlink(missing_ok=True)


def _last(case_folder: Path) -> int:
    found = [int(path.stem) for path in (case_folder / "edits").glob("[0-9]*.npz")]
    return max([*found, last_kept(case_folder / "segmentation")])
