"""The verbs that take labels from elsewhere, give ours away, and measure scar."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from app.commands import Json, opened_case, point, run, tell_metrics
from app.console import print_json, say
from app.edited import needed_segmentation
from app.needed import needed_image
from app.replaced import exchange
from geometry.errors import Refused
from geometry.measures.segments import SEGMENT_NAMES
from geometry.scar.rules import RULES
from geometry.scar.scar_file import finding_facts
from geometry.scar.study import Finding, ScarStudy


def labels(
    case: Path,
    *,
    files: Annotated[list[Path] | None, Parameter("--from")] = None,
    scheme: str | None = None,
    phase: list[int] | None = None,
    back: bool = False,
    json: Json = None,
) -> None:
    """Take label maps (NIfTI, NRRD, DICOM SEG) as the segmentation.

    --scheme is acdc, mmwhs, totalsegmentator, cardiotwin or bivme where the file does not tell; --phase (from 1) says which
    phase of a cine a map of a single phase belongs to, once for every --from.
    --back changes to the segmentation that the present one took the place of, and once more to the present one again.
    """
    opened = opened_case(case)
    if bool(files) == back:
        raise Refused("Say either --from FILE or --back.")
    if back:
        with opened.locked():
            exchange(opened.folder)
    else:
        phases = [number - 1 for number in phase or ()]
        chosen = [str(file.resolve()) for file in files or ()]
        run(opened, "labels", {"files": chosen, "scheme": scheme, "phases": phases})
    found = opened.segmentation()
    assert found is not None
    for note in found.notes:
        say(f"  {note}")
    tell_metrics(opened.measures(), json, {"case": str(case), "method": found.method, "notes": found.notes})


def export(
    case: Path,
    *,
    what: Literal["labels", "scar"],
    out: Path,
    phase: int | None = None,
    json: Json = None,
) -> None:
    """Write labels (.nii.gz, .nrrd, .dcm) or scar (.nii.gz); --phase (from 1) takes one phase of the labels."""
    opened = opened_case(case)
    out.parent.mkdir(parents=True, exist_ok=True)
    notes: tuple[str, ...] = ()
    if what == "labels":
        from geometry.exchange_labels import write_labels

        found = needed_segmentation(opened)
        if phase is not None and not 1 <= phase <= (found.labels.shape[3] if found.labels.ndim == 4 else 1):
            raise Refused(f"The segmentation has no phase {phase}.")
        notes = write_labels(found, out, needed_image(opened), None if phase is None else phase - 1)
    else:
        _copy_scar(opened.folder / "scar" / "scar.nii.gz", out)
    for note in notes:
        say(f"  {note}")
    say(f"Wrote {out}")
    print_json({"case": str(case), "what": what, "file": str(out), "notes": notes}, json)


def scar(
    case: Path,
    *,
    rule: str = "fwhm",
    remote: list[str] | None = None,
    no_reflow: bool = True,
    json: Json = None,
) -> None:
    """Measure scar on the late enhancement under every rule; --rule is the one whose labels are kept.

    --remote x,y,z (mm, RAS) points into healthy muscle, where it is not to be found by itself; --no-no-reflow does not count the
    dark middle of scar as core.
    """
    opened = opened_case(case)
    run(opened, "scar", {"rule": rule, "remote": [point(text) for text in remote or ()], "no_reflow": no_reflow})
    study = opened.scar()
    assert study is not None
    _tell_rules(study)
    for note in study.notes:
        say(f"  {note}")
    facts = {"case": str(case), "picked": rule, "rules": finding_facts(study), "notes": study.notes}
    print_json(facts | {"wall_g": study.tissue.wall_mass, "shifts": [vars(shift) for shift in study.shifts]}, json)


LABEL_VERBS: Mapping[str, Any] = {"labels": labels, "export": export, "scar": scar}


def _copy_scar(source: Path, out: Path) -> None:
    if not source.is_file():
        raise Refused("The case has no scar yet; measure it first (cardiotwin scar).")
    if not out.name.endswith(".nii.gz"):
        raise Refused("Scar is written as .nii.gz; choose a name with that ending.")
    out.write_bytes(source.read_bytes())


def _tell_rules(study: ScarStudy) -> None:
    """The rules side by side."""
    say(f"  Wall: {study.tissue.wall_mass:.0f} g")
    say(f"  {'rule':<14} {'core g':>20} {'border g':>20} {'core %':>7}  deepest in")
    for name, finding in study.findings.items():
        border = _range(finding.amount.border, finding.border_range) if RULES[name].has_border else "-"
        say(
            f"  {RULES[name].title:<14} {_range(finding.amount.core, finding.core_range):>20} {border:>20} "
            f"{finding.amount.core_percent:>6.0f}%  {_deepest(finding)}"
        )


def _range(value: float, between: tuple[float, float] | None) -> str:
    return f"{value:.1f}" if between is None else f"{value:.0f} ({between[0]:.0f} to {between[1]:.0f})"


def _deepest(finding: Finding) -> str:
    """The segment where most of the wall is dead, and how far through."""
    affected = {segment: pair for segment, pair in finding.segments.items() if pair[0] > 0.05}
    if not affected:
        return "-"
    segment = max(affected, key=lambda number: affected[number][0])
    return f"{SEGMENT_NAMES[segment - 1]}, {100 * affected[segment][1]:.0f} % of the wall"
