"""Steady flow through the blood of the first sample patient's left ventricle, from its mitral to its aortic ring."""

from pathlib import Path

import numpy as np
import pytest

import sample_scans
from geometry.meshing.cavity_blood import BODY, RINGS, build_cavity
from geometry.segmentation import load_segmentation
from solvers.flow.inflow import blunt_profile
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.surface_integrals import nodal_area
from solvers.flow.windkessel import Outlet

FLOW = 100.0  # mm3/ms, which is mL/s


def test_blood_goes_in_and_out_through_valves_of_their_real_size() -> None:
    labels = load_segmentation(Path(sample_scans.__file__).parent / "A_cine_mr" / "truth")
    blood = build_cavity(labels, "lv", edge=5.0)
    flow = NavierStokes(blood, Fluid(1.06, 0.04), Outlet(0.0), blunt_profile(blood, 2.0))
    state = flow.at_rest(0.0)
    for _ in range(3):
        state = flow.advance(state, 50.0, lambda _: FLOW, damped=True)
    assert state.imbalance < 1e-3
    for name, flux, ring in zip(("inlet", "outlet"), (flow.in_flux, flow.out_flux), RINGS["lv"], strict=True):
        area = nodal_area(blood, name).sum()
        assert area == pytest.approx(BODY * ring, rel=0.1)
        assert np.linalg.norm(flux.sum(axis=0)) == pytest.approx(area)  # flat
    # A healthy adult's 0.15 m/s at 100 mL/s through 6.8 cm2, 0.24 m/s through 4.2 cm2.
    speed = np.linalg.norm(state.velocity, axis=1)
    inlet, outlet = (np.average(speed, weights=nodal_area(blood, name)) for name in ("inlet", "outlet"))
    assert 0.13 < inlet < 0.17
    assert 0.22 < outlet < 0.30  # the speed of blood that converges on the ring: more than its part along the axis
    assert np.abs(speed[np.unique(blood.tagged("wall"))]).max() < 1e-12
