"""Which voxel is what, and how sure the method is of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LV, MYOCARDIUM, RV, ROOT, AORTA, LEFT_ATRIUM = 1, 2, 3, 4, 5, 6
NAMES: Mapping[int, str] = {
    LV: "lv_cavity",
    MYOCARDIUM: "myocardium",
    RV: "rv_cavity",
    ROOT: "aortic_root",
    AORTA: "ascending_aorta",
    LEFT_ATRIUM: "left_atrium",
}
TRUST = 0.6  # weight of the label over the automatic probability where a tool changed it: above one half, so that it stays likelier
LABELS, PROBABILITY, BY_HAND = "labels.nii.gz", "probability.npz", "by_hand.npz"


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
    by_hand      bool, of the shape of ``labels``: voxels that a person decided, whose probability is 0 or 1; None for none
    by_tool      the same for voxels that a tool changed (smooth, fill, copy ...): their probability leans to the label
    """

    labels: NDArray[np.uint8]
    affine: NDArray[np.float64]
    probability: Mapping[int, NDArray[np.floating]] = field(default_factory=dict)
    method: str = "manual"
    ed: int = 0
    es: int | None = None
    seeds: tuple[tuple[float, float, float], ...] = ()
    notes: tuple[str, ...] = ()
    by_hand: NDArray[np.bool_] | None = None
    by_tool: NDArray[np.bool_] | None = None

    @property
    def edited(self) -> bool:
        """Whether any voxel was changed or decided after the method had ended."""
        return any(mask is not None and bool(mask.any()) for mask in (self.by_hand, self.by_tool))

    def phase(self, index: int) -> NDArray[np.uint8]:
        """(nx, ny, nz), the labels of one phase."""
        return self.labels[..., index] if self.labels.ndim == 4 else self.labels

    def chance(self, label: int, index: int, part: tuple[slice, ...] = ()) -> NDArray[np.floating]:
        """(nx, ny, nz) or a ``part`` of it, probability of a label in one phase (0 or 1 where the method gives none)."""
        here = self.phase(index)[part]
        if label not in self.probability:
            return np.asarray(here == label, dtype=np.float32)
        values = self.probability[label]
        values = np.asarray(values[..., index] if values.ndim == 4 else values)[part]
        for mask, weight in ((self.by_tool, TRUST), (self.by_hand, 1.0)):
            if mask is not None:
                there = (mask[..., index] if mask.ndim == 4 else mask)[part]
                values = np.where(there, weight * (here == label) + (1.0 - weight) * values, values)
        return values

    @property
    def voxel_volume(self) -> float:
        """mm3 of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))


def save_segmentation(segmentation: Segmentation, folder: Path) -> None:
    """Write labels.nii.gz, probability.npz (in steps of 1/255), by_hand.npz and segmentation.json into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = {  # one phase after the other, as they are looked at
        str(k): np.asfortranarray(np.round(np.asarray(v) * 255).astype(np.uint8))
        for k, v in segmentation.probability.items()
    }
    np.savez_compressed(folder / PROBABILITY, **steps)  # type: ignore[arg-type]
    save_labels(segmentation, folder)


def save_labels(segmentation: Segmentation, folder: Path) -> None:
    """Write all of a segmentation but its probabilities."""
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    nib.save(nib.Nifti1Image(segmentation.labels, segmentation.affine), folder / LABELS)
    if segmentation.by_hand is not None:
        masks = {"bits": segmentation.by_hand, "tool": segmentation.by_tool}
        packed = {name: np.packbits(mask) for name, mask in masks.items() if mask is not None}
        np.savez_compressed(folder / BY_HAND, **packed)  # type: ignore[arg-type]
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
    labels, affine = _read_labels(folder)
    facts = json.loads((folder / "segmentation.json").read_text())
    with np.load(folder / PROBABILITY) as steps:
        probability = {int(k): np.asfortranarray(steps[k]).astype(np.float32) / 255 for k in steps.files}
    masks: dict[str, NDArray[np.bool_]] = {}
    if (folder / BY_HAND).exists():
        with np.load(folder / BY_HAND) as data:
            for name in data.files:
                flat = np.unpackbits(data[name], count=labels.size).astype(bool)
                masks[name] = np.asfortranarray(flat.reshape(labels.shape))  # one phase after the other
    return Segmentation(
        labels=labels,
        affine=affine,
        probability=probability,
        method=facts["method"],
        ed=facts["ed"],
        es=facts["es"],
        seeds=tuple((a, b, c) for a, b, c in facts["seeds"]),
        notes=tuple(facts["notes"]),
        by_hand=masks.get("bits"),
        by_tool=masks.get("tool"),
    )


def load_labels(folder: Path) -> NDArray[np.uint8]:
    """The labels alone of what ``save_segmentation`` wrote."""
    return _read_labels(folder)[0]


def _read_labels(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    volume = nib.load(folder / LABELS)
    return np.asarray(volume.dataobj).astype(np.uint8), np.asarray(volume.affine, dtype=float)
