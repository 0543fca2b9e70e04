"""The numbers a clinician reads from a beat of flow."""

from dataclasses import dataclass

import numpy as np
import pyvista

from geometry.centerline import section_area
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.units import convert
from solvers.flow.beat import PEAK_PERCENTILE, Beat, Moment
from solvers.flow.navier_stokes import FlowState, Fluid
from solvers.flow.pulse import Pulse
from solvers.flow.surface_integrals import area_vectors

SHEAR_PERCENTILE = 99.0  # of the wall nodes
TILTS = np.radians([8.0, 16.0])  # of the planes among which the smallest section counts
ELEMENTS_ACROSS = 10  # a throat needs at least so many edges across it


@dataclass(frozen=True)
class Throat:
    """The narrowest place: area mm2, edge length there mm."""

    area: float
    edge: float

    @property
    def diameter(self) -> float:
        """Diameter of the circle of the same area, mm."""
        return float(np.sqrt(4 * self.area / np.pi))

    @property
    def elements_across(self) -> float:
        """How many edges fit across."""
        return self.diameter / self.edge


def measure_throat(blood: HeartMesh, peak: FlowState) -> Throat | None:
    """The section through the landmark "throat", about at right angles to the flow there; None where there is no such landmark.

    The area is that of the tetrahedra cut by the plane, up to the wall around the landmark.
    """
    if "throat" not in blood.landmarks:
        return None
    center = np.asarray(blood.landmarks["throat"])
    corners = blood.points[blood.tets]
    middle = corners.mean(axis=1)
    near = np.argsort(np.linalg.norm(middle - center, axis=1))[:50]
    axis = peak.velocity[blood.tets[near]].mean(axis=(0, 1))
    length = np.linalg.norm(axis)
    if length == 0:
        return None
    edges = np.linalg.norm(corners[near][:, [0, 0, 0, 1, 1, 2]] - corners[near][:, [1, 2, 3, 2, 3, 3]], axis=2)
    grid = pyvista.UnstructuredGrid({pyvista.CellType.TETRA: blood.tets}, blood.points)
    areas = [section_area(grid, center, tilted) for tilted in _tilts(axis / length)]
    return Throat(min((area for area in areas if area > 0), default=0.0), float(edges.mean()))


def _tilts(axis: Floats) -> list[Floats]:
    """The axis, and axes around it: a plane a little askew leaves a valve's leaflets and cuts the sinus around them too."""
    aside = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    aside /= np.linalg.norm(aside)
    other = np.cross(axis, aside)
    around = [np.cos(turn) * aside + np.sin(turn) * other for turn in np.arange(8) * np.pi / 4]
    return [axis, *(np.cos(tilt) * axis + np.sin(tilt) * way for tilt in TILTS for way in around)]


def beat_metrics(blood: HeartMesh, beat: Beat, ejection: Pulse, fluid: Fluid) -> list[Metric]:
    """Pressure drop, velocity, orifice, wall shear stress and Reynolds number of a beat."""
    times, drop, speed = (np.array(column) for column in zip(*[_row(m) for m in beat.moments], strict=True))
    top = int(np.argmax(speed))
    ejecting = (times >= ejection.began - 1e-6) & (times <= ejection.duration + 1e-6)
    inlet_area = float(np.linalg.norm(area_vectors(blood, "inlet").sum(axis=0)))
    proximal = beat.moments[top].inflow / inlet_area
    fastest = float(speed[top])
    integral = float(np.trapezoid(speed[ejecting], times[ejecting]))
    mean = np.trapezoid(drop[ejecting], times[ejecting]) / np.ptp(times[ejecting])
    shear = shear_percentile(beat.shear)
    found = [
        Metric(
            "peak_pressure_drop",
            "Peak pressure drop",
            _mmhg(drop.max()),
            "mmHg",
            note="mean over inlet less mean over outlet",
        ),
        Metric(
            "mean_pressure_drop", "Mean pressure drop over ejection", _mmhg(float(mean)), "mmHg", note="inlet to outlet"
        ),
        Metric(
            "peak_velocity",
            "Peak velocity",
            fastest,
            "m/s",
            note=f"{PEAK_PERCENTILE} percentile of the nodes, highest in the beat",
        ),
        Metric(
            "bernoulli_drop", "Simplified Bernoulli drop", bernoulli(fastest), "mmHg", note="4 v^2, v the peak velocity"
        ),
        Metric(
            "bernoulli_drop_proximal",
            "Bernoulli drop with proximal velocity",
            bernoulli(fastest, proximal),
            "mmHg",
            note=f"4 (v^2 - v1^2), v1 = {proximal:.2f} m/s, the mean over the inlet",
        ),
        Metric(
            "effective_orifice_area",
            "Effective orifice area",
            ejection.volume / integral / 100,
            "cm^2",
            note="stroke volume / integral of the peak velocity",
        ),
        Metric(
            "peak_wall_shear_stress",
            "Peak wall shear stress",
            shear,
            "Pa",
            note="99th percentile of the wall nodes at the largest flow",
        ),
    ]
    return found + _throat_metrics(measure_throat(blood, beat.peak), beat, fluid)


def split_metrics(beat: Beat, outlets: tuple[str, ...]) -> list[Metric]:
    """Which share of the blood of a beat leaves through each outlet; none where there is only one."""
    if len(outlets) < 2:
        return []
    gone = np.array([np.trapezoid(through, [m.time for m in beat.moments]) for through in beat.outflows.T])
    words = [name.removeprefix("outlet").strip("_ ").replace("_", " ") or name for name in outlets]
    return [
        Metric(f"flow_share_{name}", f"Share of the flow, {word}", 100 * share, "%", note=f"{one / 1000:.1f} mL a beat")
        for name, word, one, share in zip(outlets, words, gone, (gone / gone.sum()).tolist(), strict=True)
    ]


def shear_percentile(shear: Floats) -> float:
    """The 99th percentile of wall shear stress vectors (w, 3) in kPa, as Pa."""
    return convert(float(np.percentile(np.linalg.norm(shear, axis=1), SHEAR_PERCENTILE)), "kPa", "Pa")


def bernoulli(velocity: float, proximal: float = 0.0) -> float:
    """4 (v2^2 - v1^2), mmHg, velocities in m/s (Hatle 1978; 4 m/s gives 64 mmHg)."""
    return 4.0 * (velocity**2 - proximal**2)


def reynolds(flow: float, throat: Throat, fluid: Fluid) -> float:
    """Re = 4 rho Q / (pi mu D) at the throat."""
    return 4 * fluid.density * flow / (np.pi * fluid.viscosity * throat.diameter)


def _throat_metrics(throat: Throat | None, beat: Beat, fluid: Fluid) -> list[Metric]:
    if throat is None:
        return []
    number = reynolds(beat.peak.inflow, throat, fluid)
    across = f"{int(throat.elements_across)} element edges across"
    return [
        Metric("throat_area", "Geometric throat area", throat.area / 100, "cm^2", note=across),
        Metric(
            "reynolds_throat",
            "Reynolds number at the throat",
            number,
            "1",
            note="at the largest flow, laminar below about 2000",
        ),
    ]


def _row(moment: Moment) -> tuple[float, float, float]:
    return moment.time, moment.inlet_pressure - moment.outlet_pressure, moment.speed


def _mmhg(kilopascal: float) -> float:
    return convert(float(kilopascal), "kPa", "mmHg")
