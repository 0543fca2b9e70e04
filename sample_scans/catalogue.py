"""The two sample patients that come with the program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A shipped patient: scan (NIfTI with its sidecar), truth (a segmentation folder) and the facts known of it."""

    key: str
    title: str
    description: str
    folder: Path
    scan: Path
    truth: Path
    facts: Mapping[str, float]


def samples() -> tuple[Sample, ...]:
    """The samples in the order of their keys."""
    return (
        _sample(
            "A",
            "A_cine_mr",
            "Normal adult, cine MR",
            "Short-axis cine stack (8 mm slices, 2 mm gap, 20 phases) of a healthy synthetic adult.",
        ),
        _sample(
            "B",
            "B_contrast_ct",
            "Aortic stenosis, contrast CT",
            "Contrast CT in systole of a synthetic patient with a calcified aortic valve that opens to about 1 cm2.",
        ),
    )


def sample(key: str) -> Sample | None:
    """The sample of a key ("A", "b"), or None."""
    return next((each for each in samples() if each.key == key.upper()), None)


def _sample(key: str, name: str, title: str, description: str) -> Sample:
    folder = Path(__file__).parent / name
    facts = json.loads((folder / "facts.json").read_text())
    return Sample(key, title, description, folder, folder / "scan.nii.gz", folder / "truth", facts)
