"""Which number means what in label maps from elsewhere: by the names in the file, else by a scheme that everybody knows."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.segmentation import NAMES

OURS: Mapping[str, int] = {name: value for value, name in NAMES.items()}
_STANDS_FOR = {"aorta": "ascending_aorta"}  # the nearest that the twin knows
_CHAMBERS = ("lv_cavity", "myocardium", "rv_cavity")


@dataclass(frozen=True)
class Table:
    """What the numbers of one scheme mean: ``labels`` value -> structure; values up to ``others`` may occur and are left out."""

    scheme: str
    title: str
    labels: Mapping[int, str]
    others: int = 0

    def fits(self, values: Iterable[int]) -> bool:
        """Whether all of the values occur in this scheme and one of them is a ventricle, its wall or the heart."""
        found = set(values)
        return all(value in self.labels or 0 < value <= self.others for value in found) and any(
            self.labels.get(value) in (*_CHAMBERS, "heart") for value in found
        )


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    held: Mapping[str, Mapping[str, Any]] = json.loads((Path(__file__).parent / "label_schemes.json").read_text())
    return held


@cache
def tables() -> tuple[Table, ...]:
    """Every scheme known, in the order of the data file; a scheme may have several tables (versions)."""
    return tuple(
        Table(scheme, one["title"], {int(value): name for value, name in one["labels"].items()}, one.get("others", 0))
        for scheme, facts in _data()["schemes"].items()
        for one in facts["tables"]
    )


def schemes() -> tuple[str, ...]:
    """The names by which a scheme is asked for."""
    return tuple(_data()["schemes"])


def code_of(structure: str) -> tuple[str, str]:
    """SNOMED CT code and its meaning (DICOM PS3.16); the cavities have no code of their own there, the ventricles do."""
    code, meaning = _data()["codes"][structure]
    return str(code), str(meaning)


def structure_coded(code: str) -> str | None:
    """The structure of a SNOMED CT code, or None."""
    return next((name for name, (held, _) in _data()["codes"].items() if held == code), None)


def structure_named(text: str) -> str | None:
    """The structure that a name in a file means ("LV", "heart_ventricle_left"), or None."""
    plain = re.sub(r"[\W_]+", " ", text).strip().lower()
    for structure, words in _data()["words"].items():
        if plain == structure.replace("_", " ") or plain in words:
            return structure
    return None


def read_as(values: NDArray[np.integer], names: Mapping[int, str], scheme: str | None) -> tuple[Mapping[int, str], str]:
    """value -> structure for a label map, and what it was read as; raises Refused where that is not certain.

    values  the label map (any shape), 0 is background
    names   value -> what the file calls it, where it does
    scheme  the scheme to read by; None to find out
    """
    found = [int(value) for value in np.unique(values) if value]
    if not found:
        raise Refused("The label map is empty: no voxel carries a label. Choose another file.")
    if scheme is not None:
        return _asked_for(values, found, scheme)
    called = {value: structure_named(names[value]) for value in found if value in names}
    if any(structure in _CHAMBERS for structure in called.values()):
        return {value: name for value, name in called.items() if name}, "named"
    if called and len(called) == len(found):
        raise Refused(f"The file labels {_listed(names[v] for v in found)}: no part of the heart that is known here.")
    fitting = [table for table in tables() if table.fits(found)]
    if not fitting:
        raise Refused(
            f"The labels {_listed(map(str, found))} belong to no known scheme ({', '.join(schemes())}); "
            "save the map with the names of its labels, or in one of these schemes."
        )
    if len(fitting) > 1:
        raise Refused(_ambiguous(values, found, fitting))
    return fitting[0].labels, fitting[0].title


def to_ours(values: NDArray[np.integer], meaning: Mapping[int, str]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The map in the labels of ``geometry.segmentation``, and what was left out or stands for something else, in sentences."""
    largest = int(values.max(initial=0))
    table = np.zeros(largest + 1, np.uint8)
    notes, left = [], []
    present = [int(value) for value in np.unique(values) if value]
    for value in present:
        structure = meaning.get(value)
        name = _STANDS_FOR.get(structure, structure) if structure else None
        if name is not None and name in OURS:
            table[value] = OURS[name]
            if name != structure:
                notes.append(f"The label of the whole {_words(structure)} was taken for the {_words(name)}.")
        elif structure:
            left.append(_words(structure))
    if left:
        notes.append(f"Left out, since the twin has no use for it: {_listed(left)}.")
    whole = "heart" in meaning.values() and not (set(_CHAMBERS) & {meaning.get(value) for value in present})
    if whole or not table.any():
        raise Refused(
            f"The map labels {_listed(left) if left else 'nothing of the heart'}, but neither the cavity of the left "
            "ventricle nor its wall; a map with the single chambers is needed (of TotalSegmentator: heartchambers_highres)."
        )
    return table[values], tuple(notes)


