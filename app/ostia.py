"""The coronary ostia that were proposed on the CT of a case, and the file that keeps them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.needed import needed_image, needed_mesh
from geometry.aortic_root import aortic_root
from geometry.coronary_ostia import OstiaFound, Ostium, find_ostia
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part

FILE = "ostia.json"


def propose_ostia(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """What a worker does to look for the ostia. No options."""
    mesh, image, segmentation = needed_mesh(case), needed_image(case), case.segmentation()
    progress(0.1, "Measuring the root")
    root = aortic_root(mesh)
    phase = segmentation.ed if segmentation is not None and image.phases > 1 else 0
    found = find_ostia(image, root, phase, part(progress, 0.3, 0.95))
    path = case.folder / "plan" / FILE
    path.parent.mkdir(exist_ok=True)
    facts = {"mesh": mesh.digest(), "marks": _marks(mesh), **asdict(found)}
    replace_text(path, json.dumps(facts, indent=1))


def proposed_ostia(case: Case, mesh: HeartMesh) -> OstiaFound | None:
    """What was found on the present scan and mesh; None where it was not looked for yet."""
    try:
        path = case.folder / "plan" / FILE
        facts = json.loads(path.read_text())
        newer = path.stat().st_mtime_ns < _scan(case).stat().st_mtime_ns
        if newer or facts["mesh"] != mesh.digest() or facts["marks"] != _marks(mesh):
            return None
        return OstiaFound(tuple(_ostium(one) for one in facts["ostia"]), tuple(facts["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def has_scan(case: Case) -> bool:
    """Whether there is a scan to look on."""
    return _scan(case).exists()


def _scan(case: Case) -> Path:
    return case.folder / "scan" / "image.nii.gz"


def _marks(mesh: HeartMesh) -> dict[str, list[float]]:
    """What the axis of the root hangs on."""
    return {
        name: [float(c) for c in mesh.landmarks[name]] for name in ("annulus", "sinotubular") if name in mesh.landmarks
    }


def _ostium(facts: Mapping[str, Any]) -> Ostium:
    lists: dict[str, Any] = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    return Ostium(**{**facts, **lists})
