"""Make the shipped sample scans again: ``python -m sample_scans.generate``."""

import json
from pathlib import Path

from geometry.image import save_image
from geometry.segmentation import save_segmentation
from sample_scans.cine_mr import make_cine_mr
from sample_scans.contrast_ct import make_ct
from sample_scans.patient import Patient

__all__ = ["Patient", "make_cine_mr", "make_ct", "write_patient"]

FOLDER = Path(__file__).parent
SEED_A, SEED_B = 1, 1
FOLDER_A, FOLDER_B = "A_cine_mr", "B_contrast_ct"


def write_patient(patient: Patient, folder: Path) -> None:
    """Write scan.nii.gz with its scan.json, truth/ (a segmentation folder) and facts.json."""
    folder.mkdir(parents=True, exist_ok=True)
    save_image(patient.image, folder / "scan.nii.gz")
    save_segmentation(patient.truth, folder / "truth")
    facts = {name: round(value, 3) for name, value in patient.facts.items()}
    (folder / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")


def main() -> None:
    """Rewrite the folders of both samples."""
    write_patient(make_cine_mr(SEED_A), FOLDER / FOLDER_A)
    write_patient(make_ct(SEED_B), FOLDER / FOLDER_B)


if __name__ == "__main__":
    main()
