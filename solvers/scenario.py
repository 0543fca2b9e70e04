"""What to simulate, as one tree of frozen records: from it come the check, the form, the JSON and the report.

Each number is declared once with its default, unit, range, meaning and source. Values are in the unit declared here
(the clinical one, e.g. mmHg); solvers convert at their edge with ``geometry.units``.
"""

from typing import Literal

from pydantic import Field, JsonValue

from solvers.beat_records import Repolarization, RootSite
from solvers.devices.records import Device, PlacedSurface
from solvers.flow_records import (
    Cuff,
    FlowCurve,
    PressureCurve,
    Resistance,
    Thinning,
    Ventricle,
    VentriclePressure,
    VesselOutline,
    Windkessel,
)
from solvers.record import Record, choice, number
from solvers.wall_records import FiberAngles, GreyZone, Layers, Outlines, Velocities


class Variant(Record):
    """What can change another scenario: a child knows the name of its parent and what the parent's numbers were."""

    parent: str = choice("", "Name of the scenario that this one changes; empty for a baseline")
    parent_numbers: str = choice("", "Hash of the parent's numbers that this one was made from")
    parent_was: dict[str, JsonValue] = choice({}, "Those numbers, without what is at its default")


class Doubt(Record):
    """How far one number of this scenario may be off, in place of what is declared for it."""

    number: str = choice("", 'Its path with dots, e.g. "velocities.fiber"')
    sd: float = Field(0.0, ge=0, description="Standard deviation in the unit of the number; 0: it is not varied")
    status: Literal["measured", "estimated", "population default"] = choice("estimated", "Where the number comes from")
    source: str = choice("", "How it was measured or estimated")


Place = tuple[float, float, float]
LeadRole = Literal["site", "rv_lead", "lv_lead", "his", "left_bundle"]


class PacingSite(Record):
    """A place where the activation starts; a lead of the conduction system starts it at the exits of that system."""

    role: LeadRole = choice(
        "site",
        "Any place; a lead on the right endocardium; one on the left epicardium or in a vein; the His bundle (as the patient's "
        "own beat); or the left bundle area, beyond a block of it",
    )

    x: float = number(0, "mm", -1000, 1000, "Position to the right-left axis (RAS)")
    y: float = number(0, "mm", -1000, 1000, "Position on the back-front axis (RAS)")
    z: float = number(0, "mm", -1000, 1000, "Position on the foot-head axis (RAS)")
    time: float = number(0, "ms", 0, 1000, "When it fires")
    strength: float = number(
        50,
        "uA/mm^3",
        0,
        150,
        "Current density around the electrode, for 2 ms",
        "Niederer 2011; some 2.4 times the threshold of healthy tissue",
    )


class Lesion(Record):
    """Tissue that an ablation has made unable to conduct: spots, or a line over the surface from point to point."""

    shape: Literal["spots", "line"] = choice("spots", "Single spots, or a line along the surface through all points")
    points: tuple[Place, ...] = choice((), "Where the catheter touches, mm (RAS)")
    radius: float = number(
        4, "mm", 0.5, 15, "Radius of a spot, half the width of a line", "assumed; irrigated radiofrequency, 3 to 5 mm"
    )
    depth: float = number(0, "mm", 0, 30, "Depth from the touched surface; 0: through the wall")


class DrugDose(Record):
    """A drug in the blood; it acts on the cells of every tier that has action potentials, and on the ECG."""

    name: str = choice("", "One of the 28 drugs of CiPA; empty for none")
    dose: float = number(1, "1", 0, 50, "Concentration in multiples of the free therapeutic peak", "CiPA, free Cmax")


ElectrodeName = Literal["RA", "LA", "LL", "V1", "V2", "V3", "V4", "V5", "V6"]


class ElectrodePlace(Record):
    """Where one electrode of the ECG is, in place of the template's."""

    name: ElectrodeName
    x: float = number(0, "mm", -2000, 2000, "Position on the left-right axis (RAS)")
    y: float = number(0, "mm", -2000, 2000, "Position on the back-front axis (RAS)")
    z: float = number(0, "mm", -2000, 2000, "Position on the foot-head axis (RAS)")


class Ensemble(Record):
    """How doubt is carried through: a Latin hypercube over every number that has an SD."""

    members: int = Field(16, ge=0, le=4096, description="Number of runs; 0 switches the ensemble off")
    seed: int = Field(1, ge=0, description="Seed of the sampling")
    threshold: float | None = Field(None, description="Threshold of the exceedance map; empty for a sensible one")


