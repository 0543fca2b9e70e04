"""How the heart works as the segmentation shows it: volume curves and wall thickness, with the numbers that follow from them."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from geometry.image import Image
from geometry.measures.volumes import VolumeCurve, volume_curves
from geometry.measures.wall import WallThickness, wall_metrics, wall_thickness
from geometry.metric import Metric
from geometry.progress import Progress, silent
from geometry.segmentation import Segmentation

FILE = "function.json"


@dataclass(frozen=True)
class HeartFunction:
    """Curves of the cavities, thickness of the left wall (None where it cannot be measured)."""

    curves: tuple[VolumeCurve, ...]
    wall: WallThickness | None


def heart_function(
    segmentation: Segmentation, image: Image, progress: Progress = silent
) -> tuple[HeartFunction, tuple[Metric, ...]]:
    """Everything over the beat, and its numbers: peak rates, septal wall, thickest segment, thickening."""
    curves, rates = volume_curves(segmentation, image)
    wall = wall_thickness(segmentation, progress)
    return HeartFunction(curves, wall), (*rates, *(wall_metrics(wall) if wall is not None else ()))


def save_function(function: HeartFunction, folder: Path) -> None:
    """Write function.json into ``folder``, in one move."""
    facts = {
        "curves": [curve.to_dict() for curve in function.curves],
        "wall": None if function.wall is None else function.wall.to_dict(),
    }
    fresh = folder / f".{FILE}-{uuid4().hex[:8]}"
    fresh.write_text(json.dumps(facts))
    fresh.replace(folder / FILE)


def load_function(folder: Path) -> HeartFunction | None:
    """Read what ``save_function`` wrote; None where it is not there."""
    path = folder / FILE
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    wall = None if facts["wall"] is None else WallThickness.from_dict(facts["wall"])
    return HeartFunction(tuple(VolumeCurve.from_dict(each) for each in facts["curves"]), wall)
