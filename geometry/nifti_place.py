"""Where the voxels of a NIfTI file lie: its two affines, its voxel sizes and its unit often contradict each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.volume_grid import check_spacing

Affine = NDArray[np.float64]
_LENGTH = {"meter": 1000.0, "micron": 0.001}
_FIELD = (80.0, 800.0)  # mm, the longest side of a cardiac scan
_PIXEL = (0.2, 6.0)  # mm


def read_affine(volume: Any, notes: list[str]) -> Affine:
    """(4, 4) voxel -> mm, RAS+; raises Refused where the header makes no sense, and notes what was decided."""
    header = volume.header
    affine = _decide(volume, notes)
    stated = _LENGTH.get(units_of(header)[0], 1.0)
    affine[:3] *= stated * _forgotten_unit(affine * stated, volume.shape, notes)
    check_spacing(affine)
    if np.allclose(affine[:3, :3], np.eye(3)) and np.allclose(affine[:3, 3], 0):
        notes.append(
            "The file gives voxels of exactly 1 x 1 x 1 mm and no orientation, as when nobody filled them in: "
            "volumes are right only if that is true."
        )
    elif not (header["sform_code"] or header["qform_code"]):
        notes.append("The file does not say how the patient lies: left and right, head and foot may be exchanged.")
    return affine


def units_of(header: Any) -> tuple[str, str]:
    """The units of length and time as nibabel names them, "unknown" where the code is none."""
    try:
        length, time = header.get_xyzt_units()
    except KeyError:
        return "unknown", "unknown"
    return str(length), str(time)


def _decide(volume: Any, notes: list[str]) -> Affine:
    """The sform, unless it contradicts the voxel sizes of the header: then the qform, or its directions with those sizes."""
    header, affine = volume.header, np.array(volume.affine, dtype=float)
    sizes = np.array(header["pixdim"][1:4], dtype=float)
    known = bool(np.isfinite(sizes).all() and (sizes > 0).all())
    own = np.linalg.norm(affine[:3, :3], axis=0)
    if header["sform_code"] and known and not np.allclose(own, sizes, rtol=0.02):
        other = np.array(header.get_qform(), dtype=float) if header["qform_code"] else _resized(affine, sizes)
        if np.isfinite(other).all():
            notes.append(
                f"The affine gives voxels of {_sizes(own)} mm where the header says {_sizes(sizes)} mm: "
                "the header was believed."
            )
            return np.asarray(other, dtype=float)
    elif header["sform_code"] and header["qform_code"] and known:
        rotation = np.array(header.get_qform(), dtype=float)
        if np.isfinite(rotation).all() and not np.allclose(rotation, affine, atol=0.05 * sizes.max()):
            notes.append(
                "The file gives two different positions of the patient (sform and qform); the first was taken: "
                "check left and right, head and foot."
            )
    return affine


def _resized(affine: Affine, sizes: NDArray[np.float64]) -> Affine:
    """The same directions with other voxel sizes; raises Refused where they are not upright on each other."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    if not np.allclose(directions.T @ directions, np.eye(3), atol=0.05):
        raise Refused(
            "The file contradicts itself on how large its voxels are and how they lie; convert the scan again from DICOM."
        )
    turned = affine.copy()
    turned[:3, :3] = directions * sizes
    return turned


def _forgotten_unit(affine: Affine, shape: tuple[int, ...], notes: list[str]) -> float:
    """What to multiply by where the voxels are of no possible size in mm but of a usual one in another unit."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    counts = np.array((*shape, 1, 1)[:3], dtype=float)
    field = float((spacing * counts).max())
    possible = spacing.min() >= 0.05 and spacing.max() <= 30
    if not np.isfinite(field) or (possible and (field > 60 or counts.max() < 64)):
        return 1.0
    for unit, factor in (("centimetres", 10.0), ("metres", 1000.0), ("micrometres", 0.001)):
        if _FIELD[0] <= field * factor <= _FIELD[1] and _PIXEL[0] <= spacing.min() * factor <= _PIXEL[1]:
            notes.append(f"Voxels of {_sizes(spacing)} mm are not possible in a cardiac scan: taken for {unit}.")
            return factor
    return 1.0


def _sizes(values: NDArray[np.float64]) -> str:
    return " x ".join(f"{value:.3g}" for value in values)
