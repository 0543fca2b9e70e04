"""Single values out of data sets that may hold anything: each is what it should be, or nothing."""

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

Vector = NDArray[np.float64]


def find(levels: tuple[Dataset, ...], group: str, name: str) -> Any:
    """The value in the frame's own functional group, else the shared one, else at the top of the data set."""
    for level in levels:
        held = first_item(level, group)
        if held.get(name) not in (None, ""):
            return held.get(name)
    return levels[-1].get(name)


def first_item(data: Dataset, name: str) -> Dataset:
    """The first item of a sequence; empty where there is none."""
    sequence = data.get(name)
    return sequence[0] if sequence else Dataset()


def vector(value: Any, length: int) -> Vector | None:
    """``length`` finite numbers, or None."""
    try:
        found = np.array([float(part) for part in value], dtype=float)
    except (TypeError, ValueError):
        return None
    return found if found.shape == (length,) and np.isfinite(found).all() else None


def axes(cosines: Vector | None) -> tuple[Vector | None, Vector | None]:
    """Two orthogonal unit vectors from direction cosines, or none where they are no such thing."""
    if cosines is None:
        return None, None
    across, down = cosines[:3], cosines[3:]
    lengths = np.linalg.norm(across), np.linalg.norm(down)
    if abs(lengths[0] - 1) > 0.05 or abs(lengths[1] - 1) > 0.05 or abs(across @ down) > 0.05:
        return None, None
    across = across / lengths[0]
    down = down - (down @ across) * across
    return across, down / np.linalg.norm(down)


def as_float(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def number(data: Dataset, name: str) -> float | None:
    """A finite number of the data set, or None."""
    return as_float(data.get(name))


def code(value: Any) -> str:
    """A short code or number; empty for anything else, which might be free text in the wrong place."""
    text = str(value or "").strip()
    return text if text.isascii() and text.isalnum() and len(text) <= 10 else ""


def codes(value: Any) -> tuple[str, ...]:
    """The words of a value that may be one or many, in capitals."""
    return (value.upper(),) if isinstance(value, str) else tuple(str(part).upper() for part in value or ())


def hashed(data: Dataset, name: str) -> str:
    """A value as something that can be compared and not read."""
    text = str(data.get(name) or "").strip(" ^\0").casefold()
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12] if text else ""


def date_and_time(data: Dataset) -> datetime | None:
    """When the picture was taken, or None; it never leaves the importer as it is."""
    together = str(data.get("AcquisitionDateTime") or "")
    for day, clock in (
        (together[:8], together[8:14]),
        *((str(data.get(f"{what}Date") or ""), str(data.get(f"{what}Time") or "")[:6]) for what in _WHENS),
    ):
        try:
            return datetime.strptime(day + clock.ljust(6, "0"), "%Y%m%d%H%M%S")
        except ValueError:
            continue
    return None


def second_of_day(data: Dataset) -> float | None:
    """s, the time of day of the acquisition, to tell a series over many beats from one over a single beat."""
    text = str(data.get("AcquisitionTime") or data.get("ContentTime") or "")
    value = as_float(text[6:] or 0.0)
    if len(text) < 6 or not text[:6].isdigit() or value is None:
        return None
    return int(text[:2]) * 3600.0 + int(text[2:4]) * 60.0 + int(text[4:6]) + value


_WHENS = ("Acquisition", "Content", "Series", "Study")
