"""The verbs that bring scans into a case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.case import MAIN, Case
from app.commands import Json, discard, opened_case, run, scan_path
from app.console import print_json, say
from geometry.errors import Refused
from geometry.subject import Subject

From = Annotated[str, Parameter("--from")]


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


SCAN_VERBS: Mapping[str, Any] = {"new": new, "add": add, "subject": subject}


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
