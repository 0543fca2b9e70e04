"""Repolarising currents from one QT."""

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import half_ellipsoid_ventricle
from solvers.beat_records import Repolarization
from solvers.calibration.qt_calibration import SPREAD, QtCalibration, QtError, learn_qt, qt_of
from solvers.drugs.markers import correct_qt
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.measured_ecg import MedianBeat
from solvers.electrophysiology.measured_qt import qt_of_beat
from solvers.scenario import Electrophysiology

SCENARIO = Electrophysiology(tier="eikonal")
CELLULAR = QtError(reading=4.0, rate=0.0, model=3.0)  # 5 ms together


@pytest.fixture(scope="module")
def model() -> EikonalModel:
    return EikonalModel(half_ellipsoid_ventricle(5.0))


@pytest.fixture(scope="module")
def learned(model: EikonalModel) -> QtCalibration:
    return learn_qt(model, SCENARIO)


def with_currents(rapid: float, slow: float) -> Electrophysiology:
    return SCENARIO.model_copy(update={"repolarization": Repolarization(rapid=rapid, slow=slow)})


def test_the_emulator_knows_qt(learned: QtCalibration, model: EikonalModel):
    assert learned.q2 > 0.99
    predicted = learned.inference.predicted(np.array([[0.8, 1.2]]))[0, 0]
    assert predicted == pytest.approx(qt_of(model, with_currents(0.8, 1.2)), abs=4.0)


def test_the_qt_of_a_twin_is_met_and_its_currents_lie_in_their_intervals(learned: QtCalibration, model: EikonalModel):
    qt = qt_of(model, with_currents(0.8, 0.8))
    found, row = learned.posterior(qt, 1000.0, CELLULAR)
    low, high = found.interval()
    assert (low < 0.8).all() and (high > 0.8).all()
    assert row.after[1] == pytest.approx(qt, abs=5.0)
    assert row.after[2] - row.after[0] < 0.5 * (row.before[2] - row.before[0])


def test_one_time_narrows_two_currents_as_its_slopes_ask_and_not_more(learned: QtCalibration):
    """Normal and linear: the covariance after is (1 / SPREAD^2 + g g^T / e^2)^-1 with g the slopes of QT."""
    at = np.array([1.0, 1.0])
    steps = 0.1 * np.eye(2)
    slopes = [np.diff(learned.inference.predicted(np.array([at - h, at + h]))[:, 0])[0] / 0.2 for h in steps]
    qt = float(learned.inference.predicted(at[None])[0, 0])
    exact = np.linalg.inv(np.eye(2) / SPREAD**2 + np.outer(slopes, slopes) / CELLULAR.whole**2)
    found, _ = learned.posterior(qt, 1000.0, CELLULAR)
    assert found.sd == pytest.approx(np.sqrt(np.diag(exact)), rel=0.2)
    assert not any("IKr" in sentence and "is told by" in sentence for sentence in found.told())


def test_a_qt_is_brought_to_sixty_beats_a_minute(learned: QtCalibration):
    _, row = learned.posterior(380.0, 800.0, QtError())
    assert (
        row.measured == pytest.approx(380.0 / 0.8 ** (1 / 3)) == pytest.approx(correct_qt(380.0, 800.0)["Fridericia"])
    )


def test_a_qt_far_outside_what_was_assumed_is_said(learned: QtCalibration):
    _, row = learned.posterior(600.0, 1000.0, QtError())
    assert not row.expected


def test_cells_without_these_currents_are_refused(model: EikonalModel):
    with pytest.raises(Refused, match="neither IKr nor IKs"):
        learn_qt(model, SCENARIO.model_copy(update={"cell": "mitchell_schaeffer_2003"}))


def beat(t_end: float, cycle: float = 900.0) -> MedianBeat:
    """A QRS at 200 ms and a T wave that falls in a straight line to 0 at ``t_end`` ms."""
    times = np.arange(0.0, 800.0)
    t_wave = np.interp(times, [t_end - 160, t_end - 90, t_end], [0.0, 0.3, 0.0])
    one = np.exp(-(((times - 200.0) / 15) ** 2)) + t_wave
    return MedianBeat(("I", "II", "V2"), np.array([one, 0.7 * one, -0.5 * one]), 1.0, 3, cycle)


def test_the_end_of_a_t_wave_is_where_its_tangent_meets_the_base_line():
    first, second = qt_of_beat(beat(540.0)), qt_of_beat(beat(580.0))
    assert second.qt - first.qt == pytest.approx(40.0, abs=2.0)
    assert first.qt == pytest.approx(540.0 - 170.0, abs=12.0)  # the QRS rises out of 0 some 30 ms before its peak
    assert first.cycle == 900.0


def test_a_beat_without_a_t_wave_is_refused():
    flat = beat(540.0)
    only_qrs = MedianBeat(flat.leads, flat.values[:, :480] * (np.arange(480) < 260), 1.0, 3, 900.0)
    with pytest.raises(Refused, match="by hand"):
        qt_of_beat(only_qrs)
    with pytest.raises(Refused, match="rate is not known"):
        qt_of_beat(MedianBeat(flat.leads, flat.values, 1.0, 1))
