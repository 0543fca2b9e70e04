import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import tube
from solvers.flow.inflow import Ejection, blunt_profile, parabolic_profile
from solvers.flow.surface_integrals import nodal_flux


def test_an_ejection_has_its_stroke_volume_its_peak_and_no_flow_in_diastole() -> None:
    ejection = Ejection(volume=75_000.0, duration=320.0, cycle=850.0)
    times = np.arange(0, 850, 0.05)
    flow = np.array([ejection.flow(t) for t in times])
    assert np.trapezoid(flow, times) == pytest.approx(75_000, rel=1e-4)
    assert times[flow.argmax()] == pytest.approx(ejection.peak_time, abs=0.1)
    assert not flow[times > 320].any()


def test_an_ejection_longer_than_the_beat_is_refused() -> None:
    with pytest.raises(Refused, match="does not fit"):
        Ejection(75_000.0, 400.0, 300.0)


@pytest.mark.parametrize("layer", [0.5, 3.0])
def test_the_blunt_profile_carries_exactly_one_unit_of_flow_in_and_none_at_the_wall(layer: float) -> None:
    pipe = tube(10.0, 10.0, 2.0)
    profile = blunt_profile(pipe, layer)
    assert -(nodal_flux(pipe, "inlet") * profile).sum() == pytest.approx(1.0, rel=1e-12)
    assert not profile[np.unique(pipe.tagged("wall"))].any()
    assert profile[:, 2].min() == 0.0  # nothing flows backwards


def test_a_thin_layer_gives_a_plug_and_a_thick_one_a_parabola() -> None:
    # Peak over mean of I0-profile: 1 for a thin layer, 2 for a thick one (u -> (R^2 - r^2) / 4 d^2).
    pipe = tube(10.0, 5.0, 0.8)
    section = np.pi * 100.0
    assert blunt_profile(pipe, 0.3)[:, 2].max() * section == pytest.approx(1.0, abs=0.12)
    assert blunt_profile(pipe, 100.0)[:, 2].max() * section == pytest.approx(2.0, abs=0.06)


def test_the_parabola_has_twice_the_mean_in_the_middle() -> None:
    pipe = tube(10.0, 5.0, 0.8)
    assert parabolic_profile(pipe, np.zeros(3), 10.0)[:, 2].max() * np.pi * 100 == pytest.approx(2.0, abs=0.04)
