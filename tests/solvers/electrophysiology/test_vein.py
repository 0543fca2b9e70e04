"""A vein drawn over the two-chamber heart: its way lies on the epicardium, leads and places tried in its corridor."""

import numpy as np
import pytest

from geometry.corridor import distance_to_way, length_of, spread_over, way_over
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.on_surface import OnSurface
from solvers.electrophysiology.activation_metrics import region_nodes
from solvers.electrophysiology.leads import snapped, usual_crt
from solvers.electrophysiology.vein import laid_vein, longer_vein, places_along, within_vein
from solvers.scenario import Electrophysiology, PacingSite

CLICKS = ((-44.0, 18.0, -12.0), (-47.0, 0.0, -30.0), (-36.0, -14.0, -55.0))  # beside the heart: brought to it
WIDTH = 12.0


def vein_scenario(mesh: HeartMesh, **more: object) -> Electrophysiology:
    plain = Electrophysiology(tier="eikonal", start="paced", sites=usual_crt(mesh), vein_width=WIDTH)
    return plain.model_copy(update={"vein": laid_vein(mesh, CLICKS), **more})


def at(site: PacingSite) -> Floats:
    return np.array([[site.x, site.y, site.z]])


def test_the_distance_to_a_way_is_that_to_its_nearest_stretch() -> None:
    way = np.array([[0.0, 0, 0], [10.0, 0, 0], [10.0, 10.0, 0]])
    points = np.array([[5.0, 0, 3.0], [-3.0, 4.0, 0], [13.0, 5.0, 4.0]])
    assert distance_to_way(way, points) == pytest.approx([3.0, 5.0, 5.0])
    assert distance_to_way(way[:1], points[1:2]) == pytest.approx([5.0])
    assert length_of(way) == 20.0
    assert spread_over(way, 2) == pytest.approx(np.array([[5.0, 0, 0], [10.0, 5.0, 0]]))


def test_the_way_of_a_vein_lies_on_the_epicardium_and_is_hardly_longer_than_straight(two_chambers: HeartMesh) -> None:
    way = way_over(two_chambers, np.array(CLICKS))
    skin = OnSurface(np.asarray(two_chambers.points, float), two_chambers.tagged("epi"))
    assert np.linalg.norm(skin.nearest(way)[0] - way, axis=1).max() < 0.5 * two_chambers.edge_length()
    nodes = two_chambers.points[np.unique(two_chambers.tagged("epi"))]
    ends = [nodes[np.argmin(np.linalg.norm(nodes - place, axis=1))] for place in CLICKS]
    assert distance_to_way(way, np.array(ends)) == pytest.approx(0.0, abs=1e-9)
    straight = length_of(np.array(ends))
    assert straight <= length_of(way) < 1.2 * straight  # a sixth of a circle is 1.05 times its chord


def test_leads_and_places_tried_lie_within_the_corridor(two_chambers: HeartMesh) -> None:
    rng = np.random.default_rng(4)
    spots = rng.uniform([-60, -50, -80], [60, 50, 10], (30, 3)).tolist()
    tried = tuple(PacingSite(role="lv_lead", x=x, y=y, z=z) for x, y, z in spots)
    found = within_vein(two_chambers, vein_scenario(two_chambers, candidates=tried))
    way = np.array(found.vein)
    left = [found.sites[1], *found.candidates, *places_along(two_chambers, found, 5)]
    right = two_chambers.points[region_nodes(two_chambers, "rv")]
    for site in left:
        assert distance_to_way(way, at(site))[0] <= WIDTH / 2 + 0.02  # rounded to 0.01 mm
        assert np.linalg.norm(right - at(site), axis=1).min() > 0.02
    assert found.sites[0] == usual_crt(two_chambers)[0]  # the right lead stays
    assert len(set(found.candidates)) == len(found.candidates) < len(tried)
    assert within_vein(two_chambers, found) == found


def test_places_along_the_vein_follow_each_other(two_chambers: HeartMesh) -> None:
    scenario = vein_scenario(two_chambers)
    places = np.concatenate([at(site) for site in places_along(two_chambers, scenario, 4)])
    assert len(places) == 4
    away = np.linalg.norm(places - np.array(scenario.vein)[0], axis=1)
    assert (np.diff(away) > 0).all()


def test_within_a_corridor_the_lead_goes_where_it_is_wanted_and_on_the_vein_itself_without(
    two_chambers: HeartMesh,
) -> None:
    vein = laid_vein(two_chambers, CLICKS)
    outer = two_chambers.points[np.unique(two_chambers.tagged("epi"))]
    beside = outer[np.argsort(np.abs(distance_to_way(np.array(vein), outer) - 5.0))[0]]
    wanted = PacingSite(role="lv_lead", x=float(beside[0]), y=float(beside[1]), z=float(beside[2]))
    assert np.linalg.norm(at(snapped(two_chambers, wanted, vein, WIDTH)) - beside) < 0.02
    assert np.linalg.norm(at(snapped(two_chambers, wanted, vein)) - beside) > 1.0


def test_a_vein_is_led_on_click_by_click(two_chambers: HeartMesh) -> None:
    vein: tuple[tuple[float, float, float], ...] = ()
    for click in CLICKS:
        vein = longer_vein(two_chambers, vein, click)
    assert np.array(vein) == pytest.approx(np.array(laid_vein(two_chambers, CLICKS)), abs=0.02)


def test_what_cannot_be_a_vein_is_refused(two_chambers: HeartMesh) -> None:
    with pytest.raises(Refused, match="choose one on the heart itself"):
        laid_vein(two_chambers, ((400.0, 0.0, 0.0),))
    far = vein_scenario(two_chambers, vein=((300.0, 0.0, 0.0), (310.0, 0.0, 0.0)))
    with pytest.raises(Refused, match="holds no node of the left epicardium"):
        within_vein(two_chambers, far)
    with pytest.raises(Refused, match="draw one first"):
        places_along(two_chambers, vein_scenario(two_chambers, vein=()), 3)
