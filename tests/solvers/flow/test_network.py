"""The circulation without space that a beat starts from."""

from itertools import pairwise

import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.shapes import tube
from solvers.flow.network import Network, Passage
from solvers.flow.windkessel import Outlet, PressureOutlet, periodic_start

CYCLE = 800.0
ARTERY = Outlet(0.007, 0.13, 11_000.0, 0.7)  # kPa ms/mm3, mm3/kPa, kPa
ARM = Outlet(0.05, 1.0, 400.0, 0.7)


def ejection(time: float) -> float:
    return 400.0 * max(float(np.sin(np.pi * (time % CYCLE) / 300.0)), 0.0) if time % CYCLE < 300.0 else 0.0


def ventricle(time: float) -> float:
    return 1.0 + 15.0 * max(float(np.sin(np.pi * (time % CYCLE) / 400.0)), 0.0) if time % CYCLE < 400.0 else 1.0


def test_one_outlet_under_a_given_flow_starts_where_its_own_equation_comes_back() -> None:
    stored, inflow = Network([ARTERY], ejection, CYCLE).periodic()
    assert stored[0] == pytest.approx(periodic_start(ARTERY, ejection, CYCLE), rel=1e-3)
    assert inflow.sum() * CYCLE / 400 == pytest.approx(2 / np.pi * 400 * 300, rel=1e-3)


@pytest.mark.parametrize("one_way", [True, False])
def test_the_beat_that_is_found_comes_back_with_unlike_outlets_and_a_ventricle(one_way: bool) -> None:
    passage = Passage(2e-5, 2e-4, one_way)
    network = Network([ARTERY, ARM, PressureOutlet(lambda _: 9.0)][: 2 + one_way], ventricle, CYCLE, passage)
    stored, inflow = network.periodic()
    count = len(network.outlets)
    flows = np.zeros(count)
    now = stored
    for _ in range(3):
        now, flows, again = network.beat(now, flows)
    assert now == pytest.approx(stored, rel=1e-4)
    assert np.abs(again - inflow).max() < 1e-2 * inflow.max()
    assert (inflow.min() == 0.0) == one_way  # leaflets let nothing back, an open valve does


def test_the_mean_pressure_is_the_mean_flow_times_the_resistance() -> None:
    # what goes in over a periodic beat leaves through the distal resistances: nothing stays in the compliances
    network = Network([ARTERY], ventricle, CYCLE, Passage(2e-5, 2e-4, True))
    stored, inflow = network.periodic()
    dt, flows, held = CYCLE / 400, np.concatenate([[0.0], inflow]), [stored[0]]
    for before, after in pairwise(flows):
        held.append(ARTERY.advance(held[-1], before, after, dt))
    assert np.mean(held) - ARTERY.venous == pytest.approx(ARTERY.distal * inflow.mean(), rel=0.01)


def test_a_steady_drive_obeys_the_loss_of_the_narrowing() -> None:
    line = centerline(tube(10.0, 60.0, 3.0, narrowing=0.5))
    passage = Passage.along(line, 1.06, one_way=True)
    throat, end = line.area[line.throat], line.area[-2]
    _, inflow = Network([PressureOutlet(lambda _: 10.0)], lambda _: 12.0, 4000.0, passage).periodic()
    # dp = rho/2 (1/A - 1/A')^2 Q^2
    expected = np.sqrt(2 * 2.0 / 1.06) / (1 / throat - 1 / end)
    assert inflow[-1] == pytest.approx(expected, rel=1e-3)
    assert passage.inertance > 1.06 * 60.0 / (np.pi * 100.0)
