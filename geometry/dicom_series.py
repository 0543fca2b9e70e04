"""Which series a study holds, which of them can be used, and which one is the scan of the heart."""

import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from geometry.dicom_frame import Frame
from geometry.errors import Refused
from geometry.image import MODALITIES
from geometry.stack import LEAST_SLICES, group_by_position, too_few

NAMED = {
    "US": "ultrasound", "IVUS": "intravascular ultrasound", "XA": "X-ray angiography", "RF": "fluoroscopy",
    "CR": "plain X-ray", "DX": "plain X-ray", "PT": "positron emission", "NM": "nuclear medicine",
    "SEG": "segmentation",
    "OT": "other", "SC": "screen capture", "SR": "report", "PR": "presentation state", "ECG": "electrocardiogram",
    "KO": "key-object note", "DOC": "document", "RTSTRUCT": "radiotherapy contours",
}  # fmt: skip
_SHORT_AXIS = re.compile(r"\bsax?\b|short.?ax|kurz.?achse|petit.?axe|_sax|sax_|\bcine_?sa\b")
_OTHER = re.compile(
    r"lge|psir|delayed|perf|\bt1|\bt2|map|scout|local|flow|venc|tag|2ch|3ch|4ch|lvot|long.?ax|\blax|rvot"
)
_FLAT = {"LOCALIZER", "SCOUT", "PROJECTION IMAGE", "MIP", "MAXIMUM", "VRT", "SCREEN SAVE"}
_PHASE_MAP = {"P", "PHASE MAP", "VELOCITY MAP", "PHASE"}


@dataclass(frozen=True)
class SeriesSummary:
    """One series, in words that name nobody.

    key       what ``read_scan`` takes as ``series``
    text      e.g. "MR cine, 12 slices, 20 phases, 256 x 256"
    problem   why it cannot be used, as a sentence; empty where it can
    """

    key: str
    modality: str
    slices: int
    phases: int
    rows: int
    columns: int
    text: str
    problem: str = ""


@dataclass(frozen=True)
class Series:
    """The frames of one orientation, matrix and kind, and how they present themselves."""

    frames: tuple[Frame, ...]
    summary: SeriesSummary
    rank: tuple[float, ...]


def refuse_two_patients(frames: list[Frame]) -> None:
    """Raise Refused where the frames are of more than one person; the sentence names the number, nobody else."""
    ids = {frame.patient_id for frame in frames} - {""}
    names = {frame.patient_name for frame in frames} - {""}
    persons = max(len(ids), len(names))
    if persons > 1:
        raise Refused(
            f"This holds scans of {persons} patients; "
            "put each patient into a folder of their own and choose one of them."
        )


def sort_into_series(frames: list[Frame]) -> tuple[Series, ...]:
    """All series, the best one first; slices stored as series of their own are put together."""
    groups: dict[tuple[object, ...], list[list[Frame]]] = {}
    for frame in frames:
        kind = (frame.series, frame.modality, frame.rows, frame.columns, frame.colors, frame.spacing, frame.kind)
        alike = groups.setdefault(kind, [])
        for group in alike:
            if _parallel(group[0], frame):
                group.append(frame)
                break
        else:
            alike.append([frame])
    found = _put_slices_together([group for alike in groups.values() for group in alike])
    return _name(sorted(found, key=lambda series: series.rank, reverse=True))


def choose_series(all_series: tuple[Series, ...], modality: str | None, key: str | None) -> Series:
    """The series asked for, or the one most like a scan of the whole heart; raises Refused where there is none."""
    if key is not None:
        chosen = [series for series in all_series if series.summary.key == key]
        if not chosen:
            known = ", ".join(series.summary.key for series in all_series)
            raise Refused(f"There is no series {key}; there are: {known}.")
    else:
        chosen = [series for series in all_series if modality in (None, series.summary.modality)]
        if not chosen:
            there = ", ".join(sorted({_modality_words(series.summary.modality) for series in all_series}))
            raise Refused(f"There is no {modality} series here, only {there}; choose another scan.")
    if chosen[0].summary.problem:
        raise Refused(chosen[0].summary.problem)
    return chosen[0]


def leftovers(chosen: Series, all_series: tuple[Series, ...]) -> tuple[str, ...]:
    """What was not taken, as sentences."""
    own = {frame.series for frame in chosen.frames}
    notes = []
    rest = [series for series in all_series if series is not chosen]
    inside = sum(len(series.frames) for series in rest if series.frames[0].series in own)
    if inside:
        notes.append(
            f"{inside} image{'s' if inside > 1 else ''} of the series, of another orientation, matrix or kind, "
            f"{'were' if inside > 1 else 'was'} left out."
        )
    usable = [series.summary for series in rest if not series.summary.problem]
    if usable:
        others = "; ".join(f"{summary.key}: {summary.text}" for summary in usable[:5])
        notes.append(f"{len(usable)} other series could be read instead ({others}).")
    return tuple(notes)


