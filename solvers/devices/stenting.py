"""A stent or balloon of a scenario in the blood of its case."""

import numpy as np

from geometry.centerline import Centerline, centerline
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from geometry.stretch import Stretch, stretch_around
from geometry.widened import widened
from solvers.devices.records import Stent
from solvers.scenario import Flow


def stent_stretch(blood: HeartMesh, line: Centerline, stent: Stent) -> Stretch:
    """The stretch of the vessel that a stent lies in; refuses a place where it does not fit."""
    return stretch_around(blood, line, np.array([stent.x, stent.y, stent.z]), stent.length, stent.taper)


def with_device(blood: HeartMesh, line: Centerline, scenario: Flow) -> tuple[HeartMesh, Centerline]:
    """The blood that a scenario flows through, and its centreline: changed by a stent alone."""
    stent = scenario.device
    if not isinstance(stent, Stent):
        return blood, line
    opened = widened(blood, stent_stretch(blood, line, stent), stent.final_diameter)
    return opened, centerline(opened)


def stent_child(parent: Flow, stent: Stent) -> Flow:
    """The parent's beat with the stent in the vessel as segmented."""
    return parent.model_copy(update={"device": stent})


def stent_metrics(stretch: Stretch, stent: Stent) -> tuple[Metric, ...]:
    """What it does to the vessel: areas within its length, before and after."""
    radius = stent.final_diameter / 2
    before, after = stretch.smallest(), stretch.smallest(radius)
    return (
        Metric("area_before", "Smallest area before", before, "mm2", note="within the device's length"),
        Metric("area_after", "Smallest area after", after, "mm2", note=f"with a recoil of {stent.recoil:g} %"),
        Metric("area_gain", "Gain of area", 100.0 * (after / before - 1.0), "%"),
        Metric("final_diameter", "Diameter after recoil", stent.final_diameter, "mm"),
        Metric(
            "wall_reached", "Wall that it reaches", 100 * stretch.touched(radius), "%", note="the rest stands off it"
        ),
    )
