import numpy as np
import pytest

from geometry.shapes import tube
from solvers.flow.along import activation_potential, relative_residence
from solvers.flow.bedside import Doppler, doppler_metrics, energy_loss_coefficient, pressure_recovery
from solvers.flow.navier_stokes import Fluid
from solvers.flow.plausible import implausible, opening_reynolds
from solvers.flow.probe import probe
from solvers.flow.vortices import kinetic_energy, q_criterion


def test_the_echo_laboratory_gets_its_textbook_orifice() -> None:
    # LVOT of 2.0 cm, VTI 20 cm, jet VTI 100 cm: 0.628 cm2 by continuity
    times = np.linspace(0.0, 300.0, 301)
    shape = np.sin(np.pi * times / 300.0)
    scale = 200.0 / np.trapezoid(shape, times)  # VTI 200 mm
    seen = Doppler(times, 5 * scale * shape, scale * shape, np.pi * 100, 700.0, 62_800.0, times <= 300)
    assert seen.effective_area == pytest.approx(62.8, rel=1e-3)
    assert seen.index == pytest.approx(0.2)
    # mean of 4 v^2 under a half sine is half its peak
    assert seen.mean_gradient(proximal=False) == pytest.approx(2 * (5 * scale) ** 2, rel=1e-4)
    assert seen.mean_gradient(proximal=True) == pytest.approx(2 * 24 * scale**2, rel=1e-4)
    found = {m.name: m.value for m in doppler_metrics(seen, 50.0, 2.0)}
    assert found["energy_loss_index"] == pytest.approx(found["energy_loss_coefficient"] / 2)


def test_pressure_comes_back_where_the_aorta_is_narrow() -> None:
    # x = 0.1: 64 mmHg * 2 * 0.1 * 0.9
    assert pressure_recovery(4.0, 70.0, 700.0) == pytest.approx(11.52)
    assert pressure_recovery(4.0, 70.0, 70_000.0) < 0.2
    assert pressure_recovery(4.0, 900.0, 700.0) == 0.0
    assert energy_loss_coefficient(80.0, 480.0) == pytest.approx(96.0)


def test_residence_and_activation_follow_their_definitions() -> None:
    average, turning = np.array([0.4, 0.0]), np.array([0.3, 0.5])
    assert relative_residence(average, turning)[0] == pytest.approx(6.25)
    assert activation_potential(average, turning)[0] == pytest.approx(0.75)
    assert np.isnan(relative_residence(average, turning)[1])


def test_a_solid_turn_is_a_vortex_and_a_strain_is_none() -> None:
    pipe = tube(10.0, 20.0, 4.0)
    x, y, z = pipe.points.T
    turn = np.column_stack([-y, x, 0 * z]) * 0.01
    assert q_criterion(pipe, turn) == pytest.approx(1e-4)  # |W|^2 = 2 w^2, Q = w^2
    assert q_criterion(pipe, np.column_stack([x, -y, 0 * z]) * 0.01) == pytest.approx(-1e-4)
    volume = pipe.tet_volumes().sum()
    assert kinetic_energy(pipe, np.tile([0.0, 0.0, 2.0], (len(x), 1)), 1.06) == pytest.approx(1.06 * 2 * volume)
    assert kinetic_energy(pipe, np.column_stack([0 * z, 0 * z, z]), 1.0) == pytest.approx(volume * 400 / 6, rel=1e-6)


def test_a_probe_reads_linear_fields_exactly_and_knows_when_it_is_outside() -> None:
    pipe = tube(10.0, 20.0, 4.0)
    at = np.array([[1.0, 2.0, 3.0], [-4.0, 0.5, 11.0], [0.0, 30.0, 0.0]])
    found = probe(pipe, at).at(pipe.points.T)
    assert pytest.approx(at[:2]) == found[:, :2].T
    assert np.isnan(found[:, 2]).all()


def test_wrong_units_are_told_in_words() -> None:
    pipe, fluid = tube(12.0, 60.0, 6.0), Fluid(1.06, 0.0035)
    assert implausible(pipe, 300.0, fluid) == []
    assert "unit" in implausible(pipe.with_points(pipe.points / 10), 300.0, fluid)[0]
    assert "mm/s" in " ".join(implausible(pipe.with_points(pipe.points * 10), 300.0, fluid))
    # 4 rho Q / (pi mu D) = 4 * 1.06 * 1 / (pi * 0.0035 * 10)
    assert opening_reynolds(1.0, 25 * np.pi, fluid) == pytest.approx(38.56, abs=0.01)