def _parallel(one: Frame, other: Frame) -> bool:
    """Whether two frames lie in the same orientation (within about 1 degree); those without a place are alike."""
    if not (one.placed and other.placed):
        return one.placed == other.placed
    assert one.across is not None and other.across is not None and one.down is not None and other.down is not None
    return bool(one.across @ other.across > 0.9998 and one.down @ other.down > 0.9998)


def _put_slices_together(groups: list[list[Frame]]) -> list[Series]:
    """Series as they are, and in place of parallel one-slice cine series of one study the stack they make."""
    series = [_series(group) for group in groups]
    single = [s for s in series if s.summary.slices < LEAST_SLICES and s.frames[0].placed and not _flat(s.frames[0])]
    result = [s for s in series if s not in single]
    while single:
        first = single.pop(0)
        mates = [s for s in single if _same_stack(first, s)]
        together = _series([frame for s in (first, *mates) for frame in s.frames])
        if together.summary.slices >= LEAST_SLICES:
            single = [s for s in single if s not in mates]
            result.append(together)
        else:
            result.append(first)
    return result


def _same_stack(one: Series, other: Series) -> bool:
    a, b = one.frames[0], other.frames[0]
    return (
        (a.study, a.modality, a.rows, a.columns, a.colors, a.spacing)
        == (b.study, b.modality, b.rows, b.columns, b.colors, b.spacing)
        and a.kind[:3] == b.kind[:3]
        and abs(one.summary.phases - other.summary.phases) <= one.summary.phases // 2
        and (one.summary.phases > 1) == (other.summary.phases > 1)
        and _parallel(a, b)
    )


def _series(frames: list[Frame]) -> Series:
    first = frames[0]
    slices, phases = 0, len(frames)
    if first.placed:
        places = group_by_position(frames)
        slices = len(places)
        phases = Counter(len(row) for row in places).most_common(1)[0][0]
    text = (
        f"{_modality_words(first.modality)}{' cine' if phases > 4 else ''}, {slices} slice{'s' if slices != 1 else ''}"
    )
    text += f", {phases} phase{'s' if phases != 1 else ''}, {first.columns} x {first.rows}"
    summary = SeriesSummary("", first.modality, slices, phases, first.rows, first.columns, text)
    summary = replace(summary, problem=_problem(first, summary))
    return Series(tuple(frames), summary, _rank(frames, summary))


def _problem(first: Frame, summary: SeriesSummary) -> str:
    """Why a series cannot be used, or nothing."""
    if first.modality not in MODALITIES:
        return (
            f"The scan is of modality {_modality_words(first.modality)}; this program works on cardiac MR or CT. "
            "Choose a cine short-axis MR or a contrast CT."
        )
    if first.colors != 1:
        return "The pictures are in colour (a screen capture or a colour map); choose the original grey-value series."
    if _flat(first):
        return (
            "The pictures are projections or a localiser, not slices; choose the cine short-axis MR or the CT volume."
        )
    if not first.placed:
        return (
            "The frames do not say where they lie in the patient (position, orientation or pixel spacing is missing), "
            "so no distances can be trusted; export the original series from the scanner or the archive."
        )
    return too_few(summary.slices, summary.phases) if summary.slices < LEAST_SLICES else ""


def _rank(frames: list[Frame], summary: SeriesSummary) -> tuple[float, ...]:
    """The better the series the larger: usable, then the heart's cine short axis or the largest CT volume."""
    first = frames[0]
    usable = float(not summary.problem)
    if first.modality == "CT":
        return usable, 1.0, float(summary.slices * summary.phases), 0.0
    words = float(bool(_SHORT_AXIS.search(first.words))) - float(bool(_OTHER.search(first.words)))
    cine = float(summary.phases >= 8 and summary.slices >= 5) - float(bool(_PHASE_MAP & set(first.kind)))
    return usable, cine, words + _oblique(first), float(summary.slices * summary.phases)


def _oblique(frame: Frame) -> float:
    """0.5 for a plane that is none of the body's main planes, as the heart's short axis is."""
    return 0.5 if frame.placed and float(np.abs(frame.normal).max()) < 0.97 else 0.0


def _flat(frame: Frame) -> bool:
    return bool(_FLAT & set(frame.kind))


def _name(found: list[Series]) -> tuple[Series, ...]:
    """Keys: the series number where it tells series apart, else with a running number."""
    seen: Counter[str] = Counter()
    named = []
    for position, series in enumerate(found, start=1):
        number = series.frames[0].number or str(position)
        seen[number] += 1
        key = number if seen[number] == 1 else f"{number}-{seen[number]}"
        named.append(replace(series, summary=replace(series.summary, key=key)))
    return tuple(named)


def _modality_words(code: str) -> str:
    if not code:
        return "unknown"
    return f"{NAMED[code]} ({code})" if code in NAMED else code
