from dataclasses import replace

import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import tube
from geometry.units import convert
from solvers.flow.inflow import Ejection
from solvers.flow.orifice import with_orifice
from solvers.flow.outlets import outlet_of
from solvers.flow.shares import joint, part_of, with_shared_vessels
from solvers.flow.valve import FORWARD, RAMP, RESISTANCE, Leaflets
from solvers.flow.vessels import periodic_pressure, tune, with_tuned_vessels
from solvers.flow_records import Cuff, Resistance, Windkessel
from solvers.scenario import Flow
from solvers.verification.flow_valve import BACK, closed_leak, middle_valve

EJECTION = Ejection(75_000.0, 320.0, 60_000.0 / 70)


def test_vessels_are_found_for_a_cuff_pressure_and_a_stroke_volume() -> None:
    scenario = Flow(vessels="tuned to cuff", cuff=Cuff(systolic=135, diastolic=80))
    changed, tuned = with_tuned_vessels(scenario)
    assert tuned is not None
    outlet = outlet_of(changed.windkessel)
    assert all(check.passed for check in tuned.checks())
    # mean pressure above the venous one is mean flow times the whole resistance
    mean = np.trapezoid(tuned.pressure, tuned.times) / EJECTION.cycle
    flow = EJECTION.volume / EJECTION.cycle
    assert mean - outlet.venous == pytest.approx(flow * (outlet.proximal + outlet.distal), rel=2e-3)


def test_tuning_finds_the_vessels_that_made_the_pressure() -> None:
    truth = outlet_of(Windkessel(proximal=0.06, distal=1.2, compliance=1.3))
    times = np.linspace(0.0, EJECTION.cycle, 401)
    pressure = periodic_pressure(truth, times, np.array([EJECTION.flow(t) for t in times]))
    found = tune(outlet_of(Windkessel()), EJECTION.flow, EJECTION.cycle, pressure.max(), pressure.min()).outlet
    assert found.distal == pytest.approx(truth.distal, rel=0.01)
    assert found.compliance == pytest.approx(truth.compliance, rel=0.02)


def test_pressures_that_no_vessels_give_are_refused() -> None:
    with pytest.raises(Refused, match="systolic must be"):
        with_tuned_vessels(Flow(vessels="tuned to cuff", cuff=Cuff(systolic=80, diastolic=79)))


def test_the_orifice_gets_the_area_that_was_asked_for() -> None:
    pipe = tube(12.0, 60.0, 2.5, narrowing=0.6)
    line = centerline(pipe)
    same, _ = with_orifice(pipe, line, Flow())
    assert same is pipe
    _, after = with_orifice(pipe, line, Flow(orifice="stenosis", orifice_area=1.4))
    assert after.area[after.throat] == pytest.approx(140.0, rel=0.03)


def test_leaflets_open_on_pressure_close_on_backflow_and_stay_in_between() -> None:
    shut = Leaflets()
    assert not shut.after(FORWARD / 2, 0.0, 5.0).opens
    opening = shut.after(FORWARD * 2, 0.0, RAMP / 2)
    assert opening.opening == pytest.approx(0.5)
    still = opening.after(-1.0, -1.0, RAMP)  # pressure reversed, hardly any flow back: inertia keeps it open
    assert still.opens and still.opening == 1.0
    assert still.after(-1.0, -50.0, RAMP).opening == 0.0


def test_a_layer_resists_by_its_whole_resistance_across_and_leaves_its_orifice_free() -> None:
    z = np.linspace(20.0, 40.0, 2001)
    line = np.column_stack([0 * z, 0 * z, z])
    assert np.trapezoid(middle_valve().drag(line, 0.0, 2.0), z) == pytest.approx(RESISTANCE, rel=1e-3)
    assert middle_valve(100.0).drag(line, 1.0, 2.0).max() == 0.0
    assert middle_valve(100.0).drag(line + np.array([9.0, 0.0, 0.0]), 1.0, 2.0).max() > 0.0


def test_a_closed_valve_leaks_pressure_times_area_over_resistance() -> None:
    leak, expected = closed_leak(silent)
    assert expected == pytest.approx(convert(BACK, "mmHg", "kPa") * 300 / RESISTANCE, rel=0.1)
    assert leak < 1.0 and leak == pytest.approx(expected, rel=0.4)


def test_several_outlets_are_tuned_together_and_keep_their_shares() -> None:
    alone = Flow(vessels="tuned to cuff", cuff=Cuff(systolic=135, diastolic=80))
    arm = part_of(Windkessel(), 0.2)
    both = alone.model_copy(update={"windkessel": part_of(Windkessel(), 0.8), "outlets": {"outlet_arm": arm}})
    one, _ = with_tuned_vessels(alone)
    two, tuned = with_tuned_vessels(both)
    behind = two.outlets["outlet_arm"]
    assert tuned is not None and isinstance(behind, Windkessel)
    assert all(check.passed for check in tuned.checks())
    # vessels side by side: resistances as 1 / share, compliances as the share of the single set
    assert behind.distal == pytest.approx(one.windkessel.distal / 0.2, rel=1e-3)
    assert two.windkessel.compliance == pytest.approx(one.windkessel.compliance * 0.8, rel=1e-3)
    assert "outlet 80%, outlet_arm 20%" in tuned.note()
    plain = both.model_copy(update={"outlets": {"outlet_arm": Resistance()}})
    with pytest.raises(Refused, match="Behind outlet_arm is no windkessel"):
        with_tuned_vessels(plain)


def test_outlets_of_a_mesh_share_the_vessels_by_their_areas() -> None:
    pipe = tube(12.0, 60.0, 4.0)
    caps = np.flatnonzero(pipe.facet_tag == next(t for t, n in pipe.facet_names.items() if n == "outlet"))
    tags = pipe.facet_tag.copy()
    right = pipe.points[pipe.facets[caps]].mean(axis=1)[:, 0] > 0
    tags[caps[right]] = 9
    forked = replace(pipe, facet_tag=tags, facet_names={**pipe.facet_names, 9: "outlet_right"})
    shared = with_shared_vessels(Flow(), forked)
    beside = shared.outlets["outlet_right"]
    assert isinstance(beside, Windkessel)
    whole, shares = joint({"outlet": shared.windkessel, "outlet_right": beside})
    assert shares["outlet_right"] == pytest.approx(0.5, abs=0.05)
    assert whole.model_dump() == pytest.approx(Windkessel().model_dump())
    assert with_shared_vessels(Flow(), pipe) == Flow()
