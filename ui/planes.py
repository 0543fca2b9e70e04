"""Where the three slice views lie in the patient, and the scan cut along them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from ui.heart_surface import heart_axis

Floats = NDArray[np.floating]
BASEWARD = np.array([0.5, -0.45, 0.74])  # where the base of a heart lies, seen from its apex, in most people (RAS)
LETTERS = (("R", "L"), ("A", "P"), ("H", "F"))


@dataclass(frozen=True)
class Plane:
    """A slice: ``across`` and ``up`` are unit vectors (RAS) along the screen, ``centre`` is mm, ``half`` mm to its border."""

    name: str
    centre: Floats
    across: Floats
    up: Floats
    half: float

    @property
    def normal(self) -> Floats:
        """Towards the viewer."""
        return np.asarray(np.cross(self.across, self.up))

    def through(self, point: Floats) -> "Plane":
        """The same slice moved along its normal until it holds ``point``."""
        shift = float(np.dot(point - self.centre, self.normal))
        return Plane(self.name, self.centre + shift * self.normal, self.across, self.up, self.half)

    def on_screen(self, points: Floats) -> Floats:
        """(..., 2), mm from the centre along across and up."""
        away = np.asarray(points) - self.centre
        return np.stack([away @ self.across, away @ self.up], axis=-1)

    def in_patient(self, across: float, up: float) -> Floats:
        """(3,), the place of a screen position."""
        return np.asarray(self.centre + across * self.across + up * self.up)

    def letters(self) -> tuple[str, str, str, str]:
        """The patient's directions at the left, right, top and bottom border of the view."""
        return (
            direction_letter(-self.across),
            direction_letter(self.across),
            direction_letter(self.up),
            direction_letter(-self.up),
        )


def direction_letter(direction: Floats) -> str:
    """The patient direction (R, L, A, P, H, F) nearest to a vector in RAS."""
    axis = int(np.argmax(np.abs(direction)))
    return LETTERS[axis][0 if direction[axis] > 0 else 1]


def slice_planes(image: Image, segmentation: Segmentation | None, mesh: HeartMesh | None) -> tuple[Plane, Plane, Plane]:
    """Short axis and two long axes of the heart; the planes of the scan while no heart is known."""
    centre, half = _extent(image)
    if segmentation is None or not (segmentation.labels > 0).any():
        return _scan_planes(image, centre, half)
    centre = _middle(segmentation, (LV, MYOCARDIUM))
    axis = heart_axis(mesh) if mesh is not None and "apex" in mesh.landmarks else _long_axis(segmentation)
    across = _septum_to_free_wall(segmentation, axis, centre)
    up = np.cross(-axis, across)
    half = min(half, 95.0)
    return (
        Plane("Short axis", centre, across, up, half),
        Plane("Long axis, horizontal", centre, across, axis, half),
        Plane("Long axis, vertical", centre, up, axis, half),
    )


def reslice(volume: NDArray[np.generic], affine: Floats, plane: Plane, step: float, order: int = 1) -> Floats:
    """(n, n), values on a slice, first index across, second up; NaN outside the volume."""
    ticks = np.arange(-plane.half, plane.half + step / 2, step)
    a, b = np.meshgrid(ticks, ticks, indexing="ij")
    places = plane.centre + a[..., None] * plane.across + b[..., None] * plane.up
    inverse = np.linalg.inv(affine)
    voxels = places @ inverse[:3, :3].T + inverse[:3, 3]
    found = map_coordinates(
        np.asarray(volume, dtype=np.float32), voxels.transpose(2, 0, 1), order=order, mode="nearest"
    )
    inside = np.all((voxels > -0.5) & (voxels < np.array(volume.shape) - 0.5), axis=-1)
    return np.where(inside, found, np.nan)


def _extent(image: Image) -> tuple[Floats, float]:
    size = np.array(image.voxels.shape[:3])
    centre = image.affine[:3, :3] @ ((size - 1) / 2) + image.affine[:3, 3]
    return centre, float(np.max(size * image.spacing) / 2)


def _scan_planes(image: Image, centre: Floats, half: float) -> tuple[Plane, Plane, Plane]:
    i, j, k = (image.affine[:3, n] / image.spacing[n] for n in range(3))
    across = i if i[0] < 0 else -i
    up = j - across * np.dot(j, across)
    up = up / np.linalg.norm(up)
    up = up if up[1] + up[2] >= 0 else -up
    through = np.cross(across, up)
    through = through if through @ k * k[2] >= 0 else -through
    return (
        Plane("Scan slice", centre, across, up, half),
        Plane("Across the slices, 1", centre, across, through, half),
        Plane("Across the slices, 2", centre, up, through, half),
    )


def _places(segmentation: Segmentation, labels: tuple[int, ...]) -> Floats:
    found = np.argwhere(np.isin(segmentation.phase(segmentation.ed), labels))
    return np.asarray(found @ segmentation.affine[:3, :3].T + segmentation.affine[:3, 3])


def _middle(segmentation: Segmentation, labels: tuple[int, ...]) -> Floats:
    places = _places(segmentation, labels)
    if len(places) == 0:
        places = (
            np.argwhere(segmentation.phase(segmentation.ed) > 0) @ segmentation.affine[:3, :3].T
            + segmentation.affine[:3, 3]
        )
    return np.asarray(places.mean(axis=0)) if len(places) else segmentation.affine[:3, 3].astype(float)


def _long_axis(segmentation: Segmentation) -> Floats:
    places = _places(segmentation, (LV,))
    if len(places) < 50:
        return np.array([0.0, 0.0, 1.0])
    away = places - places.mean(axis=0)
    axis = np.linalg.eigh(away.T @ away)[1][:, -1]
    return np.asarray(axis if axis @ BASEWARD > 0 else -axis)


def _septum_to_free_wall(segmentation: Segmentation, axis: Floats, centre: Floats) -> Floats:
    right = _places(segmentation, (RV,))
    towards = centre - right.mean(axis=0) if len(right) > 50 else np.array([-1.0, 0.0, 0.0])
    flat = towards - axis * np.dot(towards, axis)
    length = np.linalg.norm(flat)
    if length < 1e-3:
        flat = np.cross(axis, [0.0, 1.0, 0.0])
        length = np.linalg.norm(flat)
    return np.asarray(flat / length)
