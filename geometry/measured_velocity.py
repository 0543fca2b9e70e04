"""Velocities that a scanner measured (4D flow, phase-contrast MR): an array of vectors over the beat, with its place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import nibabel as nib
import numpy as np
import pyvista
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from geometry.errors import Refused
from geometry.nifti_place import read_affine
from geometry.units import convert
from geometry.volume_grid import check_spacing

Floats = NDArray[np.floating]
Unit = Literal["m/s", "cm/s", "mm/s"]
Axes = Literal["patient", "voxel"]
LEAST, MOST = 0.05, 12.0  # m/s, the fastest blood of a heart or great vessel
KINDS = (".nii", ".nii.gz", ".npz", ".vti", ".vtk")


@dataclass(frozen=True)
class MeasuredVelocity:
    """velocity (t, x, y, z, 3) m/s to the right, front and head; affine (4, 4) voxel -> mm, RAS; times (t,) ms; cycle ms."""

    velocity: NDArray[np.float32]
    affine: NDArray[np.float64]
    times: tuple[float, ...]
    cycle: float

    def __post_init__(self) -> None:
        """Refuse arrays, times and speeds that are none of blood's."""
        shape = self.velocity.shape
        if self.velocity.ndim != 5 or shape[-1] != 3 or min(shape[1:4]) < 2:
            raise Refused(
                f"Velocities of shape {shape} cannot be used; three components at every voxel and phase are needed."
            )
        if len(self.times) != shape[0] or self.times[0] < 0 or (np.diff([*self.times, self.cycle]) <= 0).any():
            raise Refused(
                f"{shape[0]} phases need as many ascending times within a beat of {self.cycle:.0f} ms. Tell the beat's length."
            )
        fastest = self.fastest()
        if not LEAST < fastest < MOST:
            raise Refused(
                f"The fastest measured blood would move at {fastest:.3g} m/s; between {LEAST:g} and {MOST:g} m/s is what a heart "
                "does. Give the unit that the file is in (m/s, cm/s or mm/s)."
            )

    def fastest(self) -> float:
        """m/s, in one voxel of ten thousand."""
        speed = np.linalg.norm(self.velocity, axis=-1)
        return float(np.quantile(speed[np.isfinite(speed)], 0.9999)) if np.isfinite(speed).any() else 0.0

    def at(self, points: Floats) -> NDArray[np.float32]:
        """(t, n, 3) m/s at points (n, 3) mm, linear between the voxels; NaN outside the image."""
        inverse = np.linalg.inv(self.affine)
        voxels = (np.asarray(points) @ inverse[:3, :3].T + inverse[:3, 3]).T
        found = np.empty((len(self.times), len(points), 3), dtype=np.float32)
        for phase in range(len(self.times)):
            for axis in range(3):
                grid = self.velocity[phase, ..., axis]
                found[phase, :, axis] = map_coordinates(grid, voxels, order=1, mode="constant", cval=np.nan)
        return found


def read_velocity(path: Path, unit: Unit, axes: Axes = "patient", cycle: float | None = None) -> MeasuredVelocity:
    """Read a NIfTI of (x, y, z, phase, 3) or (x, y, z, 3), an .npz of ``velocity`` (phase, x, y, z, 3), ``affine``, ``times``,
    or a VTK image with one vector at every point (one phase).

    unit   that the file is in: none of these formats says it
    axes   whether components go to the patient's right, front and head, or along the image's own axes
    cycle  ms, length of the beat; needed with several phases, which are then taken as equally long unless the file has times
    Raises Refused.
    """
    if unit not in get_args(Unit):
        raise Refused(f"{unit!r} is no unit of velocity here; give one of {', '.join(get_args(Unit))}.")
    if not path.is_file():
        raise Refused("There is no file of velocities at that place; check the path.")
    name = path.name.lower()
    kind = next((one for one in KINDS if name.endswith(one)), None)
    if kind is None:
        raise Refused(f"Velocities are read from {', '.join(KINDS)} files; save them as one of these.")
    read = {".npz": _from_arrays, ".vti": _from_vtk, ".vtk": _from_vtk}.get(kind, _from_nifti)
    values, affine, times = read(path)
    if values.ndim != 5 or values.shape[-1] != 3:
        raise Refused(f"The array has the shape {values.shape}; three components at every voxel and phase are needed.")
    known = cycle if cycle is not None else 1000.0 if len(values) == 1 else None
    if known is None:
        raise Refused(
            f"The file has {len(values)} phases and does not say how long a beat is. Give its length in ms (--beat)."
        )
    moments = times if times is not None else tuple((np.arange(len(values)) * known / len(values)).tolist())
    velocity = values.astype(np.float32) * np.float32(convert(1.0, unit, "m/s"))
    if axes == "voxel":
        turned = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
        velocity = (velocity @ turned.T.astype(np.float32)).astype(np.float32)
    return MeasuredVelocity(velocity, affine, moments, known)


def save_velocity(measured: MeasuredVelocity, path: Path) -> None:
    """Keep it (``load_velocity``)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path, velocity=measured.velocity, affine=measured.affine, times=np.array(measured.times), cycle=measured.cycle
    )


def load_velocity(path: Path) -> MeasuredVelocity | None:
    """What was kept; None where there is nothing."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as data:
        return MeasuredVelocity(data["velocity"], data["affine"], tuple(data["times"].tolist()), float(data["cycle"]))


Read = tuple[NDArray[Any], NDArray[np.float64], tuple[float, ...] | None]


def _from_nifti(path: Path) -> Read:
    try:
        volume: Any = nib.load(path)
        values = np.asarray(volume.dataobj)
    except (ImageFileError, OSError, EOFError, ValueError) as cause:
        raise Refused("This NIfTI file is empty, cut short or damaged; copy it again.") from cause
    if values.ndim == 4:
        values = values[..., None, :]
    return np.moveaxis(values, 3, 0) if values.ndim == 5 else values, read_affine(volume, []), None


def _from_arrays(path: Path) -> Read:
    try:
        with np.load(path, allow_pickle=False) as data:
            missing = {"velocity", "affine"} - set(data.files)
            if missing:
                raise Refused(
                    f"The file has no array named {' or '.join(sorted(missing))}. "
                    "Save velocity (phase, x, y, z, 3) and affine (4, 4)."
                )
            times = tuple(float(t) for t in data["times"]) if "times" in data.files else None
            affine = np.asarray(data["affine"], dtype=float)
            if affine.shape != (4, 4):
                raise Refused("The affine must be 4 by 4, from voxels to mm (right, front, head).")
            return data["velocity"], check_spacing(affine), times
    except (OSError, ValueError, EOFError) as cause:
        raise Refused("This file of arrays is damaged; copy it again.") from cause


def _from_vtk(path: Path) -> Read:
    grid = pyvista.read(path)
    if not isinstance(grid, pyvista.ImageData):
        raise Refused("This VTK file is no image of equal voxels. Resample the velocities to one.")
    vectors = [np.asarray(one) for one in grid.point_data.values() if one.ndim == 2 and one.shape[1] == 3]
    if len(vectors) != 1:
        raise Refused(
            f"The VTK image has {len(vectors)} fields of vectors at its points; leave the velocity alone in it."
        )
    values = vectors[0].reshape(*grid.dimensions[::-1], 3).transpose(2, 1, 0, 3)
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(grid.direction_matrix) @ np.diag(grid.spacing)
    affine[:3, 3] = grid.origin
    return values[None], check_spacing(affine), None
