"""Which series a study holds, which of them can be used, and which one is the scan of the heart."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from geometry.dicom_frame import Frame
from geometry.dicom_kinds import is_flat, modality_words, short_axis_likeness, shows_phase_or_velocity
from geometry.errors import Refused
from geometry.image import MODALITIES
from geometry.stack import LEAST_SLICES, group_by_position, too_few


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


@dataclass(frozen=True, eq=False)
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
        kind = (frame.series, frame.modality, frame.rows, frame.columns, frame.colors, frame.kind)
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
            there = ", ".join(sorted({modality_words(series.summary.modality) for series in all_series}))
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
    """Whether two frames have the same orientation (within 1 degree) and spacing; those without a place are alike."""
    if not (one.placed and other.placed):
        return one.placed == other.placed
    assert one.across is not None and other.across is not None and one.down is not None and other.down is not None
    assert one.spacing is not None and other.spacing is not None
    same_spacing = np.allclose(one.spacing, other.spacing, rtol=1e-3)
    return bool(same_spacing and one.across @ other.across > 0.9998 and one.down @ other.down > 0.9998)


def _put_slices_together(groups: list[list[Frame]]) -> list[Series]:
    """Series as they are, and in place of parallel one-slice cine series of one study the stack they make."""
    series = [_series(group) for group in groups]
    single = [s for s in series if s.summary.slices < LEAST_SLICES and s.frames[0].placed and not is_flat(s.frames[0])]
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
        (a.study, a.modality, a.rows, a.columns, a.colors) == (b.study, b.modality, b.rows, b.columns, b.colors)
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
        f"{modality_words(first.modality)}{' cine' if phases > 4 else ''}, {slices} slice{'s' if slices != 1 else ''}"
    )
    text += f", {phases} phase{'s' if phases != 1 else ''}, {first.columns} x {first.rows}"
    summary = SeriesSummary("", first.modality, slices, phases, first.rows, first.columns, text)
    summary = replace(summary, problem=_problem(first, summary))
    return Series(tuple(frames), summary, _rank(first, summary))


def _problem(first: Frame, summary: SeriesSummary) -> str:
    """Why a series cannot be used, or nothing."""
    if first.modality not in MODALITIES:
        return (
            f"The scan is of modality {modality_words(first.modality)}; this program works on cardiac MR or CT. "
            "Choose a cine short-axis MR or a contrast CT."
        )
    if first.colors != 1:
        return "The pictures are in colour (a screen capture or a colour map); choose the original grey-value series."
    if is_flat(first):
        return (
            "The pictures are projections or a localiser, not slices; choose the cine short-axis MR or the CT volume."
        )
    if not first.placed:
        return (
            "The frames do not say where they lie in the patient (position, orientation or pixel spacing is missing), "
            "so no distances can be trusted; export the original series from the scanner or the archive."
        )
    return too_few(summary.slices, summary.phases) if summary.slices < LEAST_SLICES else ""


def _rank(first: Frame, summary: SeriesSummary) -> tuple[float, ...]:
    """The better the series the larger: usable, then the heart's cine short axis or the largest CT volume."""
    usable, frames = float(not summary.problem), float(summary.slices * summary.phases)
    if first.modality == "CT":
        return usable, 1.0, 0.0, frames
    cine = float(summary.phases >= 8 and summary.slices >= 5) - float(shows_phase_or_velocity(first))
    return usable, cine, short_axis_likeness(first), frames


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
