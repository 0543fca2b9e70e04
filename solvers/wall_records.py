"""The wall of the heart in a scenario: where it lies, how its fibres run, which cells it has and how fast they conduct."""

from typing import Literal

from pydantic import model_validator

from solvers.record import Record, choice, number


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
