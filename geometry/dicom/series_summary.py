"""A series as whoever chooses one sees it, and a file of several."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SeriesSummary:
    """One series, in words that name nobody.

    key       what ``read_scan`` takes as ``series``
    text      e.g. "MR cine, 12 slices, 20 phases, 256 x 256"
    problem   why it cannot be used, as a sentence; empty where it can
    role      what it is proposed as, one of those of ``series_roles``; reason  why, in words
    spacing   mm between columns and rows, or None; gap  mm between slices, or None
    thumbnail (rows, columns) uint8 of the middle slice, or None
    description  the words of its description that belong to scanning, see ``series_words``
    """

    key: str
    modality: str
    slices: int
    phases: int
    rows: int
    columns: int
    text: str
    problem: str = ""
    role: str = "other"
    reason: str = ""
    spacing: tuple[float, float] | None = None
    gap: float | None = None
    thumbnail: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    description: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Everything but the thumbnail, for JSON."""
        return {name: value for name, value in vars(self).items() if name != "thumbnail"}


def save_series(found: tuple[SeriesSummary, ...], folder: Path) -> None:
    """Write series.json and thumbnails.npz into ``folder``."""
    (folder / "series.json").write_text(json.dumps([one.to_dict() for one in found], indent=1))
    pictures = {one.key: one.thumbnail for one in found if one.thumbnail is not None}
    np.savez_compressed(folder / "thumbnails.npz", **pictures)  # type: ignore[arg-type]


def load_series(folder: Path) -> tuple[SeriesSummary, ...]:
    """Read what ``save_series`` wrote."""
    rows = json.loads((folder / "series.json").read_text())
    with np.load(folder / "thumbnails.npz") as pictures:
        held = {key: pictures[key] for key in pictures.files}
    return tuple(
        SeriesSummary(**row | {"spacing": row["spacing"] and tuple(row["spacing"]), "thumbnail": held.get(row["key"])})
        for row in rows
    )
