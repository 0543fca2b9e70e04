"""A measured ECG against a simulated one: its mean beat, both from the onset of their QRS, and how alike each lead is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from geometry.ecg.recording import EcgRecording
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from solvers.result import Trace

SMOOTHED = 4.0  # ms, SD of the filter of the RMS signal
REFRACTORY = 260.0  # ms in which no second QRS can come
BEFORE, AFTER = 200.0, 600.0  # ms of a beat around the peak of its QRS
BASE = (120.0, 60.0)  # ms before the peak: how far back the QRS may begin, and what is baseline of the P-Q stretch
RISEN = 0.08  # share of the way from base to peak at which the RMS signal begins the QRS
ENOUGH = 30_000.0  # ms from which the beats are taken
WANDER = 600.0  # ms of the median filter that takes the baseline's wander away


@dataclass(frozen=True)
class MedianBeat:
    """Leads (c), the median beat (c, t) mV on its P-Q baseline, ``step`` ms between samples, and how many beats it is made of;
    ``cycle`` ms from beat to beat, NaN for a single one."""

    leads: tuple[str, ...]
    values: Floats
    step: float
    beats: int
    cycle: float = float("nan")


@dataclass(frozen=True)
class Likeness:
    """The measured beat on the time of the simulated ECG, correlation per lead (NaN where it means nothing), beats averaged."""

    measured: Trace
    correlation: Mapping[str, float]
    beats: int

    @property
    def mean(self) -> float:
        """The mean correlation of the leads."""
        known = [value for value in self.correlation.values() if np.isfinite(value)]
        return float(np.mean(known)) if known else float("nan")


def compare_ecg(beat: MedianBeat, simulated: Trace) -> Likeness:
    """Lay the median beat over the simulated ECG, QRS onset on QRS onset; Pearson correlation from 20 ms before it to the end."""
    step = float(np.median(np.diff(simulated.times)))
    shift = qrs_onset(np.asarray(simulated.values), step) + float(simulated.times[0])
    moved = beat.step * np.arange(beat.values.shape[1]) - qrs_onset(beat.values, beat.step) + shift
    laid = [np.interp(simulated.times, moved, values, left=np.nan, right=np.nan) for values in beat.values]
    found = {}
    for lead, values in zip(beat.leads, laid, strict=True):
        if lead in simulated.channels:
            ours = np.asarray(simulated.values)[simulated.channels.index(lead)]
            both = np.isfinite(values) & np.isfinite(ours) & (simulated.times >= shift - 20.0)
            found[lead] = _correlation(values[both], ours[both])
    trace = Trace(simulated.times, np.array(laid), beat.leads, "mV", "Measured ECG, median beat")
    return Likeness(trace, found, beat.beats)


def qrs_onset(values: Floats, step: float) -> float:
    """ms after the first of values (c, t), ``step`` ms apart, at which the QRS of one beat begins.

    Of the root mean square over the leads, smoothed: the last sample before its peak below ``RISEN`` of the way from the
    least value before it.
    """
    rms = root_mean_square(values, step)
    peak = int(np.argmax(rms))
    start = max(0, peak - round(BASE[0] / step))
    base = float(rms[start : peak + 1].min())
    below = np.flatnonzero(rms[start : peak + 1] < base + RISEN * (rms[peak] - base))
    return float((start + int(below[-1])) * step) if below.size else float(start * step)


def root_mean_square(values: Floats, step: float) -> Floats:
    """(t,) over the leads that are there."""
    return np.asarray(gaussian_filter1d(np.sqrt(np.nanmean(np.square(values), axis=0)), SMOOTHED / step))


def median_beat(recording: EcgRecording) -> MedianBeat:
    """The median of the beats of the first ``ENOUGH`` ms; refuses a recording without a whole one."""
    step = 1000.0 / recording.rate
    values = recording.values[:, : round(ENOUGH / step)]
    filled = np.nan_to_num(values - np.nanmedian(np.nan_to_num(values), axis=1, keepdims=True))
    thin = max(1, round(8.0 / step))  # the wander is slow: its filter sees every 8 ms
    wander = median_filter(filled[:, ::thin], (1, 2 * round(WANDER / (2 * step * thin)) + 1), mode="nearest")
    at, known = np.arange(filled.shape[1]), np.arange(filled.shape[1])[::thin]
    level = filled - np.array([np.interp(at, known, row) for row in wander])
    peaks = qrs_peaks(root_mean_square(level, step), step)
    before = round(BEFORE / step)
    gap = int(np.min(np.diff(peaks))) if len(peaks) > 1 else filled.shape[1]
    after = min(round(AFTER / step), max(gap - before, round(150.0 / step)))
    whole = [peak for peak in peaks if peak >= before and peak + after <= filled.shape[1]]
    if not whole:
        raise Refused("No whole beat was found in the measured ECG; choose a longer recording.")
    beat = np.median([level[:, peak - before : peak + after] for peak in whole], axis=0)
    quiet = beat[:, before - round(BASE[0] / step) : before - round(BASE[1] / step)]
    beat = beat - np.median(quiet, axis=1, keepdims=True)
    beat[~np.isfinite(values).any(axis=1)] = np.nan
    cycle = float(np.mean(np.diff(peaks))) * step if len(peaks) > 1 else float("nan")
    return MedianBeat(recording.leads, np.asarray(beat, float), step, len(whole), cycle)


def qrs_peaks(rms: Floats, step: float) -> list[int]:
    """Samples of the QRS complexes: steepest places of the RMS signal first, none within ``REFRACTORY`` of another."""
    steep = np.abs(np.gradient(rms))
    reach = round(REFRACTORY / step)
    strong = float(np.percentile(steep, 99.5))
    found: list[int] = []
    for sample in np.argsort(steep)[::-1]:
        if steep[sample] < 0.4 * strong:
            break
        if all(abs(sample - known) > reach for known in found):
            found.append(int(sample))
    near = round(60.0 / step)
    return sorted(max(0, k - near) + int(np.argmax(rms[max(0, k - near) : k + near])) for k in found)


def _correlation(ours: Floats, theirs: Floats) -> float:
    if len(ours) < 10 or np.std(ours) == 0 or np.std(theirs) == 0:
        return float("nan")
    return float(np.corrcoef(ours, theirs)[0, 1])