def enclosure(values: NDArray[np.integer], cavity: int, muscle: int) -> float:
    """Share of the rim of a cavity (in the slice) that lies against muscle: most for the left ventricle, a third for the right."""
    touching = against = 0
    for axis in (0, 1):
        first, second = np.moveaxis(values, axis, 0)[:-1], np.moveaxis(values, axis, 0)[1:]
        for one, other in ((first, second), (second, first)):
            rim = (one == cavity) & (other != cavity)
            touching += int(rim.sum())
            against += int((rim & (other == muscle)).sum())
    return against / touching if touching else 0.0


def agrees(values: NDArray[np.integer], meaning: Mapping[int, str]) -> bool:
    """Whether what is called left ventricle is the cavity that muscle encloses (true where it cannot be told)."""
    by_name = {name: value for value, name in meaning.items() if (values == value).any()}
    if not {"lv_cavity", "myocardium"} <= set(by_name):
        return True
    left = enclosure(values, by_name["lv_cavity"], by_name["myocardium"])
    right = enclosure(values, by_name["rv_cavity"], by_name["myocardium"]) if "rv_cavity" in by_name else 0.0
    return left >= 0.4 and left > right


def _asked_for(values: NDArray[np.integer], found: list[int], scheme: str) -> tuple[Mapping[int, str], str]:
    if scheme not in schemes():
        raise Refused(f"There is no scheme {scheme!r}; choose one of: {', '.join(schemes())}.")
    own = [table for table in tables() if table.scheme == scheme]
    fitting = [table for table in own if table.fits(found)]
    if not fitting:
        known = sorted({value for table in own for value in table.labels})
        strange = [value for value in found if value not in known] or found
        raise Refused(
            f"The label {strange[0]} does not occur in {own[0].title} (which has {_listed(map(str, known))})."
        )
    agreeing = [table for table in fitting if agrees(values, table.labels)]
    if not agreeing:
        other = next((t for t in tables() if t.scheme != scheme and t.fits(found) and agrees(values, t.labels)), None)
        hint = f"; the map looks like {other.title}" if other else ""
        raise Refused(
            f"Read as {fitting[0].title}, the cavity that muscle encloses would not be the left ventricle{hint}. "
            "Choose another scheme, or check the map."
        )
    if len(agreeing) > 1:
        raise Refused(f"The map may be {_listed(t.title for t in agreeing)}; save it with the names of its labels.")
    return agreeing[0].labels, agreeing[0].title


def _ambiguous(values: NDArray[np.integer], found: list[int], fitting: list[Table]) -> str:
    likely = [
        table
        for table in fitting
        if "lv_cavity" in {table.labels.get(v) for v in found} and agrees(values, table.labels)
    ]
    hint = f" What the muscle encloses speaks for {likely[0].title}." if len(likely) == 1 else ""
    return (
        f"The labels {_listed(map(str, found))} may be {_listed((t.title for t in fitting), 'or')}, which call different "
        f"things by the same number; say which scheme it is ({', '.join(dict.fromkeys(t.scheme for t in fitting))}).{hint}"
    )


def _words(structure: str | None) -> str:
    return (structure or "").replace("_", " ").replace("lv ", "LV ").replace("rv ", "RV ")


def _listed(words: Iterable[str], last: str = "and") -> str:
    several = list(words)
    several = [*several[:8], f"{len(several) - 8} more"] if len(several) > 9 else several
    return several[0] if len(several) == 1 else f"{', '.join(several[:-1])} {last} {several[-1]}"
