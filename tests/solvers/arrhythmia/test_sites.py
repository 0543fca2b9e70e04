from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_part import part_of, pieces
from geometry.shapes import half_ellipsoid_ventricle, slab
from solvers.arrhythmia.sites import pacing_sites, scar_sites, site_at, sites_at
from solvers.electrophysiology.lesions import ablated
from solvers.electrophysiology.substrate import substrate_of
from solvers.verification.reentry_isthmus import CORE, DEPTH, LENGTH, MIDDLE, RADIUS, WALL, WIDTH, lesion, with_scar

HEART = with_scar(half_ellipsoid_ventricle(2.2, RADIUS, DEPTH, WALL))


def test_a_left_ventricle_has_a_site_in_each_of_its_17_segments() -> None:
    mesh = half_ellipsoid_ventricle(5.0)
    sites = pacing_sites(mesh)
    assert list(sites) == [f"segment {k}" for k in range(1, 18)]
    assert all(len(site.nodes) and len(site.around) for site in sites.values())
    assert all(len(np.intersect1d(site.nodes, np.unique(mesh.tagged("endo_lv")))) for site in sites.values())


def test_four_sites_lie_beside_a_scar_each_on_its_side() -> None:
    substrate = substrate_of(HEART)
    scar = HEART.points[np.unique(HEART.tets[substrate.core | substrate.grey])]
    sites = scar_sites(HEART)
    middles = {name: HEART.points[site.nodes].mean(axis=0) for name, site in sites.items()}
    assert len(middles) == 4
    assert all(
        3.0 < cKDTree(scar).query(place)[0] < 15.0 for place in middles.values()
    )  # the base is near, the wall thick
    assert not any(substrate.dead[site.nodes].any() for site in sites.values())
    assert (
        middles["apical of the scar"][2] < MIDDLE - LENGTH / 2 < MIDDLE + LENGTH / 2 < middles["basal of the scar"][2]
    )
    turned = [np.arctan2(*middles[f"{side} of the scar"][[1, 0]]) for side in ("clockwise", "counter-clockwise")]
    assert turned[0] * turned[1] < 0  # the scar is around the angle 0


def test_a_heart_without_scar_has_no_sites_beside_it() -> None:
    with pytest.raises(Refused, match="no scar to pace beside"):
        scar_sites(half_ellipsoid_ventricle(5.0))
    with pytest.raises(Refused, match="outside the tissue"):
        sites_at(slab((10.0, 3.0, 3.0), 1.0), [(90.0, 0.0, 0.0)])


def test_a_site_is_as_large_as_the_edges_around_it_ask_for() -> None:
    """Two slabs far apart in one mesh, edges of 1 and of 2 mm: a site in the coarse one reaches three of its own edges."""
    fine, coarse = slab((40.0, 10.0, 4.0), 1.0), slab((20.0, 20.0, 4.0), 2.0)
    points = np.concatenate([fine.points, coarse.points + np.array([0.0, 100.0, 0.0])])
    both = replace(fine, points=points, tets=np.concatenate([fine.tets, coarse.tets + len(fine.points)]))
    node = int(np.argmin(np.linalg.norm(points - [10.0, 110.0, 0.0], axis=1)))
    reach = np.linalg.norm(points[site_at(both, node).nodes] - points[node], axis=1).max()
    assert 0.8 < reach / (3 * coarse.edge_length()) <= 1.0


def test_the_lesion_of_the_verification_problem_cuts_its_isthmus_and_nothing_else() -> None:
    treated = ablated(HEART, (lesion(HEART),))
    assert [_isthmus_pieces(one) for one in (HEART, treated)] == [1, 2]
    assert substrate_of(treated).piece.max() == 0  # the rest hangs together around the scar


def _isthmus_pieces(mesh: HeartMesh) -> int:
    """How many pieces of more than 50 nodes the living tissue between the cores is in."""
    x, y, z = mesh.points[mesh.tets].mean(axis=1).T
    between = np.abs(np.arctan2(y, x)) * (RADIUS + WALL / 2) < (WIDTH + CORE) / 2
    inside = between & (x > 0) & (np.abs(z - MIDDLE) < LENGTH / 2) & ~substrate_of(mesh).core
    return int((np.bincount(pieces(part_of(mesh, inside).mesh)) > 50).sum())
