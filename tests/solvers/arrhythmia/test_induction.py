from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab
from solvers.arrhythmia.induction import induction, tissue_of
from solvers.arrhythmia.protocol import Protocol
from solvers.arrhythmia.sites import sites_at
from solvers.scenario import Electrophysiology

BARE = slab((10.0, 3.0, 3.0), 1.0)
MESH = replace(BARE, fiber=np.tile([1.0, 0.0, 0.0], (len(BARE.tets), 1)))
SCENARIO = Electrophysiology(cell="mitchell_schaeffer_2003")


def test_a_healthy_slab_is_captured_and_not_inducible() -> None:
    protocol = Protocol(s1=500.0, train=1, extras=((450.0,),), watch=100.0)
    found = induction(MESH, SCENARIO, sites_at(MESH, [(0.0, 0.0, 0.0)]), protocol)
    assert (found["sites_tried"], found["inducible_from"]) == (1, [])
    (attempt,) = found["attempts"]
    assert attempt["captured"]
    assert not attempt["sustained"]
    assert 0.0 < attempt["active_for_ms"] < 50.0  # 10 mm at some 0.65 mm/ms
    assert not attempt["going_on"]
    assert any("1 of 1 site S2 still captured after 450 ms" in note for note in found["notes"])


def test_an_interval_that_the_tissue_is_refractory_at_is_told() -> None:
    protocol = Protocol(s1=500.0, train=1, extras=((100.0,),), watch=100.0)  # Mitchell-Schaeffer: 300 ms and more
    found = induction(MESH, SCENARIO, sites_at(MESH, [(0.0, 0.0, 0.0)]), protocol)
    assert any("did not capture even after 100 ms, the longest interval" in note for note in found["notes"])


def test_no_fibres_zero_fibres_and_a_site_outside_are_refused() -> None:
    with pytest.raises(Refused, match="no fibres"):
        tissue_of(replace(MESH, fiber=None), SCENARIO)
    with pytest.raises(Refused, match="zero, not finite or not of unit"):
        tissue_of(replace(MESH, fiber=0.0 * MESH.fiber), SCENARIO)
    with pytest.raises(Refused, match="outside the tissue"):
        sites_at(MESH, [(90.0, 0.0, 0.0)])


def test_a_place_that_the_regular_stimuli_do_not_excite_is_told_and_not_counted() -> None:
    protocol = Protocol(s1=500.0, train=1, extras=((450.0,),), watch=50.0, strength=1.0)
    found = induction(MESH, SCENARIO, sites_at(MESH, [(0.0, 0.0, 0.0)]), protocol)
    assert (found["sites_tried"], found["inducible_from"]) == (0, [])
    assert any("could not be paced" in note for note in found["notes"])
