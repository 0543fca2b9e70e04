"""The ECG in a conductor that ends: against the exact ball, on the template chest."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.progress import silent
from geometry.shapes import slab
from solvers.electrophysiology.ecg import Conductor, LeadField
from solvers.electrophysiology.electrodes import Electrodes, place_electrodes
from solvers.electrophysiology.torso import LEAST_GAP, template, torso_around
from solvers.electrophysiology.volume_conductor import SkinLeads, skin_potentials, skin_response, solid_angles
from solvers.verification import ecg_torso


def test_the_verification_problem_passes():
    wrong = [check for check in ecg_torso.verify(silent) if not check.passed]
    assert not wrong


def test_every_place_sees_the_whole_skin():
    torso = template()
    corners = torso.points[torso.triangles]
    inside = solid_angles(corners, np.zeros((1, 3)), np.array([0]))[0, 1:].sum()
    on = solid_angles(corners, corners.mean(axis=1)[:50], np.arange(50)).sum(axis=1)
    assert inside == pytest.approx(4 * np.pi, rel=1e-3)  # less the one triangle that was left out
    assert on == pytest.approx(np.full(50, 2 * np.pi))


def test_a_response_is_that_of_a_larger_chest():
    torso = ecg_torso.ball_of_triangles()
    larger = replace(torso, points=1.7 * torso.points + 5.0)
    np.testing.assert_allclose(skin_response(torso), skin_response(larger), atol=1e-9)


def test_the_grid_of_a_heart_gives_what_the_skin_gives(two_chambers):
    placed, torso = place_electrodes(two_chambers), torso_around(two_chambers)[0]
    leads = SkinLeads(two_chambers, placed)
    some = two_chambers.points[::97] + 1.3
    exact = skin_potentials(torso, placed.positions, some, skin_response(torso))
    assert leads(some) == pytest.approx(exact, abs=2e-3 * np.ptp(exact))


def test_rows_on_the_skin_are_those_of_an_unbounded_torso_when_their_potential_is():
    mesh = slab((4.0, 4.0, 4.0), 0.5)
    fiber = np.tile([0.6, 0.8, 0.0], (len(mesh.tets), 1))
    places = np.array([[40.0, 0.0, 0.0], [0.0, -30.0, 20.0]])
    one = Conductor(0.34, 0.06, 0.2, heart=0.2)  # a heart that conducts as its torso does is seen as it is
    potentials = 1 / np.linalg.norm(mesh.points - places[:, None], axis=2)
    field = LeadField(mesh)
    expected = field.rows(Electrodes(("a", "b"), places), fiber, one)
    assert field.skin_rows(potentials, fiber, one) == pytest.approx(expected, abs=0.01 * np.abs(expected).max())
    better = replace(one, heart=0.8)  # 3 * .2 / (.8 + .4)
    assert field.skin_rows(potentials, fiber, better) == pytest.approx(
        0.5 * field.skin_rows(potentials, fiber, one), rel=1e-12
    )


def test_a_huge_heart_has_a_larger_chest(two_chambers):
    huge = replace(two_chambers, points=two_chambers.points * 2.5)
    torso, _, size = torso_around(huge)
    assert torso_around(two_chambers)[2] == 1.0 < size
    gaps = np.linalg.norm(torso.points[:, None] - huge.points[None, ::50], axis=2).min()
    assert gaps >= LEAST_GAP
