"""The numbers that people read off an activation: how long it takes, how wide the QRS is, where it starts and ends."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from solvers.directions.coordinates import heart_axes
from solvers.result import Trace

QRS_SLOPE = 0.05  # of the steepest slope of all leads together: where the QRS begins and ends
AFTER_LAST = 15.0  # ms after the last activation in which the QRS may still end
INDEPENDENT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")  # the other four leads are their sums


def qrs_bounds(ecg: Trace, last_activation: float) -> tuple[float, float]:
    """ms, onset and end of the QRS: first and last time that the spatial velocity exceeds ``QRS_SLOPE`` of its maximum.

    Spatial velocity: the norm of dV/dt over the eight independent leads. Looked for until ``last_activation`` (ms) plus
    ``AFTER_LAST``, so that the repolarisation is no part of it. NaN where the ECG is flat.
    """
    leads = ecg.values[[ecg.channels.index(name) for name in INDEPENDENT]]
    velocity = np.linalg.norm(np.gradient(leads, ecg.times, axis=1), axis=0)
    velocity = velocity[ecg.times <= last_activation + AFTER_LAST]
    if velocity.max(initial=0.0) <= 0:
        return float("nan"), float("nan")
    above = np.flatnonzero(velocity > QRS_SLOPE * velocity.max())
    return float(ecg.times[above[0]]), float(ecg.times[above[-1]])


def qrs_axis(ecg: Trace, bounds: tuple[float, float]) -> float:
    """deg in the frontal plane, 0 to the patient's left, +90 to the feet, from the net areas of I and aVF in the QRS.

    aVF is augmented: its projection is 2/sqrt(3) of its value on the scale of lead I (hexaxial system).
    """
    inside = (ecg.times >= bounds[0]) & (ecg.times <= bounds[1])
    area_i, area_avf = (float(ecg.values[ecg.channels.index(name)][inside].sum()) for name in ("I", "aVF"))
    return float(np.degrees(np.arctan2(2 / np.sqrt(3) * area_avf, area_i)))


def activation_metrics(mesh: HeartMesh, activation: Floats, ecg: Trace) -> tuple[Metric, ...]:
    """Total, left and right activation, QRS duration and axis, and the first and last site in words."""
    first, last = np.nanmin(activation), np.nanmax(activation)
    bounds = qrs_bounds(ecg, float(last))
    found = [
        Metric(
            "total_activation_time",
            "Total activation time",
            float(last - first),
            "ms",
            note="first to last node of the wall",
        ),
        Metric("qrs_duration", "QRS duration", bounds[1] - bounds[0], "ms", note="normal 70 to 110 ms"),
        Metric("qrs_axis", "QRS axis", qrs_axis(ecg, bounds), "deg", note="normal -30 to +90 deg"),
    ]
    for name, label in (("lv", "Left"), ("rv", "Right")):
        nodes = region_nodes(mesh, name)
        if len(nodes) and np.isfinite(activation[nodes]).any():
            value = float(np.nanmax(activation[nodes]) - first)
            note = "last activation of the region, from the first of both ventricles"
            found.append(Metric(f"{name}_activation", f"{label} ventricular activation", value, "ms", note=note))
    earliest, latest = int(np.nanargmin(activation)), int(np.nanargmax(activation))
    found.append(Metric("earliest_site", "Earliest activation", float(first), "ms", note=place_words(mesh, earliest)))
    found.append(Metric("latest_site", "Latest activation", float(last), "ms", note=place_words(mesh, latest)))
    return tuple(found)


def region_nodes(mesh: HeartMesh, name: str) -> np.ndarray:
    """Nodes of the tets of a named region; empty when there is none."""
    of_left = (SCAR_CORE, BORDER_ZONE) if name == "lv" else ()
    numbers = [number for number, known in mesh.region_names.items() if known.startswith(name) or known in of_left]
    inside = np.zeros(len(mesh.points), dtype=bool)
    inside[mesh.tets[np.isin(mesh.region, numbers)]] = True
    return np.flatnonzero(inside)


def place_words(mesh: HeartMesh, node: int) -> str:
    """Where a node lies, e.g. "basal inferior wall of the left ventricle"; its position on a mesh without surfaces."""
    point = mesh.points[node]
    if len(mesh.tagged("endo_lv")) == 0:
        return f"at ({point[0]:.0f}, {point[1]:.0f}, {point[2]:.0f}) mm"
    axes = heart_axes(mesh)
    height = float(axes.height(point[None])[0])
    level = "apical" if height < 1 / 3 else "mid" if height < 2 / 3 else "basal"
    if node in region_nodes(mesh, "rv"):
        return f"{level} right ventricle"
    angle = float(np.degrees(axes.angle(point[None])[0]))
    if abs(angle) < 45:
        wall = "septum"
    elif abs(angle) > 135:
        wall = "lateral wall"
    else:
        wall = "anterior wall" if angle > 0 else "inferior wall"
    return f"{level} {wall} of the left ventricle"
