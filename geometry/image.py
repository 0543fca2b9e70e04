"""A scan as the rest of the program sees it: voxels on a grid placed in the patient, and when they were taken."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused

MODALITIES = ("MR", "CT")


@dataclass(frozen=True)
class Image:
    """One scan.

    voxels    (nx, ny, nz) or (nx, ny, nz, phases); HU for CT, arbitrary for MR
    affine    (4, 4), voxel index -> mm, RAS+
    modality  "MR" or "CT"
    times     ms after the R wave of each phase; empty for a single volume
    cycle     ms, length of the heart beat, where known
    source    what kind of scan, in words and without identity
    notes     what the importer found worth telling, as sentences
    """

    voxels: NDArray[Any]
    affine: NDArray[np.float64]
    modality: str
    times: tuple[float, ...] = ()
    cycle: float | None = None
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.voxels.ndim not in (3, 4) or 0 in self.voxels.shape:
            raise Refused(f"The scan has no usable voxels (its array is {self.voxels.shape}); choose another series.")
        if self.modality not in MODALITIES:
            raise Refused(f"The scan is of modality {self.modality!r}; cardiac MR or CT is needed.")
        if self.affine.shape != (4, 4) or abs(np.linalg.det(self.affine[:3, :3])) < 1e-9:
            raise Refused("The scan does not say where its voxels lie in the patient (its affine is singular).")

    @property
    def phases(self) -> int:
        """The number of time points (1 for a single volume)."""
        return self.voxels.shape[3] if self.voxels.ndim == 4 else 1

    @property
    def spacing(self) -> NDArray[np.float64]:
        """(3,) mm between voxel centres along i, j, k."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    def phase(self, index: int) -> NDArray[Any]:
        """(nx, ny, nz), the volume of one phase."""
        return self.voxels[..., index] if self.voxels.ndim == 4 else self.voxels

    def with_voxels(self, voxels: NDArray[Any]) -> "Image":
        """The same scan with other voxels on the same grid."""
        return replace(self, voxels=voxels)


def save_image(image: Image, path: Path) -> None:
    """Write ``path`` (.nii.gz) and, beside it, a .json with what NIfTI cannot hold."""
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    nib.save(nib.Nifti1Image(image.voxels, image.affine), path)
    facts = asdict(replace(image, voxels=np.zeros((1, 1, 1))))
    del facts["voxels"], facts["affine"]
    _sidecar(path).write_text(json.dumps(facts, indent=1))


def load_image(path: Path) -> Image:
    """Read what ``save_image`` wrote (other NIfTI files go through the importer, which asks what they lack)."""
    import nibabel as nib  # takes most of a second, which only reading and writing should pay

    volume = nib.load(path)
    facts = json.loads(_sidecar(path).read_text())
    return Image(
        voxels=np.asarray(volume.dataobj),
        affine=np.asarray(volume.affine, dtype=float),
        modality=facts["modality"],
        times=tuple(facts["times"]),
        cycle=facts["cycle"],
        source=facts["source"],
        notes=tuple(facts["notes"]),
    )


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".json")
