"""The FDA's nozzle with its sudden expansion at a throat Reynolds number of 500, against up to five laboratories' measurements.

Hariharan 2011 (doi 10.1115/1.4003440), data doi 10.17917/C78G69 (needs the reference data). The flow is laminar and has the
nozzle's own symmetry, so a quarter is computed. Velocity along the axis is judged against the laboratories' spread, least to
most, at each place where more than one measured. Before the cone the nominal flow has 2 Q / (pi R^2) = 0.0921 m/s on the axis and
the laboratories found 0.085 to 0.089 at -64 mm: they do not agree with the flow that is prescribed there, whatever the mesh.
"""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from solvers.flow.inflow import parabolic_profile
from solvers.flow.navier_stokes import FlowState, Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check
from solvers.verification.nozzle_shape import quarter_nozzle

NAME = "flow-fda"
TITLE = "FDA nozzle, throat Reynolds number 500, against measurements"
LONG = True
ARCHIVE = Path("fda-nozzle", "Nozzle", "Data", "SE_exp_0500.zip")
FLUID = Fluid(density=1.056, viscosity=0.0035)
FLOW = 5206.24e-3  # mm3/ms
PIPE, THROAT, CONE, LENGTH = 6.0, 2.0, 22.685, 40.0  # mm: radii, length of the cone and of the throat
STEP, STEPS, STILL = (
    40.0,
    100,
    2e-4,
)  # ms; at most so many; change of the axis velocity in a step, relative, that counts as none
AXIS = "plot-z-distribution-axial-velocity"
SOURCE = "laboratories' spread, Hariharan 2011"

type Curve = dict[float, list[float]]


def verify(progress: Progress) -> list[Check]:
    """The axis velocity at every place that two laboratories or more measured; nothing where the data are not at hand."""
    data = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not data or not (Path(data) / ARCHIVE).is_file():
        return []
    z, speed = axis_velocity(nozzle(), progress)
    measured = {at: values for at, values in axis_measurements(Path(data) / ARCHIVE).items() if len(values) > 1}
    return [_judged(at, values, float(np.interp(at, z, speed))) for at, values in sorted(measured.items())]


def _judged(at: float, values: list[float], found: float) -> Check:
    middle, half = (max(values) + min(values)) / 2, (max(values) - min(values)) / 2
    return Check(f"axis velocity at z = {at:g} mm, {len(values)} laboratories", found, middle, half, "m/s", SOURCE)


def nozzle() -> HeartMesh:
    """The quarter, 50 mm of pipe before it and 120 mm behind it, finest at the expansion and at the walls."""
    cone = -LENGTH - CONE
    before = np.concatenate([np.linspace(cone - 40.0, cone, 15), np.linspace(cone, -LENGTH, 25)[1:], _towards_end()])
    behind = np.concatenate([[0.0], np.cumsum(0.4 * 1.035 ** np.arange(71))])
    rings = 1 - (1 - np.arange(1, 13) / 12) ** 1.2
    beyond = THROAT + (PIPE - THROAT) * (np.arange(1, 9) / 8) ** 1.6
    return quarter_nozzle(bore, before, behind, rings, beyond)


def bore(z: float) -> float:
    """Radius before the expansion, mm."""
    return float(np.interp(z, [-LENGTH - CONE, -LENGTH], [PIPE, THROAT]))


def _towards_end() -> Floats:
    steps = 1.2 * np.geomspace(1.0, 0.35, 55)
    return np.asarray(-LENGTH + LENGTH * np.cumsum(steps) / steps.sum())


def axis_velocity(mesh: HeartMesh, progress: Progress) -> tuple[Floats, Floats]:
    """Places (mm) along the axis and the steady velocity there, m/s."""
    flow = NavierStokes(mesh, FLUID, Outlet(0.0), parabolic_profile(mesh, mesh.points[0], PIPE), developed=True)
    axis = np.flatnonzero((np.abs(mesh.points[:, :2]) < 1e-9).all(axis=1))
    axis = axis[np.argsort(mesh.points[axis, 2])]
    state, before = flow.at_rest(0.0), np.zeros(len(axis))
    for number in range(STEPS):
        progress(number / STEPS, "FDA nozzle")
        state = flow.advance(state, STEP, lambda _: FLOW / 4, damped=True)
        now = _along(state, axis)
        if np.abs(now - before).max() < STILL * now.max():
            break
        before = now
    return mesh.points[axis, 2], now


def _along(state: FlowState, axis: np.ndarray) -> Floats:
    return np.asarray(state.velocity[axis, 2])


def axis_measurements(archive: Path) -> Mapping[float, list[float]]:
    """z in mm -> the laboratories' velocities on the axis there, m/s."""
    found: Curve = {}
    with zipfile.ZipFile(archive) as data:
        for name in sorted(data.namelist()):
            if name.endswith(".txt"):
                _add_axis(data.read(name).decode("ascii", "replace").splitlines(), found)
    return found


def _add_axis(lines: list[str], found: Curve) -> None:
    if AXIS not in lines:
        return
    start = lines.index(AXIS)
    for line in lines[start + 2 : start + 2 + int(lines[start + 1])]:
        at, speed = (float(word) for word in line.split())
        found.setdefault(round(1000 * at, 3), []).append(speed)
