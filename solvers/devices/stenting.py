"""A stent or balloon of a scenario in the blood of its case."""

import numpy as np

from geometry.centerline import Centerline, centerline
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from geometry.widened import Widened, widen
from solvers.devices.records import Stent
from solvers.scenario import Flow


def stented(blood: HeartMesh, line: Centerline, stent: Stent) -> Widened:
    """The vessel opened by a stent to what recoil leaves of its diameter; refuses what cannot be."""
    return widen(blood, line, np.array([stent.x, stent.y, stent.z]), stent.length, stent.final_diameter, stent.taper)


def with_device(blood: HeartMesh, line: Centerline, scenario: Flow) -> tuple[HeartMesh, Centerline]:
    """The blood that a scenario flows through, and its centreline: changed by a stent alone."""
    if not isinstance(scenario.device, Stent):
        return blood, line
    opened = stented(blood, line, scenario.device).mesh
    return opened, centerline(opened)


def stent_child(parent: Flow, stent: Stent) -> Flow:
    """The parent's beat with the stent in the vessel as segmented."""
    return parent.model_copy(update={"device": stent})


def stent_metrics(found: Widened, stent: Stent) -> tuple[Metric, ...]:
    """What it does to the vessel."""
    gain = 100.0 * (found.after / found.before - 1.0)
    return (
        Metric("area_before", "Smallest area before", found.before, "mm2", note="within the device's length"),
        Metric("area_after", "Smallest area after", found.after, "mm2", note=f"recoil of {stent.recoil:g} % in it"),
        Metric("area_gain", "Gain of area", gain, "%"),
        Metric("final_diameter", "Diameter after recoil", stent.final_diameter, "mm"),
        Metric("wall_reached", "Wall that the device reaches", 100 * found.touched, "%", note="the rest stands off"),
    )
