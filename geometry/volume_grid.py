"""What NIfTI, NRRD and MHA leave unsaid: modality, times, and whether the numbers are a scan at all."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.dicom.stack import LEAST_SLICES
from geometry.errors import Refused
from geometry.image import MODALITIES, Image

_OWN_KEYS = {"modality", "times", "cycle", "source", "notes"}
_FEWEST_VALUES = 17


@dataclass(frozen=True)
class Facts:
    """What the JSON file beside a volume says."""

    modality: str | None = None
    times: tuple[float, ...] = ()
    cycle: float | None = None
    source: str = ""
    notes: tuple[str, ...] = ()


def read_facts(path: Path) -> Facts:
    """The facts of the JSON file beside ``path`` (none without such a file); raises Refused where it is broken."""
    stem = path.name.removesuffix(".gz")
    beside = path.with_name(stem.rsplit(".", 1)[0] + ".json")
    if not beside.is_file():
        return Facts()
    try:
        held = json.loads(beside.read_text(encoding="utf-8"))
        modality = held.get("modality", held.get("Modality"))
        facts = Facts(
            modality=str(modality).upper().replace("MRI", "MR") if modality else None,
            times=tuple(float(t) for t in held.get("times") or ()),
            cycle=float(held["cycle"]) if held.get("cycle") else None,
        )
        if set(held) != _OWN_KEYS:  # somebody else's file: its free text may name the patient
            return facts
        return Facts(facts.modality, facts.times, facts.cycle, str(held["source"]), tuple(map(str, held["notes"])))
    except (OSError, ValueError, TypeError, AttributeError) as cause:
        raise Refused("The JSON file beside the scan cannot be understood; correct it or move it away.") from cause


def check_spacing(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same affine; raises Refused where it says nothing, or voxels that no cardiac scan has."""
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise Refused(
            "The file does not say how large its voxels are or how they lie; convert the scan again from DICOM."
        )
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if spacing.min() < 0.05 or spacing.max() > 30:
        raise Refused(
            f"The voxels are said to be {spacing[0]:.3g} x {spacing[1]:.3g} x {spacing[2]:.3g} mm, "
            "which no cardiac scan has; check the unit of length."
        )
    return affine


def make_image(
    voxels: NDArray[Any], affine: NDArray[np.float64], facts: Facts, modality: str | None, notes: list[str]
) -> Image:
    """The checked Image; raises Refused where the numbers are no scan or the modality cannot be told."""
    voxels, affine = _slices_last(_clean(voxels, notes), affine, notes)
    if voxels.shape[2] < LEAST_SLICES:
        raise Refused(
            f"This file holds {voxels.shape[2]} slice{'s' if voxels.shape[2] > 1 else ''}; a stack of at least "
            f"{LEAST_SLICES} is needed. Choose the file that holds the whole volume."
        )
    _refuse_labels(voxels)
    kind = _modality(voxels, facts, modality, notes)
    phases = voxels.shape[3] if voxels.ndim == 4 else 1
    times = facts.times if phases > 1 else ()
    if phases > 1 and len(times) not in (0, phases):
        raise Refused(
            f"The scan has {phases} phases but the file beside it gives {len(times)} times; correct one of them."
        )
    if phases > 1 and not times:
        if facts.cycle is not None:
            times = tuple(facts.cycle * k / phases for k in range(phases))
            notes.append("The scan does not say when its phases were taken: they were spread evenly over the beat.")
        else:
            notes.append("The scan says neither when its phases were taken nor how long the beat was.")
    view = "cine" if phases > 1 else "volume"
    source = facts.source or f"{kind} {view}, {voxels.shape[2]} slices" + (f", {phases} phases" if phases > 1 else "")
    return Image(voxels, affine, kind, times, facts.cycle if phases > 1 else None, source, (*facts.notes, *notes))


def _slices_last(
    voxels: NDArray[Any], affine: NDArray[np.float64], notes: list[str]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The same grid with the thick direction as its third axis, where it has a thick direction."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    thick = int(np.argmax(spacing))
    if thick == 2 or spacing[thick] < 1.5 * np.sort(spacing)[1]:
        return voxels, affine
    order = [axis for axis in range(3) if axis != thick] + [thick]
    turned = affine.copy()
    turned[:, :3] = affine[:, order]
    notes.append(
        f"The slices lie along axis {thick + 1} of the file; the axes were put in the order row, column, slice."
    )
    return np.transpose(voxels, (*order, 3) if voxels.ndim == 4 else order), turned


def _clean(voxels: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    if voxels.dtype.fields or np.iscomplexobj(voxels) or voxels.dtype.kind not in "biuf":
        raise Refused("The voxels are colours or complex numbers; save the magnitude as plain grey values.")
    while voxels.ndim > 3 and voxels.shape[-1] == 1:
        voxels = voxels[..., 0]
    if voxels.ndim == 5 and voxels.shape[3] == 1:
        voxels = voxels[:, :, :, 0]
    if voxels.ndim == 2:
        raise Refused("This is a single 2D image; choose the file that holds the whole stack.")
    if voxels.ndim not in (3, 4) or 0 in voxels.shape:
        raise Refused(
            f"The array of this file is {' x '.join(map(str, voxels.shape))}; "
            "a volume, or a volume over time, is needed."
        )
    if voxels.dtype.kind == "f":
        holes = ~np.isfinite(voxels)
        if holes.all():
            raise Refused("The file holds no finite number; save the scan again.")
        if holes.any():
            notes.append(
                f"{int(holes.sum())} voxel values were missing (not numbers); they were set to the smallest value."
            )
            voxels = np.where(holes, voxels[~holes].min(), voxels)
    low, high = float(voxels.min()), float(voxels.max())
    if low >= -32768 and high <= 32767 and (voxels.dtype.kind != "f" or bool((voxels == np.round(voxels)).all())):
        return voxels.astype(np.int16)
    return voxels.astype(np.float32)


def _refuse_labels(voxels: NDArray[Any]) -> None:
    values = np.unique(voxels[:: max(1, voxels.shape[0] // 64)])
    values = np.unique(voxels) if len(values) < _FEWEST_VALUES else values
    if len(values) == 1:
        raise Refused("All voxels have the same value; choose another file.")
    if len(values) < _FEWEST_VALUES:
        raise Refused(
            f"The file holds only {len(values)} different values: this is a label map, not a scan. "
            "Choose the scan itself."
        )


def _modality(voxels: NDArray[Any], facts: Facts, asked: str | None, notes: list[str]) -> str:
    if asked and facts.modality and asked != facts.modality:
        raise Refused(
            f"The file beside the scan says {facts.modality}, but {asked} was asked for; correct one of them."
        )
    if asked:
        return asked
    if facts.modality is not None:
        if facts.modality not in MODALITIES:
            raise Refused(f"The scan is of modality {facts.modality}; this program works on cardiac MR or CT.")
        return facts.modality
    if voxels.min() <= -500 and voxels.max() <= 32767:
        notes.append("The file does not say its modality: taken for CT, since its values reach those of air in HU.")
        return "CT"
    if voxels.ndim == 4 and voxels.min() >= 0:
        notes.append("The file does not say its modality: taken for MR, since it is a cine without negative values.")
        return "MR"
    raise Refused("The file does not say whether it is MR or CT, and its values do not tell; state the modality.")
