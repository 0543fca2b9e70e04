"""Thickness of the left wall in the 17 segments over the beat, and how much it thickens."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.measures.laplace import laplace_thickness
from geometry.measures.rays import find_borders
from geometry.measures.segments import COUNT, SEGMENT_NAMES, SEPTAL, Septum, find_septum, segment_numbers
from geometry.measures.short_axis import ShortAxis, short_axis
from geometry.measures.wall_surfaces import LAYERS, WallGrid, wall_grid
from geometry.metric import Metric
from geometry.progress import Progress, silent
from geometry.segmentation import Segmentation

Floats = NDArray[np.floating]
KNOWN = 0.5  # share of a segment that must have a wall
METHOD = "Length of the field lines of Laplace's equation between the inner and outer border of the wall, in 3D."


@dataclass(frozen=True)
class WallThickness:
    """Mean thickness of each segment.

    thickness   (phases, 17) mm; NaN where there is no wall to measure
    centres     (17, 3) mm in the patient (RAS), a place in the middle of the wall of each segment at end-diastole; NaN without
    ed, es      phases; es None for a single volume
    notes       how the segments were found and what is missing, as sentences
    """

    thickness: Floats
    centres: Floats
    ed: int
    es: int | None
    notes: tuple[str, ...] = ()

    @property
    def thickening(self) -> Floats:
        """(17,) %, (ES - ED) / ED; NaN where one of them is missing."""
        if self.es is None:
            return np.full(COUNT, np.nan)
        with np.errstate(invalid="ignore"):
            return np.asarray(100.0 * (self.thickness[self.es] / self.thickness[self.ed] - 1.0))

    def to_dict(self) -> dict[str, Any]:
        """As plain data; no data is None."""
        return {
            "thickness": _plain(self.thickness),
            "centres": _plain(self.centres),
            "ed": self.ed,
            "es": self.es,
            "notes": self.notes,
        }

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> "WallThickness":
        """From plain data."""
        thickness, centres = (np.array(facts[key], dtype=float) for key in ("thickness", "centres"))
        return cls(thickness, centres, facts["ed"], facts["es"], tuple(facts["notes"]))


def wall_thickness(segmentation: Segmentation, progress: Progress = silent) -> WallThickness | None:
    """Measure every phase; None where no closed wall is labelled around the left cavity at end-diastole."""
    stack = short_axis(segmentation)
    if stack is None:
        return None
    phases = stack.labels.shape[3]
    at_ed = find_borders(stack, stack.ed)
    grid = wall_grid(at_ed, float(stack.spacing[2]))
    if grid is None:
        return None
    septum = find_septum(stack, at_ed)
    thickness = np.full((phases, COUNT), np.nan)
    thickness[stack.ed], centres = _of_segments(grid, septum, stack)
    for phase in range(phases):
        if phase != stack.ed:
            progress(phase / phases, "Measuring the wall")
            borders = find_borders(stack, phase)
            other = wall_grid(borders, float(stack.spacing[2]))
            if other is not None:
                thickness[phase] = _of_segments(other, septum, stack)[0]
    es = None if segmentation.es is None or segmentation.es >= phases else segmentation.es
    notes = (*septum.notes, *_gaps(thickness, stack.ed, es))
    return WallThickness(thickness, centres, stack.ed, es, notes)


def wall_metrics(wall: WallThickness) -> tuple[Metric, ...]:
    """lv_septal_wall and lv_thickest_segment in mm at end-diastole, and lv_thickening in % (mean of the segments)."""
    found: list[Metric] = []
    at_ed = wall.thickness[wall.ed]
    septal = at_ed[[number - 1 for number in SEPTAL]]
    if np.isfinite(septal).all():
        note = f"Mean of segments 2, 3, 8 and 9 at end-diastole. {METHOD}"
        found.append(Metric("lv_septal_wall", "LV septal wall", float(septal.mean()), "mm", note=note))
    if np.isfinite(at_ed).any():
        thickest = int(np.nanargmax(at_ed))
        note = f"Segment {thickest + 1} ({SEGMENT_NAMES[thickest]}), mean of the segment at end-diastole. {METHOD}"
        found.append(Metric("lv_thickest_segment", "LV thickest segment", float(at_ed[thickest]), "mm", note=note))
    if np.isfinite(wall.thickening).any():
        note = "(ES - ED) / ED of the wall thickness, mean of the segments that have both."
        mean = float(np.nanmean(wall.thickening))
        found.append(Metric("lv_thickening", "LV wall thickening", mean, "%", note=note))
    return tuple(found)


def _of_segments(grid: WallGrid, septum: Septum, stack: ShortAxis) -> tuple[Floats, Floats]:
    """(17,) mean thickness weighted by area, and (17, 3) places in the patient."""
    middle = (grid.points[:, :, LAYERS // 2] + grid.points[:, :, LAYERS - LAYERS // 2]) / 2
    inner = grid.points[:, :, 0]
    axis = np.broadcast_to(inner[..., :2].mean(axis=0), inner[..., :2].shape)
    number = segment_numbers(middle, grid.depth, axis, septum)
    area = _areas(middle)
    thick = laplace_thickness(grid.points)
    values, places = np.full(COUNT, np.nan), np.full((COUNT, 3), np.nan)
    for n in range(1, COUNT + 1):
        here = number == n
        known = here & grid.known
        if area[known].sum() <= KNOWN * area[here].sum() or not known.any():
            continue
        values[n - 1] = np.average(thick[known], weights=area[known])
        spots = middle[known]
        places[n - 1] = spots[np.linalg.norm(spots - spots.mean(axis=0), axis=1).argmin()]
    return values, _in_patient(places, grid, stack)


def _in_patient(places: Floats, grid: WallGrid, stack: ShortAxis) -> Floats:
    voxels = np.column_stack([places[:, :2] / stack.spacing[:2], grid.top + places[:, 2] / stack.spacing[2]])
    return np.asarray(voxels @ stack.affine[:3, :3].T + stack.affine[:3, 3])


def _areas(points: Floats) -> Floats:
    """(rays, rows) mm2 around each node of a surface that is closed in rays."""
    around = (np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)) / 2
    return np.asarray(np.linalg.norm(np.cross(around, np.gradient(points, axis=1)), axis=-1)) + 1e-9


def _gaps(thickness: Floats, ed: int, es: int | None) -> tuple[str, ...]:
    missing = np.flatnonzero(np.isnan(thickness[[ed] if es is None else [ed, es]]).any(axis=0))
    if not len(missing):
        return ()
    names = ", ".join(f"{n + 1} ({SEGMENT_NAMES[n]})" for n in missing)
    return (f"No wall to measure in segment{'s' if len(missing) > 1 else ''} {names}.",)


def _plain(values: Floats) -> Any:
    rounded = np.round(values, 4).astype(object)
    rounded[~np.isfinite(values)] = None
    return rounded.tolist()
