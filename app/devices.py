"""Devices of a case: the centreline they lie on, the surfaces that were brought in, and how each fits."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from app.case import Case
from app.folders import whole_folder
from app.needed import needed_mesh
from geometry.centerline import Centerline, centerline, load_centerline, save_centerline
from geometry.errors import Refused
from geometry.metric import Metric, with_unit
from geometry.placed_surface import Fit, Shape, Surroundings, fit, load_shape, read_shape, save_shape
from geometry.progress import Progress, silent
from solvers.devices.records import PlacedSurface
from solvers.scenario import Electrophysiology, Flow

LINE = Path("mesh", "centerline.npz")
FOLDER = "devices"


def kept_line(case: Case) -> Centerline | None:
    """The centreline of the present mesh; None while it was not found."""
    path = case.folder / LINE
    return load_centerline(path) if path.exists() else None


def find_line(case: Case, progress: Progress = silent) -> Centerline:
    """The centreline of the present mesh, found and kept where it was not yet; refuses a mesh that is not of blood."""
    known = kept_line(case)
    if known is not None:
        return known
    mesh = needed_mesh(case)
    if mesh.kind != "blood_pool":
        raise Refused("A stent needs a mesh of the blood, and this is one of the heart's wall. Make a blood-pool mesh.")
    progress(0.0, "Following the vessel")
    found = centerline(mesh)
    save_centerline(found, case.folder / LINE)
    return found


def follow_vessel(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """What a worker does to find the centreline. No options."""
    find_line(case, progress)


def flow_scenario(case: Case, name: str | None) -> tuple[str, Flow]:
    """A flow scenario of the case: the named one, else the first without a device; refuses where there is none."""
    scenarios = {name: case.scenario(name)} if name else case.scenarios()
    found = {key: value for key, value in scenarios.items() if isinstance(value, Flow)}
    if not found:
        raise Refused(
            "The case has no scenario of blood flow to try this on; mesh its blood, or name another scenario."
        )
    bare = [key for key, value in found.items() if value.device is None]
    chosen = (bare or list(found))[0]
    return chosen, found[chosen]


def bring_surface(case: Case, file: Path, name: str = "") -> str:
    """Keep the triangles of a file in the case (nothing else of it), under a name that is returned.

    Refuses a file without triangles and a name that is none.
    """
    shape = read_shape(file)
    known = surfaces(case)
    chosen = name or next(f"surface_{k}" for k in range(1, len(known) + 2) if f"surface_{k}" not in known)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", chosen):
        raise Refused(f"{chosen!r} cannot be the name of a surface; use letters, digits, - and _.")
    with whole_folder(case.folder / FOLDER / chosen) as fresh:
        save_shape(shape, fresh / "shape.npz")
    return chosen


def surfaces(case: Case) -> tuple[str, ...]:
    """The names of the surfaces that were brought in."""
    return tuple(sorted(path.parent.name for path in (case.folder / FOLDER).glob("[!.]*/shape.npz")))


def kept_surface(case: Case, name: str) -> Shape:
    """A surface of the case as it was brought in; refuses an unknown one."""
    if name not in surfaces(case):
        raise Refused(f"The case has no surface {name!r}; it has: {', '.join(surfaces(case)) or 'none yet'}.")
    return load_shape(case.folder / FOLDER / name / "shape.npz")


def placed(shape: Shape, record: PlacedSurface) -> Shape:
    """A surface where a record has it."""
    return shape.at(np.reshape(record.pose, (4, 4)))


def surface_metrics(found: Fit) -> tuple[Metric, ...]:
    """How a surface fits, as numbers."""
    metrics = [
        Metric("clearance", "Clearance, least", found.clearance, "mm", note="negative: how deep it cuts into a wall"),
        Metric("clearance_median", "Clearance, median of its points", float(np.median(found.distance)), "mm"),
        Metric("near_share", "Surface within 1 mm of a wall or in it", 100 * found.near, "%"),
    ]
    if found.volume:
        off = 1.645 * found.error
        low, high = max(found.overlap - off, 0.0), found.overlap + off
        note = f"of its {with_unit(f'{found.volume / 1000:.2f}', 'ml')}; interval of the sampling alone"
        metrics.append(
            Metric("overlap", "Volume in the wall", found.overlap / 1000, "ml", low / 1000, high / 1000, note)
        )
    if found.beyond > 0.001:
        metrics.append(
            Metric("beyond", "Beyond the ends of the mesh", 100 * found.beyond, "%", note="nothing known there")
        )
    return tuple(metrics)


def fit_surface(case: Case, record: PlacedSurface) -> Fit:
    """How a placed surface lies in the heart of the case."""
    return fit(placed(kept_surface(case, record.source), record), Surroundings(needed_mesh(case)))


def with_surface(parent: Electrophysiology | Flow, record: PlacedSurface) -> Electrophysiology | Flow:
    """The parent's beat with a placed surface, which changes nothing in it."""
    return parent.model_copy(update={"device": record})
