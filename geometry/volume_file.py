"""NRRD and MetaImage volumes, through SimpleITK in a child process."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.dicom.decoder import decode_each
from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, part
from geometry.volume_grid import check_spacing, make_image, read_facts


def read_volume_file(path: Path, *, modality: str | None, progress: Progress) -> Image:
    """The scan in a .nrrd, .nhdr, .mha or .mhd file (3D, or 4D with time last or as components)."""
    progress(0.1, "Reading the volume")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source.json").write_text(json.dumps(str(path.resolve())))
        answer = next(decode_each(folder, ["volume"], part(progress, 0.1, 0.7)))
        if answer is None:
            raise Refused("This file is empty, cut short or damaged, or its data file is not beside it; copy it again.")
        facts = json.loads((folder / "volume.json").read_text())
        array = np.load(answer)
    progress(0.7, "Checking the volume")
    size = len(facts["spacing"])
    if size not in (3, 4):
        raise Refused(f"This file has {size} dimensions; a volume, or a volume over time, is needed.")
    return make_image(_voxels(array, facts["components"], size), _affine(facts, size), read_facts(path), modality, [])


def _voxels(array: NDArray[Any], components: int, size: int) -> NDArray[Any]:
    """(i, j, k[, time]) from SimpleITK's order, which is the other way round with components last."""
    if components == 1:
        return np.asarray(array.T)
    if size == 4 or components < 5:
        raise Refused("The voxels are colours or vectors; save plain grey values.")
    return np.asarray(np.moveaxis(array, -1, 0).T)


def _affine(facts: dict[str, Any], size: int) -> NDArray[np.float64]:
    direction = np.array(facts["direction"]).reshape(size, size)[:3, :3]
    lps = np.eye(4)
    lps[:3, :3] = direction * np.array(facts["spacing"][:3])
    lps[:3, 3] = facts["origin"][:3]
    return check_spacing(np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps)


def affine_of(volume: Any) -> NDArray[np.float64]:
    """(4, 4) voxel index -> mm, RAS+, of an image that SimpleITK read."""
    facts = {"origin": volume.GetOrigin(), "spacing": volume.GetSpacing(), "direction": volume.GetDirection()}
    return _affine(facts, volume.GetDimension())
