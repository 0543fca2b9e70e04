"""Which voxel is what, and how sure the method is of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LV, MYOCARDIUM, RV, ROOT, AORTA = 1, 2, 3, 4, 5
NAMES: Mapping[int, str] = {
    LV: "lv_cavity",
    MYOCARDIUM: "myocardium",
    RV: "rv_cavity",
    ROOT: "aortic_root",
    AORTA: "ascending_aorta",
}


@dataclass(frozen=True)
class Segmentation:
    """Labels on the grid of an Image.

    labels       uint8, (nx, ny, nz) or (nx, ny, nz, phases); 0 is background
    affine       (4, 4), voxel index -> mm, RAS+ (that of the image)
    probability  label -> float array of the shape of ``labels``, 0..1; empty when the method has none
    method       name of the segmenter, or "manual"
    ed, es       index of the end-diastolic and end-systolic phase, where there are phases
    seeds        mm points the user gave, (k, 3) as tuples
    notes        what the method found worth telling, as sentences
    """

    labels: NDArray[np.uint8]
    affine: NDArray[np.float64]
    probability: Mapping[int, NDArray[np.floating]] = field(default_factory=dict)
    method: str = "manual"
    ed: int = 0
    es: int | None = None
    seeds: tuple[tuple[float, float, float], ...] = ()
    notes: tuple[str, ...] = ()

    def phase(self, index: int) -> NDArray[np.uint8]:
        """(nx, ny, nz), the labels of one phase."""
        return self.labels[..., index] if self.labels.ndim == 4 else self.labels

    def chance(self, label: int, index: int) -> NDArray[np.floating]:
        """(nx, ny, nz), probability of a label in one phase (0 or 1 where the method gives none)."""
        if label not in self.probability:
            return np.asarray(self.phase(index) == label, dtype=np.float32)
        values = self.probability[label]
        return np.asarray(values[..., index]) if values.ndim == 4 else values

    @property
    def voxel_volume(self) -> float:
        """mm3 of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))


def save_segmentation(segmentation: Segmentation, folder: Path) -> None:
    """Write labels.nii.gz, probability.npz (in steps of 1/255) and segmentation.json into ``folder``."""
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    folder.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(segmentation.labels, segmentation.affine), folder / "labels.nii.gz")
    steps = {str(k): np.round(np.asarray(v) * 255).astype(np.uint8) for k, v in segmentation.probability.items()}
    np.savez_compressed(folder / "probability.npz", **steps)  # type: ignore[arg-type]
    facts = {
        "method": segmentation.method,
        "ed": segmentation.ed,
        "es": segmentation.es,
        "seeds": segmentation.seeds,
        "notes": segmentation.notes,
        "names": {str(k): v for k, v in NAMES.items()},
    }
    (folder / "segmentation.json").write_text(json.dumps(facts, indent=1))


def load_segmentation(folder: Path) -> Segmentation:
    """Read what ``save_segmentation`` wrote."""
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    volume = nib.load(folder / "labels.nii.gz")
    facts = json.loads((folder / "segmentation.json").read_text())
    with np.load(folder / "probability.npz") as steps:
        probability = {int(k): steps[k].astype(np.float32) / 255 for k in steps.files}
    return Segmentation(
        labels=np.asarray(volume.dataobj).astype(np.uint8),
        affine=np.asarray(volume.affine, dtype=float),
        probability=probability,
        method=facts["method"],
        ed=facts["ed"],
        es=facts["es"],
        seeds=tuple((a, b, c) for a, b, c in facts["seeds"]),
        notes=tuple(facts["notes"]),
    )
