from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import silent
from geometry.shapes import slab, tube
from solvers.flow.fitness import refuse_unfit
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.outlets import outlet_models, periodic_starts, steady_outlets
from solvers.flow.waveform import Waveform
from solvers.flow.windkessel import Outlet, PressureOutlet
from solvers.scenario import Flow, PressureCurve, Resistance, Windkessel
from solvers.verification import flow_outlets

BLOOD = Fluid(1.06, 0.004)


def test_two_outlets_driven_by_a_pressure_take_what_their_resistances_let_them_without_swinging() -> None:
    found = flow_outlets.shares(silent)
    assert found.flows[-1] == pytest.approx([1.0, 1.0], abs=0.005)
    assert np.ptp(found.flows[5:], axis=0).max() < 0.005
    assert found.iterations <= 20


def test_an_outlet_follows_the_pressure_curve_it_is_given() -> None:
    # a pipe between 0.5 kPa and a pressure that rises from 0 to 0.4 kPa, slowly: Poiseuille's flow of the difference
    pipe, wave = tube(5.0, 20.0, 1.7), Waveform((0.0, 4000.0, 4100.0), (0.0, 0.4, 0.0))
    flow = NavierStokes(pipe, Fluid(1.06, 4.0), PressureOutlet(wave), None, developed=True)
    state = flow.at_rest(0.0)
    for _ in range(8):
        state = flow.advance(state, 250.0, lambda _: 0.5)
    conductance = np.pi * 5.0**4 / (8 * 4.0 * 20.0)
    assert state.outflow == pytest.approx((0.5 - 0.2) * conductance, rel=0.05)


def test_an_outlet_without_a_condition_and_a_condition_without_an_outlet_are_refused_by_name() -> None:
    box, half = flow_outlets.box(), Outlet(0.1)
    with pytest.raises(Refused, match="behind outlet_right"):
        NavierStokes(box, BLOOD, {"outlet_left": half}, None)
    with pytest.raises(Refused, match="for outlet_top, but the mesh has only outlet_left and outlet_right"):
        NavierStokes(box, BLOOD, {"outlet_left": half, "outlet_right": half, "outlet_top": half}, None)
    with pytest.raises(Refused, match="behind outlet_left and outlet_right"):
        outlet_models(box, Flow())


def test_a_scenario_names_what_is_behind_each_outlet_in_internal_units() -> None:
    beat = 60_000 / 70
    curve = PressureCurve(times=(0.0, beat), values=(90.0, 90.0))
    scenario = Flow(outlets={"outlet_left": Resistance(resistance=2.0, venous=3.0), "outlet_right": curve})
    left, right = outlet_models(flow_outlets.box(), scenario).values()
    # 1 mmHg s/mL = 0.133322 kPa s/mL = 0.133322 kPa ms/mm3
    assert left.resistance(10.0) == pytest.approx(0.266645, rel=1e-4)
    assert right.known_pressure(0.0, 0.0, 10.0, 500.0) == pytest.approx(90 * 0.133322, rel=1e-4)
    assert left.known_pressure(0.0, 0.0, 10.0, 0.0) == pytest.approx(3 * 0.133322, rel=1e-4)
    with pytest.raises(Refused, match="instead of the pressure curve"):
        steady_outlets(flow_outlets.box(), scenario)


def test_windkessels_side_by_side_start_where_one_of_their_joint_resistance_would() -> None:
    one = Windkessel(proximal=0.05, distal=1.0, compliance=1.5, venous=5.0)
    third = Windkessel(proximal=0.075, distal=1.5, compliance=1.0, venous=5.0)  # takes two thirds
    rest = Windkessel(proximal=0.15, distal=3.0, compliance=0.5, venous=5.0)
    ejection = lambda t: 300.0 * max(np.sin(2 * np.pi * t / 800.0), 0.0)  # noqa: E731
    alone = periodic_starts(outlet_models(tube(5, 20, 2.5), Flow(windkessel=one)), ejection, 800.0)
    both = periodic_starts(
        outlet_models(flow_outlets.box(), Flow(outlets={"outlet_left": third, "outlet_right": rest})), ejection, 800.0
    )
    assert both == pytest.approx([alone[0], alone[0]], rel=1e-6)


@pytest.mark.parametrize(
    ("times", "values", "words"),
    [
        ((0.0, 400.0, 800.0), (80.0, 120.0, 100.0), "does not close: it begins with 80 and ends with 100"),
        ((0.0, 800.0, 400.0), (80.0, 120.0, 80.0), "ascend"),
        ((0.0, 800.0), (80.0,), "2 times and 1 values"),
    ],
)
def test_a_curve_that_is_none_is_refused(times: tuple[float, ...], values: tuple[float, ...], words: str) -> None:
    with pytest.raises(Refused, match=words):
        Waveform(times, values)


def two_pieces() -> HeartMesh:
    near = tube(5.0, 20.0, 2.5)
    far, count = near.points + np.array([30.0, 0.0, 0.0]), len(near.points)
    return replace(
        near,
        points=np.concatenate([near.points, far]),
        tets=np.concatenate([near.tets, near.tets + count]),
        region=np.tile(near.region, 2),
        facets=np.concatenate([near.facets, near.facets + count]),
        facet_tag=np.tile(near.facet_tag, 2),
    )


def test_blood_in_two_pieces_is_refused_with_where() -> None:
    with pytest.raises(Refused, match=r"2 separate pieces.*\(-?\d+, -?0, 10\) mm"):
        refuse_unfit(two_pieces())


def test_a_cap_around_a_corner_is_refused() -> None:
    box = flow_outlets.box()
    bent = np.where(box.facet_tag == 3, 2, box.facet_tag)
    bent[slab(flow_outlets.SIDES, flow_outlets.EDGE).facet_tag == 5] = 2  # the end and the bottom in one
    with pytest.raises(Refused, match="cap outlet_left is not flat"):
        refuse_unfit(replace(box, facet_tag=bent.astype(np.int32)))


def test_boundary_without_a_name_and_with_two_is_refused() -> None:
    pipe = tube(5.0, 20.0, 2.5)
    bare = pipe.facet_tag.copy()
    bare[np.flatnonzero(bare == 3)[:7]] = 9
    with pytest.raises(Refused, match=r"^7 of \d+ triangles.*around .* Name them"):
        refuse_unfit(replace(pipe, facet_tag=bare))
    twice = replace(
        pipe, facets=np.vstack([pipe.facets, pipe.facets[:2]]), facet_tag=np.concatenate([pipe.facet_tag, [3, 3]])
    )
    with pytest.raises(Refused, match=r"^2 triangles .* two surfaces at once"):
        refuse_unfit(twice)
