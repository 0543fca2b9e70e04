"""What a frame may do to its neighbours: coronary ostia, the membranous septum and the bundle below it."""

from dataclasses import dataclass

from geometry.aortic_root import AorticRoot
from geometry.metric import Metric
from solvers.devices.records import ImplantedValve, Point

LOW_OSTIUM = 12.0  # mm above the annulus
NARROW_SINUS = 30.0  # mm
NEAR_FRAME = 4.0  # mm between frame and ostium
OVERLAPS = ((0.0, 7.1), (2.5, 18.8), (float("inf"), 47.1))  # mm up to which, % with new conduction disturbance
CONDUCTION = "Jorgensen 2022; right bundle branch block and AV block before raise it further"


@dataclass(frozen=True)
class Ostium:
    """One coronary ostium beside the frame.

    height     mm above the annulus;  clearance  mm between the frame's outline and it, across the axis
    """

    height: float
    clearance: float


def ostium(root: AorticRoot, place: Point, radius: float) -> Ostium:
    """Measure an ostium at (x, y, z) mm."""
    along, across = root.along_and_across(place)  # type: ignore[arg-type]
    return Ostium(float(along[0]), float(across[0]) - radius)


def ostium_metrics(root: AorticRoot, valve: ImplantedValve, radius: float) -> list[Metric]:
    """Height and clearance of the ostia that were placed, and the sinuses."""
    found = []
    for side, place in (("left", valve.left_ostium), ("right", valve.right_ostium)):
        if place is None:
            continue
        seen = ostium(root, place, radius)
        low, near = seen.height < LOW_OSTIUM, seen.clearance <= NEAR_FRAME
        told = "low: at risk below 10 to 12 mm" if low else "at risk below 10 to 12 mm"
        found.append(
            Metric(f"{side}_coronary_height", f"{side.title()} coronary, height", seen.height, "mm", note=told)
        )
        told = f"{'close: ' if near else ''}at risk at {NEAR_FRAME:g} mm or less; frame to ostium, across the axis"
        found.append(
            Metric(f"{side}_coronary_clearance", f"{side.title()} coronary, clearance", seen.clearance, "mm", note=told)
        )
    wide = root.sinus_diameter()
    if wide == wide:  # NaN where no section of the sinuses is whole
        told = f"{'narrow: ' if wide < NARROW_SINUS else ''}coronaries are at risk below {NARROW_SINUS:g} mm"
        found.append(Metric("sinus_diameter", "Sinuses of Valsalva, mean diameter", wide, "mm", note=told))
    return found


def septum_metrics(valve: ImplantedValve) -> list[Metric]:
    """Overlap of the frame below the membranous septum and how often conduction was disturbed then."""
    if valve.septum is None:
        return []
    overlap = valve.depth - valve.septum
    chance = conduction_chance(overlap)
    reach = max(overlap, 0.0)
    return [
        Metric(
            "septum_margin", "Membranous septum less depth", -overlap, "mm", note="negative: the frame reaches below it"
        ),
        Metric(
            "septum_overlap", "Frame below the membranous septum", reach, "mm", note="length less implantation depth"
        ),
        Metric("new_conduction", "New conduction disturbance, as observed", chance, "%", note=CONDUCTION),
    ]


def conduction_chance(overlap: float) -> float:
    """% of patients with a new conduction disturbance at that overlap in mm: none, less than 2.5, 2.5 or more."""
    if overlap <= 0:
        return OVERLAPS[0][1]
    return OVERLAPS[1][1] if overlap < OVERLAPS[1][0] else OVERLAPS[2][1]
