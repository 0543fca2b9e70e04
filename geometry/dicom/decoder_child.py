"""Decoders in a process of their own, as on damaged files they may crash or hang (``python -m ...decoder_child FOLDER``).

FOLDER holds NNNN.dcm (DICOM data sets with their pixel data) or source.json (the path of an NRRD or MetaImage file). For
each data set appears NNNN.npy, decoded, or NNNN.bad; for the volume volume.npy (or volume.bad) and volume.json: origin,
spacing, direction, components.
"""

import contextlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

LEAST_MEMORY = 2_000_000_000  # bytes of address space that the decoders may have in any case


def decode_dicom(path: Path) -> NDArray[Any]:
    """(frames, rows, columns[, colours]), by pydicom and its plug-ins, else by GDCM through SimpleITK."""
    import pydicom  # takes half a second, which a volume file should not pay
    from pydicom.config import disable_value_validation

    try:
        with disable_value_validation():
            return np.asarray(pydicom.dcmread(path, force=True).pixel_array)
    except Exception:  # decoders of many makes raise many things
        import SimpleITK

        SimpleITK.ProcessObject.GlobalWarningDisplayOff()
        return np.asarray(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path), imageIO="GDCMImageIO")))


def read_volume(path: Path, folder: Path) -> NDArray[Any]:
    """The array of a volume file in SimpleITK's order; volume.json gets where it lies."""
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    volume = SimpleITK.ReadImage(str(path))
    facts = {
        "origin": volume.GetOrigin(),
        "spacing": volume.GetSpacing(),
        "direction": volume.GetDirection(),
        "components": volume.GetNumberOfComponentsPerPixel(),
    }
    (folder / "volume.json").write_text(json.dumps(facts))
    return np.asarray(SimpleITK.GetArrayFromImage(volume))


def work_through(folder: Path) -> None:
    """Decode everything in ``folder``; each answer appears whole."""
    for path in sorted(folder.glob("*.dcm")):
        _answer(path.stem, folder, lambda path=path: decode_dicom(path))
    if (folder / "source.json").exists():
        source = Path(json.loads((folder / "source.json").read_text()))
        _answer("volume", folder, lambda: read_volume(source, folder))


def _answer(name: str, folder: Path, decode: Any) -> None:
    try:
        array = decode()
    except Exception:  # told by a file: what it says may hold names
        (folder / f"{name}.bad").touch()
        return
    with (folder / f"{name}.part").open("wb") as file:
        np.save(file, array)
    (folder / f"{name}.part").rename(folder / f"{name}.npy")


def _limit_memory() -> None:
    """A decoder that believes a damaged header fails instead of taking all memory."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not everywhere
        import resource

        most = max(LEAST_MEMORY, int(psutil.virtual_memory().available))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit_memory()
    warnings.simplefilter("ignore")
    work_through(Path(sys.argv[1]))
