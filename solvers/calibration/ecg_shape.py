"""What of an ECG is compared in a calibration: the shape of its QRS in eight leads, whatever its size, and its duration."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from solvers.electrophysiology.activation_metrics import INDEPENDENT, QRS_SLOPE
from solvers.electrophysiology.measured_ecg import MedianBeat, qrs_onset
from solvers.result import Trace

STEP = 2.0  # ms between two samples of a shape
MARGIN = 16.0  # ms of an ECG that are kept on both sides of the window
LONGEST = 220.0  # ms after its onset in which a QRS must end
SMOOTHED = 2.0  # ms, SD of the filter before slopes are taken
QUIET = (80.0, 20.0)  # ms before the onset: from where to where the noise is measured
ABOVE_NOISE = 4.0  # times the slope of the noise from which a slope counts as QRS


@dataclass(frozen=True)
class Qrs:
    """wide (8, t) every ``STEP`` ms from ``MARGIN`` before the onset to ``MARGIN`` after the window; ``duration`` in ms.

    Of mean square 1 in the window: its size means nothing.
    """

    wide: Floats
    duration: float

    @property
    def shape(self) -> Floats:
        """(8, t) in the window."""
        return self.moved(0.0)

    def moved(self, late: float) -> Floats:
        """(8, t), the window begun ``late`` ms (at most ``MARGIN``) after what was taken for the onset."""
        count = self.wide.shape[1] - 2 * round(MARGIN / STEP)
        at = (late + MARGIN) / STEP + np.arange(count)
        known = np.arange(self.wide.shape[1])
        return np.array([np.interp(at, known, row) for row in self.wide])


def qrs_of_trace(ecg: Trace, window: float) -> Qrs:
    """The QRS of a simulated ECG, up to ``window`` ms after its onset."""
    values = np.asarray(ecg.values)[[ecg.channels.index(name) for name in INDEPENDENT]]
    return _qrs(values, float(ecg.times[1] - ecg.times[0]), window)


def qrs_of_beat(beat: MedianBeat, window: float = LONGEST, duration: float | None = None) -> Qrs:
    """The QRS of a measured beat; its ``duration`` may be known better. Refuses a beat that lacks one of the eight leads."""
    missing = [name for name in INDEPENDENT if name not in beat.leads]
    rows = [beat.leads.index(name) for name in INDEPENDENT if name in beat.leads]
    values = beat.values[rows]
    if missing or not np.isfinite(values).all():
        names = ", ".join(missing) or "one of them in part"
        raise Refused(f"A calibration needs the leads {', '.join(INDEPENDENT)}; this ECG lacks {names}.")
    found = _qrs(values, beat.step, window)
    return found if duration is None else Qrs(found.wide, duration)


def _qrs(values: Floats, step: float, window: float) -> Qrs:
    onset = qrs_onset(values, step)
    at = onset + np.arange(-MARGIN, window + MARGIN + STEP / 2, STEP)
    times = step * np.arange(values.shape[1])
    wide = np.array([np.interp(at, times, row) for row in values])
    inside = slice(round(MARGIN / STEP), -round(MARGIN / STEP))
    wide = wide - wide[:, inside][:, :1]
    size = float(np.sqrt(np.mean(wide[:, inside] ** 2)))
    if size <= 0:
        raise Refused("The ECG is flat where its QRS should be; choose another recording.")
    return Qrs(wide / size, qrs_end(values, step, onset) - onset)


def qrs_end(values: Floats, step: float, onset: float) -> float:
    """ms, the last time up to ``LONGEST`` after the onset that the leads together change faster than a share of their fastest.

    As ``qrs_bounds`` has it, and faster than the noise before the onset.
    """
    smooth = gaussian_filter1d(values, SMOOTHED / step, axis=1)
    slope = np.linalg.norm(np.gradient(smooth, step, axis=1), axis=0)
    times = step * np.arange(values.shape[1])
    quiet = slope[(times >= onset - QUIET[0]) & (times <= onset - QUIET[1])]
    inside = (times >= onset) & (times <= onset + LONGEST)
    most = float(slope[inside].max())
    noise = ABOVE_NOISE * float(np.median(quiet)) if quiet.size else 0.0
    steep = np.flatnonzero(inside & (slope > max(QRS_SLOPE * most, noise)))
    return float(times[steep[-1]]) if steep.size else float(onset)
