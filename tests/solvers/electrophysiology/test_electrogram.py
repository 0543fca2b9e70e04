from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import slab
from solvers.electrophysiology.ecg import Conductor, LeadField
from solvers.electrophysiology.electrodes import Electrodes
from solvers.electrophysiology.electrogram import electrogram_rows
from solvers.electrophysiology.near_field import triangle_potential
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble, PacingSite
from solvers.verification import electrogram_waves


def test_the_verification_problem_passes() -> None:
    assert [check for check in electrogram_waves.verify(silent) if not check.passed] == []


def test_far_away_an_electrogram_is_what_the_ecg_sees() -> None:
    mesh = slab((4.0, 3.0, 2.0), 0.5)
    fiber = np.tile([0.6, 0.8, 0.0], (len(mesh.tets), 1))
    points, conductor = np.array([[30.0, 5.0, 9.0], [0.0, -40.0, 3.0]]), Conductor()
    ecg = LeadField(mesh).rows(Electrodes(("a", "b"), points), fiber, conductor)
    assert np.abs(electrogram_rows(mesh, points, fiber, conductor) - ecg).max() < 1e-3 * np.abs(ecg).max()


def test_a_triangle_has_a_finite_potential_on_itself() -> None:
    # a disc of six equilateral triangles of side 1 about the point: 6 integrals of h / cos over 60 degrees,
    # h = sqrt(3) / 2: 12 h ln(tan(pi / 4 + pi / 12)) = 12 h ln(sqrt(3))
    angles = np.deg2rad(60.0 * np.arange(7))
    rim = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(7)])
    corners = np.stack([np.zeros((6, 3)), rim[:-1], rim[1:]], axis=1)
    total = triangle_potential(corners, np.zeros(3)).sum()
    assert total == pytest.approx(12 * np.sqrt(3) / 2 * np.log(np.sqrt(3)), rel=1e-9)


def test_a_run_gives_the_potential_between_the_cells_where_it_is_asked_for() -> None:
    bare = slab((12.0, 1.5, 1.5), 0.5)
    mesh = replace(bare, fiber=np.tile([1.0, 0.0, 0.0], (len(bare.tets), 1)))
    scenario = Electrophysiology(
        start="paced",
        sites=(PacingSite(x=0.0, y=0.75, z=0.75),),
        duration=30.0,
        ensemble=Ensemble(members=0),
        extracellular_every=10.0,
    )
    result = run_electrophysiology(mesh, scenario)
    field = result.fields["extracellular_potential"]
    assert field.times == (0.0, 10.0, 20.0, 30.0)
    assert np.abs(field.values[0]).max() < 0.1  # at rest
    # half-way the wave is in the middle: -sigma_i / (sigma_i + sigma_e) of the step of some 110 mV, 0.74 of it along fibres
    potential = result.fields["potential"]
    at = potential.times.index(10.0)
    inside, between = np.ptp(potential.values[at]), np.ptp(field.values[1])
    assert between / inside == pytest.approx(0.34 / 0.46, rel=0.05)


def test_points_that_are_no_places_near_the_heart_are_refused() -> None:
    mesh = slab((4.0, 3.0, 2.0), 1.0)
    with pytest.raises(Refused, match="finite numbers"):
        electrogram_rows(mesh, np.array([[np.nan, 0.0, 0.0]]))
    with pytest.raises(Refused, match="away from the heart"):
        electrogram_rows(mesh, np.array([[0.0, 0.0, 500.0]]))