class Electrophysiology(Variant):
    """Activation of the ventricles and its 12-lead ECG."""

    kind: Literal["electrophysiology"] = "electrophysiology"
    title: str = choice("Sinus rhythm", "Name of the scenario")
    tier: Literal["eikonal", "reaction_eikonal", "monodomain"] = choice(
        "monodomain",
        "Eikonal: times and ECG in seconds; reaction-eikonal: action potentials at those times, for coarse meshes; "
        "monodomain: minutes, for block and re-entry on fine meshes",
    )
    start: Literal["his_purkinje", "paced"] = choice(
        "his_purkinje", "Where the beat starts: conduction system, or pacing sites"
    )
    sites: tuple[PacingSite, ...] = choice((), "Pacing sites (used when paced)")
    candidates: tuple[PacingSite, ...] = choice((), "Other sites that were tried in place of the last one")
    vein: tuple[Place, ...] = choice(
        (), "A coronary vein as a polyline, mm (RAS); leads of the left ventricle lie on it, or in its corridor"
    )
    vein_width: float = number(0, "mm", 0, 40, "Width of the corridor around the vein (0: on it)", "assumed")
    lesions: tuple[Lesion, ...] = choice((), "Ablation")
    drug: DrugDose = DrugDose()
    conduction: Literal["normal", "lbbb", "rbbb"] = choice("normal", "Normal, or one bundle branch blocked")
    roots: tuple[RootSite, ...] = choice(
        (), "Exits of the conduction system that are not where healthy hearts have them; empty: as in Durrer 1970"
    )
    network: Literal["fast_layer", "grown_tree"] = choice(
        "fast_layer",
        "The Purkinje network: a layer of the endocardium that conducts fast everywhere, or a grown tree with junctions",
    )
    network_seed: int = Field(1, ge=0, description="Seed of the grown tree")
    fibers: FiberAngles = FiberAngles()
    velocities: Velocities = Velocities()
    outlines: Outlines = Outlines()
    cell: str = choice("tentusscher_panfilov_2006_epi", "Cell model")
    layers: Layers = Layers()
    repolarization: Repolarization = Repolarization()
    grey_zone: GreyZone = GreyZone()
    electrodes: tuple[ElectrodePlace, ...] = choice((), "Electrodes that are not where the template has them")
    duration: float = number(150, "ms", 10, 2000, "Simulated time (not for eikonal)")
    time_step: float = number(0.05, "ms", 0.001, 0.2, "Time step (not for eikonal)")
    extracellular_every: float = number(0, "ms", 0, 1000, "Extracellular potential every (0: none)")
    device: PlacedSurface | None = choice(None, "A surface placed in the heart, which changes nothing in the beat")
    ensemble: Ensemble = Ensemble()
    doubts: tuple[Doubt, ...] = choice((), "Standard deviations that are not those declared")


class Flow(Variant):
    """One heart beat of blood through the left heart outflow, valve and aorta."""

    kind: Literal["flow"] = "flow"
    title: str = choice("Systole at rest", "Name of the scenario")
    stroke_volume: float = number(
        75, "mL", 5, 250, "Blood ejected in a beat", "measured from the volumes when there are phases", sd=7
    )
    heart_rate: float = number(70, "1/min", 20, 240, "Heart rate")
    ejection_time: float = number(320, "ms", 80, 600, "Duration of ejection", "Weissler 1968")
    inlet: Literal["ejection", "ventricle pressure", "closed loop"] = choice(
        "ejection",
        "What drives the inlet: the flow of the ejection, or the ventricle's pressure, given or of a closed loop",
    )
    ventricle_pressure: VentriclePressure = VentriclePressure()
    inflow: FlowCurve | None = choice(
        None, "A measured flow through the inlet, in place of stroke volume and ejection time"
    )
    profile: Literal["plug", "measured"] = choice(
        "plug",
        "How the flow is spread over the inlet: a plug with a thin layer at the wall, or the case's measured velocity",
    )
    valve: Literal["open", "leaflets"] = choice(
        "open", "The valve of a vessel: open as segmented, or shut and open by the pressures on its two sides"
    )
    density: float = number(1060, "kg/m^3", 900, 1200, "Density of blood")
    viscosity: float = number(3.5, "mPa*s", 0.5, 20, "Viscosity of blood (Newtonian)", "Chien 1970", sd=0.4)
    blood: Literal["newtonian", "carreau"] = choice(
        "newtonian", "Viscosity: the same everywhere, or falling with shear"
    )
    thinning: Thinning = Thinning()
    opening: float = number(1.0, "1", 0.5, 1.5, "Orifice area of the narrowing against the segmented one", sd=0.1)
    outlines: VesselOutline = VesselOutline()
    orifice: Literal["segmented", "stenosis", "prosthesis"] = choice(
        "segmented", "The narrowing as segmented; brought to a stenotic area; or to the effective area of a prosthesis"
    )
    orifice_area: float = number(
        1.0, "cm^2", 0.3, 4, "Area of the stenosis or prosthesis", "severe below 1.0 (Vahanian 2021)"
    )
    vessels: Literal["given", "tuned to cuff"] = choice(
        "given", "Vessels behind the outlet: as given below, or found for the cuff pressure and this stroke volume"
    )
    cuff: Cuff = Cuff()
    windkessel: Windkessel = Windkessel()
    ventricle: Ventricle = Ventricle()
    outlets: dict[str, Windkessel | Resistance | PressureCurve] = choice(
        {}, "What is behind the outlets of other names than 'outlet', by name"
    )
    device: Device | None = choice(None, "A valve, stent or surface that was placed")
    beats: int = Field(1, ge=1, le=20, description="Beats computed at most; fewer once they repeat within 2 %")
    time_step: float = number(10, "ms", 0.5, 40, "Time step")
    ensemble: Ensemble = Ensemble()
    doubts: tuple[Doubt, ...] = choice((), "Standard deviations that are not those declared")
