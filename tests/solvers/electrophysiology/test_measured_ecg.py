"""A measured ECG made of a simulated one: shifted, repeated, in noise and wander; it must be found to be the same."""

import numpy as np
import pytest

from geometry.ecg.recording import STANDARD, recording
from geometry.errors import Refused
from solvers.electrophysiology.measured_ecg import MedianBeat, compare_ecg, median_beat, qrs_onset
from solvers.result import Trace

WEIGHTS = np.array([0.8, 1.0, 0.3, -0.9, 0.2, 0.6, -0.7, 0.5, 1.1, 1.4, 1.2, 0.9])


def _beat(times: np.ndarray, start: float) -> np.ndarray:
    """(12, t) mV: a biphasic QRS from ``start`` on, of another mixture in each lead, and a T wave."""
    r, s = (np.exp(-(((times - start - at) / 9.0) ** 2)) for at in (30.0, 58.0))
    t = 0.2 * np.exp(-(((times - start - 300.0) / 45.0) ** 2))
    return WEIGHTS[:, None] * (r + t) - 0.6 * WEIGHTS[::-1, None] * s


def _measured(noise: float, rate: float = 500.0) -> np.ndarray:
    times = np.arange(0.0, 8000.0, 1000.0 / rate)
    values = sum(_beat(times, start) for start in (350.0, 1200.0, 2080.0, 2900.0, 3790.0, 4650.0, 5500.0, 6370.0))
    p_waves = sum(0.1 * np.exp(-(((times - s + 150) / 20) ** 2)) for s in (350.0, 1200.0, 2080.0, 2900.0))
    wander = 0.4 * np.sin(2 * np.pi * times / 3700.0)
    return values + p_waves + wander + noise * np.random.default_rng(1).standard_normal((12, len(times)))


def _median(noise: float) -> MedianBeat:
    return median_beat(recording(dict(zip(STANDARD, _measured(noise), strict=True)), 500.0, "CSV"))


def test_the_same_beat_correlates_and_lies_on_the_simulated_one() -> None:
    times = np.arange(0.0, 420.0, 0.5)
    simulated = Trace(times, _beat(times, 12.0), STANDARD, "mV", "ECG")
    found = compare_ecg(_median(0.02), simulated)
    assert found.beats >= 6
    assert min(found.correlation.values()) > 0.95
    lead = STANDARD.index("V4")
    apart = times[np.nanargmax(found.measured.values[lead])] - times[np.argmax(simulated.values[lead])]
    assert abs(apart) <= 4.0  # two samples of the measured one


def test_a_lead_turned_round_correlates_with_minus_one() -> None:
    times = np.arange(0.0, 420.0, 0.5)
    values = _beat(times, 12.0)
    values[0] *= -1
    found = compare_ecg(_median(0.0), Trace(times, values, STANDARD, "mV", "ECG"))
    assert found.correlation["I"] < -0.95 < 0.95 < found.correlation["II"]


def test_the_onset_moves_with_the_beat() -> None:
    times = np.arange(0.0, 600.0, 1.0)
    assert qrs_onset(_beat(times, 140.0), 1.0) - qrs_onset(_beat(times, 100.0), 1.0) == 40.0
    assert abs(qrs_onset(_beat(times, 100.0), 1.0) - 110.0) < 12.0  # exp(-(20/9)^2) is 1 % of the peak: at 110 ms


def test_without_a_whole_beat_it_is_refused() -> None:
    short = {name: row[:60] for name, row in zip(STANDARD, _measured(0.0), strict=True)}
    with pytest.raises(Refused, match="beat"):
        median_beat(recording(short, 500.0, "CSV"))
