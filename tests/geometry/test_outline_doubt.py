"""The wall of a vessel moves by what its outline is in doubt, its ends stay flat."""

import numpy as np
import pytest

from geometry.outline_doubt import outlines_of
from geometry.shapes import tube
from solvers.flow.steady import outlined
from solvers.flow_records import VesselOutline
from solvers.scenario import Flow


def test_a_pipe_whose_wall_lies_further_out_has_the_volume_of_that_pipe() -> None:
    pipe = tube(12.0, 40.0, 3.0)
    found = outlines_of(pipe)
    assert found.sd["vessel"] == pytest.approx(0.5, rel=0.03)
    for out in (-0.6, 0.6):
        moved = outlined(pipe, found, Flow(outlines=VesselOutline(vessel=out)))
        grown = moved.tet_volumes().sum() / pipe.tet_volumes().sum()
        assert grown == pytest.approx(((12.0 + out) / 12.0) ** 2, rel=0.01)  # pi (r + e)^2 L
        assert moved.tet_volumes().min() > 0
        for end, z in (("inlet", 0.0), ("outlet", 40.0)):
            assert np.allclose(moved.points[np.unique(moved.tagged(end)), 2], z, atol=1e-6)
    assert outlined(pipe, found, Flow()) is pipe
