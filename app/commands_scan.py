"""The verbs that bring scans into a case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.case import MAIN, Case
from app.commands import Json, discard, opened_case, run, scan_path
from app.console import print_json, say
from geometry.errors import Refused
from geometry.progress import silent
from geometry.read_scan import list_series
from geometry.subject import Subject

From = Annotated[str, Parameter("--from")]


def series(scan: Path, *, pictures: Annotated[Path | None, Parameter("--pictures")] = None, json: Json = None) -> None:
    """List what a scan holds: what each series is good for and why; --pictures FOLDER gets a small picture of each."""
    found = list_series(scan_path(str(scan)), silent)
    for one in found:
        size = f", {one.spacing[0]:.2f} mm pixels" if one.spacing else ""
        gap = f", {one.gap:.1f} mm between slices" if one.gap else ""
        say(f"  {one.key:>6}  {one.role}: {one.text}{size}{gap}")
        say(f"          because: {one.reason}" + (f". {one.problem}" if one.problem else ""))
    if pictures is not None:
        from matplotlib.image import imsave

        pictures.mkdir(parents=True, exist_ok=True)
        for one in found:
            if one.thumbnail is not None:
                imsave(pictures / f"{one.key}.png", one.thumbnail, cmap="gray", vmin=0, vmax=255)
    print_json({"series": [one.to_dict() for one in found]}, json)


def new(
    case: Path,
    *,
    scan: From,
    modality: str | None = None,
    series: str | None = None,
    title: str | None = None,
    json: Json = None,
) -> None:
    """Make a case from a scan (DICOM folder or zip, NIfTI, NRRD, MHA) or from a sample patient (A, B)."""
    source = scan_path(scan)
    made = Case.create(case, title or case.name)
    try:
        run(made, "import", {"scan": str(source), "modality": modality, "series": series})
    except BaseException:
        discard(made)
        raise
    _tell(made, MAIN, json)


def add(
    case: Path,
    *,
    scan: From,
    role: str,
    modality: str | None = None,
    series: str | None = None,
    json: Json = None,
) -> None:
    """Put another scan of the same patient beside the main one; --role is e.g. lge."""
    opened = opened_case(case)
    source = scan_path(scan)
    run(opened, "import", {"scan": str(source), "modality": modality, "series": series, "role": role})
    _tell(opened, role, json)


def subject(
    case: Path,
    *,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    age: int | None = None,
    json: Json = None,
) -> None:
    """Show sex, height (cm), weight (kg) and age (years) that measures are indexed by, and change those given."""
    opened = opened_case(case)
    given = {"sex": sex, "height_cm": height, "weight_kg": weight, "age_years": age}
    changes = {name: value for name, value in given.items() if value is not None}
    known = opened.subject() or Subject()
    if changes:
        known = Subject(**(vars(known) | changes))
        opened.save_subject(known)
    for name, value in vars(known).items():
        say(f"  {name.replace('_', ' in ')}: {'not known' if value is None else value}")
    print_json({"case": str(case)} | vars(known), json)


def rename(case: Path, *, title: str, json: Json = None) -> None:
    """Give a case another title; the folder keeps its name."""
    opened = opened_case(case)
    opened.retitle(title)
    say(f"The case is now called {opened.title!r}.")
    print_json({"case": str(case), "title": opened.title}, json)


SCAN_VERBS: Mapping[str, Any] = {"series": series, "new": new, "add": add, "subject": subject, "rename": rename}


def _tell(case: Case, role: str, target: str | None) -> None:
    image = case.image(role)
    if image is None:
        raise Refused(f"The case {case.title!r} has no scan of the role {role!r}; import it again.")
    for note in image.notes:
        say(f"  {note}")
    say(f"Imported {image.source} into {case.folder}")
    facts: dict[str, Any] = {"case": str(case.folder), "role": role, "modality": image.modality}
    facts |= {"source": image.source, "notes": image.notes, "phases": image.phases}
    print_json(facts | {"shape": image.voxels.shape, "spacing_mm": image.spacing.tolist()}, target)
