from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import half_ellipsoid_ventricle, slab
from solvers.arrhythmia.induction import induction, tissue_of
from solvers.arrhythmia.protocol import Protocol
from solvers.arrhythmia.sites import pacing_sites, sites_at
from solvers.scenario import Electrophysiology

BARE = slab((10.0, 3.0, 3.0), 1.0)
MESH = replace(BARE, fiber=np.tile([1.0, 0.0, 0.0], (len(BARE.tets), 1)))
SCENARIO = Electrophysiology(cell="mitchell_schaeffer_2003")


def test_a_healthy_slab_is_captured_and_not_inducible() -> None:
    protocol = Protocol(s1=500.0, train=1, extras=((450.0,),), watch=50.0)
    found = induction(MESH, SCENARIO, sites_at(MESH, [(0.0, 0.0, 0.0)]), protocol)
    assert (found["sites_tried"], found["inducible_from"]) == (1, [])
    (attempt,) = found["attempts"]
    assert attempt["captured"]
    assert not attempt["sustained"]


def test_no_fibres_zero_fibres_and_a_site_outside_are_refused() -> None:
    with pytest.raises(Refused, match="no fibres"):
        tissue_of(replace(MESH, fiber=None), SCENARIO)
    with pytest.raises(Refused, match="zero, not finite or not of unit"):
        tissue_of(replace(MESH, fiber=0.0 * MESH.fiber), SCENARIO)
    with pytest.raises(Refused, match="outside the tissue"):
        sites_at(MESH, [(90.0, 0.0, 0.0)])


def test_a_left_ventricle_has_a_site_in_each_of_its_17_segments() -> None:
    mesh = half_ellipsoid_ventricle(5.0)
    sites = pacing_sites(mesh)
    assert list(sites) == [f"segment {k}" for k in range(1, 18)]
    assert all(len(site.nodes) and len(site.around) for site in sites.values())
    assert all(len(np.intersect1d(site.nodes, np.unique(mesh.tagged("endo_lv")))) for site in sites.values())
