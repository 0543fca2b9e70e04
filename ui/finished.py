"""Finds the finished twin of a sample patient, where one has been worked out before."""

from pathlib import Path

from app.case import Case
from app.settings import cases_folder, load_settings
from geometry.errors import Refused
from sample_scans.catalogue import Sample


def own_folder(sample: Sample, whole: bool) -> Path:
    """Where the window keeps the case of a sample: the twin, or the one that starts from the scan."""
    return cases_folder() / f"Sample {sample.key}{'' if whole else ' from the scan'}"


def finished_twin(sample: Sample) -> Path | None:
    """The newest case of the sample that has runs: the window's own, a recent one, or the demonstration's."""
    places = [own_folder(sample, True), *map(Path, load_settings().recent), *sorted(Path("out/demo").glob("*"))]
    return next((folder.resolve() for folder in places if _is_twin(folder, sample)), None)


def _is_twin(folder: Path, sample: Sample) -> bool:
    if not (folder / "case.json").is_file():
        return False
    try:
        case = Case.open(folder)
        return case.title == sample.title and bool(case.runs())
    except (Refused, OSError):
        return False
