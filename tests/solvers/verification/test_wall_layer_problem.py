"""The oracles of the wall layers, and its checks of the mesh alone (those of the flow are run by the verb)."""

import numpy as np
import pytest

from geometry.meshing.wall_layers import with_wall_layers
from geometry.shapes import tube
from solvers.verification import mesh_wall_layers as problem
from solvers.verification.womersley import FLUID, SwingingFlow

RADIUS = 6.0


@pytest.mark.parametrize("alpha", [4.0, 13.0])
def test_the_swinging_flow_sticks_to_the_wall_and_its_shear_is_its_slope_there(alpha: float) -> None:
    flow, step = SwingingFlow(RADIUS, alpha), 1e-5
    for time in (0.0, 0.3 / flow.rate, 2.0 / flow.rate):
        still, near = flow.velocity(np.array([RADIUS, RADIUS - step]), time)
        assert still == pytest.approx(0.0, abs=1e-12)
        assert flow.shear(time) == pytest.approx(FLUID.viscosity * near / step, rel=1e-3)


def test_a_slow_swing_is_poiseuilles_flow() -> None:
    flow, r = SwingingFlow(RADIUS, 0.05), np.linspace(0.0, RADIUS, 7)
    exact = flow.gradient * (RADIUS**2 - r**2) / (4 * FLUID.viscosity)
    assert flow.velocity(r, 0.0) == pytest.approx(exact, rel=1e-3, abs=1e-12)


def test_the_checks_of_the_mesh_pass_and_see_layers_of_another_thickness() -> None:
    pipe = tube(problem.RADIUS, problem.LENGTH, problem.EDGE)
    made = with_wall_layers(pipe, problem.COUNT, problem.FIRST, problem.GROWTH)
    assert all(check.passed for check in problem.thickness_checks(made.mesh))
    assert all(check.passed for check in problem.quality_checks("pipe", pipe, with_wall_layers(pipe, problem.COUNT)))
    thicker = with_wall_layers(pipe, problem.COUNT, 1.2 * problem.FIRST, problem.GROWTH)
    assert not any(check.passed for check in problem.thickness_checks(thicker.mesh))
