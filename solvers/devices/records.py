"""Devices as a scenario holds them."""

from typing import Annotated, Literal

from pydantic import Field

from solvers.record import Record, choice, number

Point = tuple[float, float, float]
Pose = tuple[float, ...]
UPRIGHT: Pose = (1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)
READERS = "assumed: about 20 mm2 of area, as two readings of one annulus differ by"


class ImplantedValve(Record):
    """A transcatheter aortic valve in the annulus, its axis along the root's."""

    kind: Literal["valve"] = "valve"
    family: Literal["balloon_expandable", "self_expanding"] = choice("balloon_expandable", "How the frame opens")
    size: int = Field(26, ge=15, le=40, description="Labelled size, mm")
    depth: float = number(4, "mm", -8, 15, "Frame below the annulus (implantation depth)")
    edge_doubt: float = number(0.3, "mm", 0, 2, "SD of the annulus' edge", READERS)
    septum: float | None = number(None, "mm", 0, 20, "Membranous septum, length below the annulus", "measured on CT")
    left_ostium: Point | None = choice(None, "Lower edge of the left coronary ostium (x, y, z), mm RAS")
    right_ostium: Point | None = choice(None, "Lower edge of the right coronary ostium (x, y, z), mm RAS")


class Stent(Record):
    """A stent or balloon that opens a stretch of a vessel to a diameter; it never narrows it."""

    kind: Literal["stent"] = "stent"
    x: float = number(0, "mm", -1000, 1000, "Middle on the right-left axis (RAS)")
    y: float = number(0, "mm", -1000, 1000, "Middle on the back-front axis (RAS)")
    z: float = number(0, "mm", -1000, 1000, "Middle on the foot-head axis (RAS)")
    length: float = number(20, "mm", 2, 120, "Length along the vessel")
    diameter: float = number(14, "mm", 2, 50, "Diameter when expanded")
    recoil: float = number(
        5, "%", 0, 60, "Recoil of the diameter", "a few per cent for stents; a balloon alone leaves much more"
    )
    taper: float = number(6, "mm", 1, 40, "Length over which the vessel follows at either end")

    @property
    def final_diameter(self) -> float:
        """mm, after recoil."""
        return self.diameter * (1.0 - self.recoil / 100.0)


class PlacedSurface(Record):
    """Any closed surface at a pose; ``source`` names its file in the case."""

    kind: Literal["surface"] = "surface"
    source: str = choice("", "Name of the surface in the case")
    pose: Pose = Field(UPRIGHT, min_length=16, max_length=16, description="Rows of the matrix to patient mm (RAS)")


Device = Annotated[ImplantedValve | Stent | PlacedSurface, Field(discriminator="kind")]
