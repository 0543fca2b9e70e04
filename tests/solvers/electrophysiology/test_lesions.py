from dataclasses import replace
from math import acos, atan2, pi, sqrt

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab
from solvers.arrhythmia.induction import tissue_of
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.lesions import ablated, ablated_tets, lesion_metrics, lesion_notes
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble, Lesion, PacingSite
from solvers.wall_records import Velocities

SPEED = 0.6  # mm/ms in every direction
LINE = Lesion(shape="line", points=((15.0, 0.0, 4.0), (15.0, 20.0, 4.0)), radius=2.0)


def sheet(lengths: tuple[float, float, float] = (30.0, 20.0, 4.0), edge: float = 1.0) -> HeartMesh:
    """A piece of wall with its inside above and its outside below."""
    mesh = slab(lengths, edge)
    names = {**dict.fromkeys(mesh.facet_names, "side"), 5: "epi", 6: "endo_rv"}
    return replace(mesh, facet_names=names, fiber=np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1)))


def from_corner(**more: object) -> Electrophysiology:
    isotropic = Velocities(fiber=SPEED, cross=SPEED, endocardium=0.1)
    site = (PacingSite(x=0, y=0, z=2),)
    return Electrophysiology(
        tier="eikonal", start="paced", sites=site, velocities=isotropic, ensemble=Ensemble(members=0)
    ).model_copy(update=more)


def activation(mesh: HeartMesh, lesion: Lesion) -> np.ndarray:
    return EikonalModel(ablated(mesh, (lesion,))).activation(from_corner())


def test_nothing_passes_a_complete_line() -> None:
    mesh = sheet()
    found = activation(mesh, LINE)
    x = mesh.points[:, 0]
    assert np.isfinite(found[x < 12.5]).all()
    assert np.isnan(found[x > 17.5]).all()


def test_a_wave_goes_round_the_end_of_a_line_on_the_shortest_way() -> None:
    mesh = sheet((30.0, 20.0, 1.0), 0.5)
    line = Lesion(shape="line", points=((15.0, 0.0, 1.0), (15.0, 12.0, 1.0)), radius=2.0)
    found = activation(mesh, line)
    behind = np.argmin(np.linalg.norm(mesh.points - [30.0, 0.0, 1.0], axis=1))
    # A string drawn tight over the round end: two tangents from the corners and an arc of radius 2 around (15, 12).
    away = sqrt(15.0**2 + 12.0**2)
    arc = 2 * 2.0 * (pi - atan2(15.0, 12.0) - acos(2.0 / away))
    shortest = (2 * sqrt(away**2 - 2.0**2) + arc) / SPEED
    assert shortest > 1.3 * 30.0 / SPEED
    assert found[behind] == pytest.approx(shortest, rel=0.03)


def test_a_lesion_has_the_volume_and_the_area_of_its_cylinder() -> None:
    mesh = sheet(edge=0.5)
    spot = Lesion(points=((15.0, 10.0, 4.1),), radius=3.0)
    numbers = {m.name: m.value for m in lesion_metrics(mesh, (spot,))}
    assert numbers["lesion_volume"] == pytest.approx(pi * 3.0**2 * 4.0 / 1000, rel=0.03)
    assert numbers["lesion_area_endo_rv"] == pytest.approx(pi * 3.0**2 / 100, rel=0.05)
    assert numbers["lesion_area_epi"] == pytest.approx(pi * 3.0**2 / 100, rel=0.05)
    shallow = {m.name: m.value for m in lesion_metrics(mesh, (spot.model_copy(update={"depth": 2.0}),))}
    assert shallow["lesion_volume"] == pytest.approx(pi * 3.0**2 * 2.0 / 1000, rel=0.03)
    assert "lesion_area_epi" not in shallow


def test_a_line_across_has_the_volume_of_a_box_and_two_lesions_over_each_other_count_once() -> None:
    mesh = sheet()
    volume = lesion_metrics(mesh, (LINE, LINE))[0].value
    assert volume == pytest.approx(20.0 * 4.0 * 4.0 / 1000, rel=0.03)


def test_a_line_on_a_diagonal_is_straight() -> None:
    mesh = sheet()
    slanted = Lesion(shape="line", points=((6.0, 3.0, 4.0), (24.0, 17.0, 4.0)), radius=2.0)
    middles = mesh.points[mesh.tets[ablated_tets(mesh, (slanted,))]].mean(axis=1)[:, :2]
    way = np.array([18.0, 14.0]) / np.hypot(18.0, 14.0)
    beside = (middles - [6.0, 3.0]) @ [-way[1], way[0]]
    assert np.abs(beside).max() < 2.01


@pytest.mark.parametrize("tier", ["reaction_eikonal", "monodomain"])
def test_a_lesion_stops_the_wave_where_potentials_are_solved_too(tier: str) -> None:
    mesh = sheet((16.0, 2.0, 2.0), 1.0)
    line = Lesion(shape="line", points=((9.0, 0.0, 2.0), (9.0, 2.0, 2.0)), radius=1.5)
    result = run_electrophysiology(mesh, from_corner(tier=tier, lesions=(line,), duration=60.0))
    found, x = np.asarray(result.fields["activation_time"].values), mesh.points[:, 0]
    assert np.isfinite(found[x < 7.0]).all()
    assert np.isnan(found[x > 11.0]).all()
    assert any(metric.name == "lesion_volume" for metric in result.metrics)
    assert any("permanent" in note for note in result.notes)


def test_programmed_stimulation_meets_the_lesion() -> None:
    mesh = sheet((16.0, 2.0, 2.0), 1.0)
    line = Lesion(shape="line", points=((9.0, 0.0, 2.0), (9.0, 2.0, 2.0)), radius=1.5)
    living = tissue_of(mesh, from_corner(lesions=(line,))).part.nodes
    assert len(living) < len(mesh.points)
    assert not (np.abs(mesh.points[living][:, 0] - 9.0) < 0.5).any()


def test_a_lesion_thinner_than_the_mesh_can_hold_is_told() -> None:
    assert any("may leak" in note for note in lesion_notes(sheet(), (Lesion(points=((1, 1, 1),), radius=0.5),)))
    assert not any("may leak" in note for note in lesion_notes(sheet(), (LINE,)))


def test_lesions_beside_the_heart_and_between_surfaces_are_refused() -> None:
    with pytest.raises(Refused, match="away from the wall"):
        ablated(sheet(), (Lesion(points=((200.0, 0.0, 0.0),)),))
    with pytest.raises(Refused, match="different surfaces"):
        ablated(sheet(), (Lesion(shape="line", points=((5.0, 5.0, 4.0), (9.0, 5.0, 0.0))),))
