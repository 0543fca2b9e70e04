import zipfile
from pathlib import Path

import numpy as np
import pytest

from solvers.flow.fluid import Fluid
from solvers.verification.nozzle_axisymmetric import axis_speed
from solvers.verification.nozzle_measured import laboratories


def test_slow_flow_in_the_half_section_is_poiseuille_before_and_far_behind_the_expansion() -> None:
    before, behind = np.linspace(-12.0, 0.0, 16), np.linspace(0.0, 30.0, 31)
    rings, beyond = np.linspace(0.25, 1.0, 4), np.array([2.5, 3.0])
    z, speed = axis_speed(lambda _: 2.0, before, behind, rings, beyond, Fluid(1.0, 0.01), 1.0)
    narrow, wide = 2 / (np.pi * 2.0**2), 2 / (np.pi * 3.0**2)  # twice the mean
    assert np.interp([-6.0, 28.0], z, speed) == pytest.approx([narrow, wide], rel=2e-3)


def test_a_laboratory_is_bounded_by_its_speed_and_its_speed_at_the_prescribed_flow(tmp_path: Path) -> None:
    # Parabolas of a pipe with a radius of 6 mm: 0.09 m/s on the axis carry pi 36 0.09 / 2 = 5.089 mm3/ms, 0.10 m/s 5.655.
    archive, radius = tmp_path / "measured.zip", np.linspace(0.006, -0.006, 201)
    lines = ["plot-z-distribution-axial-velocity", "2", "-0.08 0.09", "-0.06 0.10", ""]
    for z, top in ((-0.08, 0.09), (-0.04, 0.10)):
        lines += [f"plot-profile-axial-velocity-at-z {z} 0", str(len(radius))]
        lines += [f"{r} {top * (1 - (r / 0.006) ** 2)}" for r in radius]
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("experiment/one.txt", "\n".join(lines))
    (one,) = laboratories(archive)
    assert one.bounds(-80.0, 5.655) == pytest.approx((0.09, 0.10), rel=1e-3)
    assert one.bounds(-60.0, 5.372) == pytest.approx((0.10, 0.10), rel=1e-3)  # half way between both sections
