"""The circulation as a closed loop: it does what is asked, its pressures and flows fit each other, and it drives an inlet."""

import logging
from pathlib import Path

import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import tube
from geometry.units import convert
from solvers.flow import closed_loop as module
from solvers.flow.closed_loop import ClosedLoop, Demand, closed_loop, demand_of, with_closed_loop
from solvers.flow.drive import drive_of
from solvers.flow_records import Resistance
from solvers.scenario import Ensemble, Flow

NARROW = Demand(75.0, 60.0, 70.0, resistance=1.05, compliance=1.5, loss=1e-4)


@pytest.fixture(scope="module")
def loop() -> ClosedLoop:
    return closed_loop(NARROW, silent)


def test_it_ejects_what_was_asked_for_and_comes_back(loop: ClosedLoop) -> None:
    assert loop.stroke_volume == pytest.approx(75.0, rel=0.01)
    assert loop.ejection_fraction == pytest.approx(60.0, rel=0.01)
    for curve in (loop.ventricle, loop.volume, loop.aorta):
        assert abs(curve[-1] - curve[0]) < 0.02 * np.ptp(curve)


def test_the_mean_pressure_is_what_the_flow_makes_in_the_resistance(loop: ClosedLoop) -> None:
    # MAP - right atrium = cardiac output x resistance; the right atrium lies at 4 to 10 mmHg.
    output = 75.0 * 70.0 / 60.0  # mL/s
    assert 3.0 < loop.aorta.mean() - output * 1.05 < 11.0


def test_the_narrowing_costs_its_loss(loop: ClosedLoop) -> None:
    fast = loop.outflow > 0.5 * loop.outflow.max()
    # Bernoulli and the open valve's own 0.0075 mmHg s/mL
    expected = 1e-4 * loop.outflow[fast] ** 2 + 0.0075 * loop.outflow[fast]
    assert (loop.ventricle - loop.aorta)[fast] == pytest.approx(expected, rel=0.05, abs=0.5)


def test_the_elastance_is_that_of_the_end_of_systole(loop: ClosedLoop) -> None:
    # P = E (V - V0), V0 = 10 mL scaled by the size of the chamber
    largest = (loop.ventricle / (loop.volume - module.EMPTY * NARROW.end_diastolic_volume / module.USUAL)).max()
    assert largest == pytest.approx(loop.contractility, rel=0.03)
    assert 1.3 < loop.contractility < 3.3  # 2.3 +- 1.0 mmHg/mL in healthy people, Chen 2001


def test_a_scenario_is_driven_by_its_ventricle(loop: ClosedLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tube(12.0, 40.0, 4.0)
    asked: list[Demand] = []
    monkeypatch.setattr(module, "closed_loop", lambda demand, _: asked.append(demand) or loop)
    scenario = Flow(inlet="closed loop", valve="leaflets", ensemble=Ensemble(members=0))
    driven, found = with_closed_loop(scenario, centerline(pipe), silent)
    assert found is loop and asked[0].resistance == pytest.approx(1.05) and asked[0].stroke_volume == 75.0
    pressure = drive_of(pipe, driven).value
    for k in (100, 200, 300):
        assert convert(pressure(float(loop.times[k])), "kPa", "mmHg") == pytest.approx(loop.ventricle[k], abs=1.5)
    assert with_closed_loop(Flow(), centerline(pipe), silent) == (Flow(), None)


def test_the_loss_is_that_of_the_narrowing() -> None:
    pipe = tube(10.0, 60.0, 2.5, narrowing=0.5)
    line = centerline(pipe)
    throat, end = line.area.min(), line.area[-2]
    # rho/2 (1/A - 1/A_end)^2 in SI, mm2 to m2, and Pa s2/m6 to mmHg s2/mL2: 1e-12 / 133.322
    by_hand = 1060 / 2 * (1e6 / throat - 1e6 / end) ** 2 * 1e-12 / 133.322
    assert demand_of(Flow(), line).loss == pytest.approx(by_hand, rel=0.02)


def test_what_no_heart_can_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIALS", 3)
    monkeypatch.setattr(module, "SETTLING", 1.0)
    monkeypatch.setattr(module, "SETTLED", 1.0)
    with pytest.raises(Refused, match="No circulation was found that ejects 200 mL"):
        closed_loop(Demand(200.0, 80.0, 200.0, 3.0, 0.5, 1e-3), silent)
    with pytest.raises(Refused, match="Set its members to 0"):  # at once: no search has these numbers
        with_closed_loop(Flow(inlet="closed loop", stroke_volume=250), centerline(tube(12.0, 40.0, 4.0)), silent)
    plain = Flow(outlets={"outlet_2": Resistance()})
    with pytest.raises(Refused, match="no windkessel"):
        demand_of(plain, centerline(tube(12.0, 40.0, 4.0)))


def test_nothing_is_written_and_nothing_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(logging.getLogger().handlers)
    with module._model(NARROW, 2.0):
        pass
    assert not list(tmp_path.iterdir()) and capsys.readouterr().out == ""
    assert logging.getLogger().handlers == before


def test_the_beat_begins_where_the_pressure_rises(loop: ClosedLoop) -> None:
    assert loop.ventricle[0] > loop.atrium[0] and loop.ventricle[-1] <= loop.atrium[-1]
    ejecting = loop.times[loop.outflow > 0.05 * loop.outflow.max()]
    assert 10 < ejecting[0] < 80 and ejecting[-1] < loop.raised  # isovolumic contraction, and relaxation
