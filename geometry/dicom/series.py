"""Which series a study holds, which of them can be used, and which one is the scan of the heart."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from geometry.dicom.frame import Frame
from geometry.dicom.groups import Group, group_frames
from geometry.dicom.kinds import called_short_axis, is_flat, modality_words, shows_phase_or_velocity
from geometry.dicom.series_roles import CT_PHASE, LATE, LONG_CINE, OTHER, SHORT_CINE, Role, propose_roles
from geometry.dicom.series_summary import SeriesSummary
from geometry.dicom.series_words import shown_description
from geometry.dicom.stack import LEAST_SLICES, too_few
from geometry.errors import Refused
from geometry.image import MODALITIES

_STILLEST = 75.0  # % of the beat at which most hearts move least
_WORTH = {SHORT_CINE: 4.0, CT_PHASE: 3.0, LATE: 2.0, LONG_CINE: 1.0, OTHER: 0.0}


@dataclass(frozen=True, eq=False)
class Series:
    """A group of frames and how it presents itself."""

    group: Group
    summary: SeriesSummary

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All frames."""
        return self.group.frames


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
    """All series, the best one first."""
    groups = group_frames(frames)
    found = [Series(group, _summary(group, role)) for group, role in zip(groups, propose_roles(groups), strict=True)]
    return _name(sorted(found, key=_rank, reverse=True))


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
    taken = set(chosen.frames)
    inside = sum(len(set(series.frames) - taken) for series in rest if {f.series for f in series.frames} <= own)
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


def _summary(group: Group, role: Role) -> SeriesSummary:
    first, slices, phases = group.first, group.slices, group.phases
    cine = " cine" if role.name in (SHORT_CINE, LONG_CINE) or phases > 4 else ""
    text = f"{modality_words(first.modality)}{cine}, {slices} slice{'s' if slices != 1 else ''}"
    text += f", {phases} phase{'s' if phases != 1 else ''}, {first.columns} x {first.rows}"
    return SeriesSummary(
        key="",
        modality=first.modality,
        slices=slices,
        phases=phases,
        rows=first.rows,
        columns=first.columns,
        text=text,
        problem=_problem(group),
        role=role.name,
        reason=role.reason,
        spacing=first.spacing,
        gap=group.gap,
        description=shown_description(first.words),
    )


def _problem(group: Group) -> str:
    """Why a series cannot be used, or nothing."""
    first = group.first
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
    if any(frame.burnt for frame in group.frames):
        return (
            "The pictures say that text is burnt into them, which may name the patient; "
            "export the series without annotations."
        )
    if not group.parallel:
        return _turned(group)
    return too_few(group.slices, group.phases) if group.slices < LEAST_SLICES else ""


def _turned(group: Group) -> str:
    """What slices that are not parallel are, as a sentence."""
    normals = np.array([row[0].normal for row in group.rows])
    _, strengths, _ = np.linalg.svd(normals)
    about_one_axis = len(normals) >= 4 and strengths[2] < 0.15 * strengths[0]
    what = (
        "views turned about one axis (a radial long-axis set)" if about_one_axis else "slices in different directions"
    )
    return f"These are {len(normals)} {what}, not a stack of parallel slices; choose the short-axis stack."


def _rank(series: Series) -> tuple[float, ...]:
    """The better the series the larger: usable, then the heart's cine short axis or the largest CT volume."""
    first, summary = series.group.first, series.summary
    if first.modality == "CT":
        # All phases together are too much for most purposes: one of them is taken unless they are asked for.
        apart = float(len({frame.series for frame in series.frames}) == 1)
        stillest = -abs((first.percent if first.percent is not None else _STILLEST) - _STILLEST)
        return float(not summary.problem), _WORTH[summary.role], apart, float(len(series.frames)), stillest
    cine = float(summary.phases >= 8 and summary.slices >= 5) - float(shows_phase_or_velocity(first))
    likeness = float(called_short_axis(first))
    return float(not summary.problem), _WORTH[summary.role], cine, likeness, float(len(series.frames))


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
