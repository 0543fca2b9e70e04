"""The doubt of a segmentation moves the surfaces of the members, by as much as it says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from geometry.edge_doubt import share_of_all
from geometry.heart_mesh import HeartMesh
from geometry.mesh_measures.cavity import ClosedCavity
from geometry.outline_doubt import outlines_of, with_outline_doubt
from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from geometry.shapes import half_ellipsoid_ventricle
from geometry.wobble import CINE
from solvers.electrophysiology.eikonal_ensemble import run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Doubt, Electrophysiology, Ensemble
from solvers.uncertainty.outline_doubts import SEGMENTED, outline_doubts, with_outline_doubts
from solvers.uncertainty.sampling import draws, varied_numbers
from solvers.wall_records import Velocities

RADIUS, WALL, BLUR = 20.0, 9.0, 2.0  # mm: a sphere of blood in a shell, and the SD of its edge for z = 1


@pytest.fixture(scope="module")
def shell() -> HeartMesh:
    return half_ellipsoid_ventricle(4.0, RADIUS, RADIUS, WALL, 0.0)


@pytest.fixture(scope="module")
def blurred() -> Segmentation:
    """Phi^-1(p) falls by 1 every ``BLUR`` mm, inwards and outwards."""
    axis = np.arange(-44.0, 45.0, 2.0)
    r = np.sqrt(sum(part**2 for part in np.meshgrid(axis, axis, axis, indexing="ij")))
    blood, all_of_it = norm.cdf((RADIUS - r) / BLUR), norm.cdf((RADIUS + WALL - r) / BLUR)
    labels = np.where(r < RADIUS, LV, np.where(r < RADIUS + WALL, MYOCARDIUM, 0)).astype(np.uint8)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -44.0
    return Segmentation(labels, affine, {LV: blood, MYOCARDIUM: all_of_it - blood})


def test_a_shell_with_a_known_blur_gets_that_sd_and_its_volume_varies_with_its_area(shell, blurred):
    found = outlines_of(with_outline_doubt(shell, blurred))
    slices = int((blurred.labels == LV).any(axis=(0, 1)).sum())
    sd = CINE.of(LV).width * share_of_all(CINE.of(LV), slices) * BLUR  # the slope of Phi^-1(p) is 1 / BLUR
    assert found.measured and found.sd["cavity"] == pytest.approx(sd, rel=0.05)
    cavity = ClosedCavity(shell, "endo_lv")
    volumes = [cavity.volume(found.moved(shell.points, shell.tets, {"cavity": out})) for out in (-sd, sd)]
    # dV/dr of a half sphere is its surface, 2 pi R^2
    assert (volumes[1] - volumes[0]) / 2 == pytest.approx(2 * np.pi * RADIUS**2 * sd / 1000, rel=0.06)


def test_the_activation_of_the_outside_varies_as_the_wall_is_thick(shell):
    """With a fast inside the wave crosses the wall: dT = d(thickness) / v."""
    fiber = np.tile([0.0, 0.0, 1.0], (len(shell.tets), 1))
    model = EikonalModel(replace(shell, fiber=fiber))
    sd, speed = 0.8, 0.3
    sure = [number.name for number in varied_numbers(Electrophysiology()) if number.name != "outlines.outside"]
    scenario = Electrophysiology(
        tier="eikonal",
        velocities=Velocities(fiber=speed, cross=speed, endocardium=4.0),
        ensemble=Ensemble(members=9),
        doubts=(Doubt(number="outlines.outside", sd=sd), *(Doubt(number=name) for name in sure)),
    )
    outer = np.unique(shell.tagged("epi"))
    outer = outer[shell.points[outer, 2] < -10.0]  # away from the base, where the surface ends
    members = run_eikonal_ensemble(model, scenario, 150.0, 1).good
    out = np.array([draw.outlines.outside for draw in draws(scenario, 9, 1)])
    late = np.array([member.activation[outer].mean() for member in members])
    slope = np.polyfit(out, late, 1)[0]
    assert slope == pytest.approx(1 / speed, rel=0.08)
    assert late.std(ddof=1) == pytest.approx(out.std(ddof=1) / speed, rel=0.08)


def test_nodes_correspond_and_nothing_turns_over_far_out(shell):
    found = outlines_of(shell)
    assert not found.measured and found.sd["cavity"] == pytest.approx(0.5, rel=0.03)
    moved = shell.with_points(found.moved(shell.points, shell.tets, {"cavity": 1.5, "outside": -1.0}))
    assert (moved.tet_volumes() > 0).all()
    base = np.unique(shell.tagged("base"))
    assert np.allclose(moved.points[base, 2], shell.points[base, 2], atol=1e-6)  # the flat end stays in its plane


def test_a_scenario_takes_the_doubt_of_its_mesh_unless_another_was_typed(shell, blurred):
    marked = with_outline_doubt(shell, blurred)
    assert marked.digest() != shell.digest() and outline_doubts(shell) == ()
    typed = Doubt(number="outlines.outside", sd=0.1, status="measured", source="two readers")
    found = with_outline_doubts(Electrophysiology(doubts=(typed,)), marked)
    assert [(doubt.number, doubt.source) for doubt in found.doubts] == [
        ("outlines.outside", "two readers"),
        ("outlines.cavity", SEGMENTED),
    ]
    assert with_outline_doubts(found, shell).doubts == (typed,)
