"""QT of a measured beat: from the onset of the QRS to where the tangent to the end of the T wave meets the base line.

Of the root mean square over the leads (global QT); the tangent after Lepeschkin and Surawicz 1952, doi 10.1161/01.CIR.6.3.378.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from geometry.errors import Refused
from solvers.electrophysiology.measured_ecg import MedianBeat, qrs_onset, root_mean_square

SMOOTHED = 8.0  # ms, SD of the filter of the T wave
BEGINS, ENDS = 160.0, 500.0  # ms after the onset between which the T wave has its peak
LEAST_PEAK = 3.0  # times the level after the T wave
GIVE_QT = "Measure QT by hand and give it in ms."


@dataclass(frozen=True)
class MeasuredQt:
    """ms: the interval, and the mean cycle of the beats that it was measured at."""

    qt: float
    cycle: float


def qt_of_beat(beat: MedianBeat) -> MeasuredQt:
    """QT of a median beat; refuses a beat that ends before its T wave, and a T wave too flat to find its end."""
    step, leads = beat.step, np.isfinite(beat.values).all(axis=1)
    if not np.isfinite(beat.cycle):
        raise Refused(f"The recording has a single beat, so its rate is not known. {GIVE_QT}")
    onset = qrs_onset(beat.values, step)
    rms = gaussian_filter1d(root_mean_square(beat.values[leads], step), SMOOTHED / step)
    start, stop = round((onset + BEGINS) / step), min(round((onset + ENDS) / step), len(rms) - 1)
    if stop - start < 60.0 / step:
        raise Refused(f"The beats of the measured ECG are too close to see their T wave. {GIVE_QT}")
    peak = start + int(np.argmax(rms[start:stop]))
    after = rms[peak:]
    lowest = peak + int(np.argmin(after))
    level = float(rms[lowest])
    if peak in (start, stop - 1) or rms[peak] < LEAST_PEAK * max(level, 1e-9):
        raise Refused(
            f"The T wave of the measured ECG is too flat, or not over at its end, to find where it ends. {GIVE_QT}"
        )
    slope = np.gradient(rms, step)
    steepest = peak + int(np.argmin(slope[peak : lowest + 1]))
    end = steepest * step + (level - float(rms[steepest])) / float(slope[steepest])
    return MeasuredQt(float(end - onset), beat.cycle)
