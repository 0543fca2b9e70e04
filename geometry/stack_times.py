"""The frames of a stack in time: the same number of phases in each slice, and when they were taken."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from geometry.dicom_frame import Frame

Row = list[Frame]


def in_time(frame: Frame) -> tuple[float, float, int, int]:
    """What frames of one slice are sorted by."""
    trigger = -1.0 if frame.trigger is None else frame.trigger
    return trigger, -1.0 if frame.percent is None else frame.percent, frame.instance, frame.acquisition


def equal_phases(slices: list[Row], notes: list[str]) -> list[Row]:
    """Slices with the same number of phases: repeats dropped, short ones filled from the nearest time or left out."""
    taken = [_last_series(row) for row in slices]
    usual = _most_common([len(row) for row in taken])
    taken = [_last_acquisition(row, usual) for row in taken]
    repeated = [
        str(n) for n, (row, whole) in enumerate(zip(taken, slices, strict=True), start=1) if len(row) < len(whole)
    ]
    if repeated:
        which = f"Slice {repeated[0]} was" if len(repeated) == 1 else f"Slices {', '.join(repeated)} were"
        notes.append(f"{which} taken more than once: the last acquisition was used.")
    moments = _triggers([row for row in taken if len(row) == usual])
    kept = []
    for number, row in enumerate(taken, start=1):
        if 2 * len(row) < usual:
            notes.append(f"Slice {number} has only {len(row)} of {usual} time frames and was left out.")
            continue
        if len(row) != usual:
            notes.append(
                f"Slice {number} has {len(row)} time frames where the others have {usual}: the nearest in time were used."
            )
        kept.append(row if len(row) == usual else _resample(row, usual, moments))
    return kept


def _most_common(lengths: list[int]) -> int:
    counts = Counter(lengths)
    return max(counts, key=lambda length: (counts[length], -length))


def _last_series(row: Row) -> Row:
    """Of a slice that was taken in several series, the last that is not just a fragment."""
    runs: dict[tuple[int, str], Row] = {}
    for frame in row:
        runs.setdefault((int(frame.number) if frame.number.isdigit() else 0, frame.series), []).append(frame)
    longest = max(len(run) for run in runs.values())
    return runs[max(key for key, run in runs.items() if 2 * len(run) >= longest)]


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


def _resample(row: Row, phases: int, moments: NDArray[np.float64]) -> Row:
    """``phases`` frames, each the nearest there is to one of ``moments`` (ms), or evenly spread where times are unknown."""
    taken = _triggers([row])
    if np.isfinite(moments).all() and np.isfinite(taken).all() and (np.diff(taken) > 0).all():
        return [row[int(np.argmin(np.abs(taken - moment)))] for moment in moments]
    return [row[round(i * (len(row) - 1) / max(phases - 1, 1))] for i in range(phases)]


def _triggers(rows: list[Row]) -> NDArray[np.float64]:
    """(phases,) ms, the median over slices; not finite where any frame has no trigger time."""
    return np.asarray(
        np.median([[np.nan if frame.trigger is None else frame.trigger for frame in row] for row in rows], axis=0)
    )


def read_times(slices: list[Row], notes: list[str]) -> tuple[tuple[float, ...], float | None]:
    """Times of the phases and the length of the beat in ms, as far as the scan tells."""
    phases = len(slices[0])
    if phases == 1:
        return (), None
    intervals = [frame.interval for row in slices for frame in row if frame.interval is not None]
    cycle = float(np.median(intervals)) if intervals else None
    triggers = _triggers(slices)
    percents = np.array([[np.nan if f.percent is None else f.percent for f in row] for row in slices])
    if np.isfinite(triggers).all() and (np.diff(triggers) > 0).all():
        times = triggers
    elif cycle is not None and np.isfinite(percents).all() and (np.diff(np.median(percents, axis=0)) > 0).all():
        times = np.median(percents, axis=0) / 100 * cycle
    elif cycle is not None:
        times = np.arange(phases) * cycle / phases
        notes.append("The scan does not say when its phases were taken: they were spread evenly over the beat.")
    else:
        notes.append("The scan says neither when its phases were taken nor how long the beat was.")
        return (), None
    return _with_cycle(times, cycle, notes)


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
