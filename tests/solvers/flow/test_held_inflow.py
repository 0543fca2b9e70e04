"""An inlet that a pressure drives: real inflow is left alone, blood that turns round there is held."""

from typing import Any

import numpy as np
import pytest

from geometry.heart_mesh import Floats
from geometry.shapes import tube
from solvers.backend import compiled_form, fem
from solvers.flow.forms import FASTER, FlowForms, flow_forms
from solvers.flow.space import flow_space
from solvers.flow.surface_integrals import area_vectors

RADIUS = 8.0
PIPE = tube(RADIUS, 16.0, 2.5)  # along z, from its inlet at z = 0
SPACE = flow_space(PIPE)
AXIAL = np.array([0.0, 0.0, 1.0])


@pytest.fixture(scope="module")
def forms() -> tuple[FlowForms, FlowForms]:
    """Those of a driven inlet, and of a given flow."""
    measures = (SPACE.inlet, None)
    held, plain = (flow_forms(SPACE.space, SPACE.outlet, driven=one) for one in measures)
    return held, plain


def extra(forms: tuple[FlowForms, FlowForms], velocity: Floats, mean: float) -> Any:
    """The force, times the velocity, of what holds the inflow: what it takes of the energy, nW and so on."""
    values = np.column_stack([velocity, np.zeros(len(velocity))])
    found = []
    for one in forms:
        one.star.x.array[:] = one.solution.x.array[:] = SPACE.to_space(values)
        one.density.value, one.viscosity.value = 1.06, 0.0
        one.entering.value = mean * AXIAL
        found.append(SPACE.assembled(one.residual))
    return (found[0] - found[1]) @ SPACE.own(values)


def test_a_parabola_that_comes_in_is_left_alone(forms: tuple[FlowForms, FlowForms]) -> None:
    speed = 2.0 * np.maximum(1 - np.hypot(*PIPE.points[:, :2].T) ** 2 / RADIUS**2, 0)  # mean 1
    assert extra(forms, speed[:, None] * AXIAL, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert extra(forms, -speed[:, None] * AXIAL, 0.0) == pytest.approx(0.0, abs=1e-9)  # out of the inlet


def test_what_comes_in_while_none_passes_loses_twice_the_energy_that_it_brings(
    forms: tuple[FlowForms, FlowForms],
) -> None:
    # v = x along the axis: in on one side, out on the other.  rho integral of v^3 over half the inlet, of which half comes in
    x = PIPE.points[:, 0]
    taken = extra(forms, x[:, None] * AXIAL, 0.0)
    exact = 1.06 * 2 * RADIUS**5 / 5 * 2 / 3  # integral of (r cos)^3 r dr over cos > 0
    assert taken == pytest.approx(exact, rel=0.12)  # a polygon of 2.5 mm


def test_a_jet_that_comes_in_too_fast_is_pulled_to_the_mean(forms: tuple[FlowForms, FlowForms]) -> None:
    area = float(np.linalg.norm(area_vectors(PIPE, "inlet").sum(axis=0)))
    fast = FASTER + 1.0  # everywhere: (fast - 2) (fast - 1) fast by area
    taken = extra(forms, np.tile(fast * AXIAL, (len(PIPE.points), 1)), 1.0)
    assert taken == pytest.approx(1.06 * (fast - FASTER) * (fast - 1) * fast * area, rel=1e-6)


def test_the_measures_are_over_the_two_ends() -> None:
    for measure, name in ((SPACE.inlet, "inlet"), (SPACE.outlet, "outlet")):
        one = fem.Constant(SPACE.space.mesh, 1.0)
        area = fem.assemble_scalar(compiled_form(one * measure))
        assert area == pytest.approx(np.linalg.norm(area_vectors(PIPE, name).sum(axis=0)))
