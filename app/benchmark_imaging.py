"""A whole 4D study of clinical size, from a file to measured ventricles: seconds and memory of each step."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from app.case import Case
from app.demo import Step, timed_job
from app.following import follow_all
from app.jobs import Job
from geometry.image import Image, load_image
from sample_scans.catalogue import samples

SIDE, PHASES = 256, 25


def benchmark_imaging() -> list[Step]:
    """Import and segmentation of sample patient A on 256 x 256 x 12 voxels and 25 phases, each with its share of the whole."""
    steps: list[Step] = []
    with tempfile.TemporaryDirectory(prefix="cardiotwin-") as name:
        follow_all({"study:": _road(Path(name), steps)})
    total = sum(step.seconds for step in steps)
    return [replace(step, share=step.seconds / total) for step in steps]


def _road(folder: Path, steps: list[Step]) -> Iterator[Job]:
    scan = folder / "study.nii.gz"
    _write(_enlarged(load_image(samples()[0].scan)), scan)
    case = Case.create(folder / "case", "Study")
    yield from timed_job(case, "study", "import", {"scan": str(scan), "modality": "MR"}, steps)
    yield from timed_job(case, "study", "segment", {}, steps)


def _enlarged(image: Image) -> Image:
    """The scan on SIDE x SIDE pixels with PHASES phases."""
    shape = image.voxels.shape
    pixels = ndimage.zoom(image.voxels, (SIDE / shape[0], SIDE / shape[1], 1, 1), order=1)
    nearest = np.arange(PHASES) * shape[3] // PHASES
    factors = np.diag([shape[0] / SIDE, shape[1] / SIDE, 1.0, 1.0])
    return replace(image, voxels=pixels[..., nearest], affine=image.affine @ factors)


def _write(image: Image, path: Path) -> None:
    volume = nib.Nifti1Image(image.voxels, image.affine)
    volume.header.set_xyzt_units("mm", "msec")
    volume.header["pixdim"][4] = (image.cycle or 1000.0) / PHASES
    nib.save(volume, path)
