import numpy as np
import pytest

from geometry.progress import silent
from geometry.shapes import slab
from solvers.electrophysiology.activation_metrics import qrs_axis, qrs_bounds
from solvers.electrophysiology.ecg import LEADS, Conductor, LeadField, ecg_of_activation, ecg_trace, twelve_leads
from solvers.electrophysiology.electrodes import Electrodes
from solvers.result import Trace
from solvers.verification import ecg_dipole


def test_the_verification_problem_passes():
    wrong = [check for check in ecg_dipole.verify(silent) if not check.passed]
    assert not wrong


def test_the_leads_are_the_differences_of_the_textbook():
    ra, la, ll = 1.0, 2.0, 5.0
    leads = twelve_leads(np.array([ra, la, ll, 10, 0, 0, 0, 0, 0])[:, None])[:, 0]
    named = dict(zip(LEADS, leads, strict=True))
    assert named["I"] == 1.0
    assert named["II"] == 4.0
    assert named["III"] == 3.0
    assert named["aVF"] == pytest.approx(3.5)
    assert named["V1"] == pytest.approx(10 - 8 / 3)


def test_fibres_conduct_better_along_than_across():
    mesh = slab((1.0, 1.0, 1.0), 0.25)
    ahead = Electrodes(("e",), mesh.points.mean(axis=0) + np.array([[20.0, 0, 0]]))
    conductor, field = Conductor(0.34, 0.06, 0.2), LeadField(mesh)
    voltage = -mesh.points[:, 0]
    along, across = (
        float((field.rows(ahead, np.tile(f, (len(mesh.tets), 1)), conductor) @ voltage)[0])
        for f in ([1.0, 0, 0], [0, 1.0, 0])
    )
    # on the axis of a wave along x only sigma_xx counts (the rest cancels by symmetry): ratio 0.34 / 0.06
    assert along / across == pytest.approx(0.34 / 0.06, rel=1e-3)


def test_an_ecg_by_convolution_equals_shifting_the_action_potential_of_every_node():
    rng = np.random.default_rng(0)
    rows, activation, step = rng.normal(size=(9, 40)), rng.uniform(5, 60, 40), 0.5
    activation[0] = np.nan  # never activated: stays at rest
    grid = (np.arange(401) - 200) * step
    template = 100 / (1 + np.exp(-grid / 3.0)) * np.exp(-np.maximum(grid, 0) / 80)
    found = ecg_of_activation(rows, activation, template, step, 100.0)
    shifted = np.stack(
        [np.interp(found.times - (1e9 if np.isnan(t) else t), grid, template, left=0.0) for t in activation]
    )
    expected = ecg_trace(found.times, rows @ shifted)
    assert np.abs(found.values - expected.values).max() < 0.01 * np.abs(expected.values).max()


def bump(start: float, stop: float, area_i: float, area_avf: float) -> Trace:
    times = np.arange(0, 200, 0.5)
    shape = np.where((times > start) & (times < stop), np.sin(np.pi * (times - start) / (stop - start)) ** 2, 0)
    values = np.zeros((12, len(times)))
    for name, size in (("I", area_i), ("aVF", area_avf), ("II", area_i / 2 + area_avf), ("V3", 1.0)):
        values[LEADS.index(name)] = size * shape
    return Trace(times, values, LEADS, "mV", "")


def test_the_qrs_is_as_long_as_the_deflection():
    on, off = qrs_bounds(bump(20, 120, 1.0, 1.0), last_activation=130.0)
    # sin^2 has 5 % of its steepest slope after asin(0.05)/(2 pi) = 0.8 ms of its 100 ms
    assert on == pytest.approx(21, abs=1)
    assert off == pytest.approx(119, abs=1)


def test_the_axis_follows_the_hexaxial_system():
    # a vector at 60 degrees: I = cos 60, aVF = (sqrt 3 / 2) sin 60 on the augmented scale
    trace = bump(20, 120, np.cos(np.pi / 3), np.sqrt(3) / 2 * np.sin(np.pi / 3))
    assert qrs_axis(trace, (20, 120)) == pytest.approx(60, abs=1e-6)


def test_a_flat_ecg_has_no_qrs():
    assert np.isnan(qrs_bounds(ecg_trace(np.arange(10.0), np.zeros((9, 10))), 5.0)).all()
