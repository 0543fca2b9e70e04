"""The frames of a stack in time: the same number of phases in each slice, all on one axis in % of the beat."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from geometry.dicom.frame import Frame

Row = list[Frame]
Percents = NDArray[np.float64]


def in_time(row: Row) -> Row:
    """The frames of one slice in the order of the beat; those taken past the next R wave come before the others."""
    beat = cycle_of(row)
    triggers = [frame.trigger for frame in row if frame.trigger is not None]
    wraps = bool(beat and triggers and min(triggers) > 0.1 * beat and 1.05 * beat < max(triggers) < 2.2 * beat)

    def place(frame: Frame) -> tuple[float, float, int, int, int]:
        trigger = -1.0 if frame.trigger is None else frame.trigger % beat if wraps and beat else frame.trigger
        percent = -1.0 if frame.percent is None else frame.percent
        return trigger, percent, frame.temporal, frame.instance, frame.acquisition

    return sorted(row, key=place)


def cycle_of(row: Row) -> float | None:
    """ms, the length of the beat during one slice, where the scan says it."""
    intervals = [frame.interval for frame in row if frame.interval is not None]
    return float(np.median(intervals)) if intervals else None


def percents_of(row: Row) -> Percents | None:
    """(phases,) when each frame of a slice was taken, in % of its own beat; None where the scan does not tell."""
    beat = cycle_of(row)
    told = []
    if beat and all(frame.trigger is not None for frame in row):
        told.append(np.array([frame.trigger for frame in row], dtype=float) % (1.0001 * beat) / beat * 100)
    if all(frame.percent is not None for frame in row):
        told.append(np.array([frame.percent for frame in row], dtype=float))
    return next((found for found in told if (np.diff(found) > 0).all()), None)


def equal_phases(slices: list[Row], notes: list[str]) -> list[Row]:
    """Slices with the same phases: repeats dropped, those of another beat or count filled from the nearest time.

    Slices that have less than half of the phases are left out.
    """
    taken = [_last_series(row) for row in slices]
    usual = _most_common([len(row) for row in taken])
    taken = [_last_acquisition(row, usual) for row in taken]
    _note_repeats(slices, taken, notes)
    axis = _axis([row for row in taken if len(row) == usual])
    kept, moved = [], []
    for number, row in enumerate(taken, start=1):
        if 2 * len(row) < usual:
            notes.append(f"Slice {number} has only {len(row)} of {usual} time frames and was left out.")
            continue
        if len(row) != usual:
            notes.append(
                f"Slice {number} has {len(row)} time frames where the others have {usual}: the nearest in time were used."
            )
        fitted = _on_axis(row, usual, axis)
        if len(row) == usual and fitted != row:
            moved.append(str(number))
        kept.append(fitted)
    if moved:
        which = f"Slice {moved[0]} was" if len(moved) == 1 else f"Slices {', '.join(moved)} were"
        notes.append(f"{which} taken at other parts of the beat: its frames nearest in % of the beat were used.")
    return kept


def _note_repeats(slices: list[Row], taken: list[Row], notes: list[str]) -> None:
    repeated = [
        str(n) for n, (row, whole) in enumerate(zip(taken, slices, strict=True), start=1) if len(row) < len(whole)
    ]
    if repeated:
        which = f"Slice {repeated[0]} was" if len(repeated) == 1 else f"Slices {', '.join(repeated)} were"
        notes.append(f"{which} taken more than once: the last acquisition was used.")


def _most_common(lengths: list[int]) -> int:
    counts = Counter(lengths)
    return max(counts, key=lambda length: (counts[length], -length))


def _last_series(row: Row) -> Row:
    """Of a slice that was taken in several series, the last that is not just a fragment; each phase may be a series."""
    percents = {frame.percent for frame in row}
    if None not in percents and len(percents) == len(row):
        return in_time(row)
    runs: dict[tuple[int, str], Row] = {}
    for frame in row:
        runs.setdefault((int(frame.number) if frame.number.isdigit() else 0, frame.series), []).append(frame)
    longest = max(len(run) for run in runs.values())
    return in_time(runs[max(key for key, run in runs.items() if 2 * len(run) >= longest)])


def _last_acquisition(row: Row, usual: int) -> Row:
    """Of a slice with too many frames, the last acquisition that is whole; the row itself where there is no such thing."""
    if len(row) <= usual:
        return row
    runs: dict[int, Row] = {}
    for frame in row:
        runs.setdefault(frame.acquisition, []).append(frame)
    whole = [acquisition for acquisition, run in runs.items() if len(run) == usual]
    if whole:
        return runs[max(whole)]
    return row[-1:] if usual == 1 else row


def _axis(rows: list[Row]) -> Percents | None:
    """(phases,) % of the beat, the median over the slices that tell."""
    told = [found for row in rows if (found := percents_of(row)) is not None]
    return np.asarray(np.median(told, axis=0)) if told else None


def _on_axis(row: Row, phases: int, axis: Percents | None) -> Row:
    """``phases`` frames, each the nearest to its place on the axis, or evenly spread where times are unknown.

    A row of the right length whose frames lie within half a step of their place (in the median) is left as it is.
    """
    if phases == 1:
        return row[-1:]
    own = percents_of(row)
    if own is None or axis is None:
        return row if len(row) == phases else [row[round(i * (len(row) - 1) / (phases - 1))] for i in range(phases)]
    step = float(np.median(np.diff(axis)))
    if len(row) == phases and np.median(_apart(own, axis)) <= 0.5 * step:
        return row
    return [row[int(np.argmin(_apart(own, moment)))] for moment in axis]


def _apart(one: Percents, other: Percents) -> Percents:
    """How far two moments lie apart on the circle that the beat is, in %."""
    return np.abs((one - other + 50.0) % 100.0 - 50.0)


def read_times(slices: list[Row], notes: list[str]) -> tuple[tuple[float, ...], float | None]:
    """Times of the phases and the length of the beat in ms, as far as the scan tells."""
    phases = len(slices[0])
    if phases == 1:
        return (), None
    beats = [beat for row in slices if (beat := cycle_of(row)) is not None]
    cycle = float(np.median(beats)) if beats else None
    if beats and max(beats) > 1.1 * min(beats):
        notes.append(
            f"The beat lasted {min(beats):.0f} to {max(beats):.0f} ms in different slices: "
            f"they were brought together in % of it, and {cycle:.0f} ms is taken for all."
        )
    axis, triggers = _axis(slices), _triggers(slices)
    if axis is not None and cycle is not None and (np.diff(axis) > 0).all():
        times = axis / 100 * cycle
    elif np.isfinite(triggers).all() and (np.diff(triggers) > 0).all():
        times = triggers
    elif cycle is not None:
        times = np.arange(phases) * cycle / phases
        notes.append("The scan does not say when its phases were taken: they were spread evenly over the beat.")
    else:
        notes.append("The scan says neither when its phases were taken nor how long the beat was.")
        return (), None
    return _with_cycle(times, cycle, notes)


def _triggers(rows: list[Row]) -> NDArray[np.float64]:
    """(phases,) ms, the median over slices; not finite where any frame has no trigger time."""
    return np.asarray(
        np.median([[np.nan if frame.trigger is None else frame.trigger for frame in row] for row in rows], axis=0)
    )


def _with_cycle(
    times: NDArray[np.float64], cycle: float | None, notes: list[str]
) -> tuple[tuple[float, ...], float | None]:
    covered = float(len(times) * np.median(np.diff(times)))
    if cycle is None and 300 <= covered <= 2500:
        cycle = covered
        notes.append(
            f"The length of the beat ({cycle:.0f} ms) was taken from the phases, as if they covered one whole beat."
        )
    elif cycle is not None and covered < 0.85 * cycle:
        notes.append(f"The phases cover {covered / cycle:.0%} of the beat; late diastole may be missing.")
    return tuple(round(float(t), 3) for t in times), cycle
