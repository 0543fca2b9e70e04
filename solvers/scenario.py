"""What to simulate, as one tree of frozen records: from it come the check, the form, the JSON and the report.

Each number is declared once with its default, unit, range, meaning and source. Values are in the unit declared here
(the clinical one, e.g. mmHg); solvers convert at their edge with ``geometry.units``.
"""

from typing import Literal

from pydantic import Field, JsonValue, model_validator

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


class FiberAngles(Record):
    """Rule-based fibre angles against the circumferential direction (Bayer 2012, doi 10.1007/s10439-012-0593-5)."""

    endo: float = number(60, "deg", -90, 90, "Fibre angle at the endocardium", "Bayer 2012; human DT-MRI", sd=5)
    epi: float = number(-60, "deg", -90, 90, "Fibre angle at the epicardium", "Bayer 2012; human DT-MRI", sd=5)
    sheet_endo: float = number(-65, "deg", -90, 90, "Sheet angle at the endocardium", "Bayer 2012")
    sheet_epi: float = number(25, "deg", -90, 90, "Sheet angle at the epicardium", "Bayer 2012")


class Outlines(Record):
    """How far the heart's surfaces lie outside those segmented: the mean over a surface, more where its edge is less clear."""

    cavity: float = number(
        0,
        "mm",
        -5,
        5,
        "Surface of the cavities outside the segmented one; the outside of the heart follows in part",
        "assumed, as readers differ; a mesh of a segmentation with probabilities has its own SD",
        sd=0.5,
    )
    outside: float = number(
        0, "mm", -5, 5, "Outside of the heart beyond the segmented one", "assumed, as readers differ", sd=0.35
    )


class Velocities(Record):
    """How fast the activation travels through the wall."""

    fiber: float = number(0.65, "m/s", 0.1, 1.5, "Conduction velocity along the fibres", "Taggart 2000", sd=0.08)
    cross: float = number(0.25, "m/s", 0.05, 1.0, "Conduction velocity across the fibres", "Taggart 2000", sd=0.04)
    endocardium: float = number(
        2.0,
        "m/s",
        0.1,
        4.0,
        "Velocity in the Purkinje network (fast layer or grown tree); 0.1 to switch the layer off",
        "Durrer 1970",
        sd=0.3,
    )


class Layers(Record):
    """Which cells the wall has from the inside to the outside, and how they change from the base to the apex.

    Shares and gradient are used where the wall is not uniform. Their defaults were picked after some settings had been
    tried on a synthetic heart, for an upright T wave in II, V5 and V6 where its long axis lies as in a chest (upright along
    the body V5 and V6 stay inverted): they are no measurement of a wall.
    """

    wall: Literal["uniform", "endo-mid-epi"] = choice(
        "uniform", "One cell everywhere, or the endocardial, mid-wall and epicardial cells of the same model"
    )
    endo: float = number(
        0.5,
        "1",
        0,
        1,
        "Share of the wall with endocardial cells",
        "picked for an upright T wave; studies differ",
    )
    mid: float = number(
        0.2, "1", 0, 1, "Share with mid-wall (M) cells", "picked with the share inside; the rest is epicardial"
    )
    apex_ks: float = number(
        2.0,
        "1",
        0.2,
        5,
        "IKs at the apex against the base",
        "picked for an upright T wave; more at the apex in Szentadrassy 2005, Cardiovasc Res 65:851; 1: no gradient",
    )

    @model_validator(mode="after")
    def _together(self) -> "Layers":
        if self.endo + self.mid > 1.0 + 1e-9:
            raise ValueError("endocardial and mid-wall cells together take up more than the whole wall")
        return self


class GreyZone(Record):
    """What the border zone of a scar does, where the mesh has one; dense scar does not conduct at all.

    Channels after Decker and Rudy 2010 as used by Arevalo 2016; velocities differ between studies, see the review of
    Mendonca Costa 2018, doi 10.3389/fphys.2018.00356.
    """

    fiber: float = number(
        0.75, "1", 0.1, 1, "Velocity along the fibres, share of healthy", "assumed; doi 10.3389/fphys.2018.00356"
    )
    cross: float = number(
        0.5, "1", 0.1, 1, "Velocity across the fibres, share of healthy", "assumed; doi 10.3389/fphys.2018.00356"
    )
    sodium: float = number(0.38, "1", 0.1, 1, "INa, share of healthy", "Arevalo 2016, doi 10.1038/ncomms11437")
    calcium: float = number(0.31, "1", 0.1, 1, "ICaL, share of healthy", "Arevalo 2016, doi 10.1038/ncomms11437")
    rapid: float = number(0.3, "1", 0.1, 1, "IKr, share of healthy", "Arevalo 2016, doi 10.1038/ncomms11437")
    slow: float = number(0.2, "1", 0.1, 1, "IKs, share of healthy", "Arevalo 2016, doi 10.1038/ncomms11437")


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
