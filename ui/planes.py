"""Where the three slice views lie in the patient, and the scan cut along them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform

from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from ui.heart_surface import heart_axis

Floats = NDArray[np.floating]
BASEWARD = np.array([0.5, -0.45, 0.74])  # where the base of a heart lies, seen from its apex, in most people (RAS)
LETTERS = (("R", "L"), ("A", "P"), ("H", "F"))
THICK = 1.8  # slices this many times further apart than their pixels are looked at as they were taken
FINEST = 1.0  # mm, the least step of the wheel through a scan that has no thick slices


@dataclass(frozen=True)
class Plane:
    """A slice.

    across, up  unit vectors (RAS) along the screen
    centre      mm
    half        mm to its border
    pitch       mm along the normal from one slice to the next; negative where they are counted against it
    count       number of slices where they are those of the scan, else 0
    first       mm along the normal from ``centre`` to the first of them
    """

    name: str
    centre: Floats
    across: Floats
    up: Floats
    half: float
    pitch: float = FINEST
    count: int = 0
    first: float = 0.0

    @property
    def normal(self) -> Floats:
        """Towards the viewer."""
        (a, b, c), (d, e, f) = self.across, self.up
        return np.array([b * f - c * e, c * d - a * f, a * e - b * d])  # np.cross takes a millisecond for ten of these

    def through(self, point: Floats) -> "Plane":
        """The same slice moved along its normal until it holds ``point``."""
        shift = self.shift_of(point)
        return replace(self, centre=self.centre + shift * self.normal, first=self.first - shift)

    def shift_of(self, point: Floats) -> float:
        """mm from this slice to the parallel one that is shown for ``point``: the scan's nearest, or through the point."""
        shift = float(np.dot(np.asarray(point) - self.centre, self.normal))
        if not self.count:
            return shift
        return self.first + self.pitch * self._number(shift)

    def step_from(self, point: Floats, steps: int) -> Floats:
        """(3,) mm, the point moved by that many slices along the normal, no further than the last slice of the scan."""
        shift = self.shift_of(point) + steps * abs(self.pitch)
        if self.count:
            shift = self.first + self.pitch * self._number(shift)
        away = shift - float(np.dot(np.asarray(point) - self.centre, self.normal))
        return np.asarray(np.asarray(point) + away * self.normal)

    def place_words(self, point: Floats) -> str:
        """Which slice is shown for a point, in words: "slice 5 of 12, +23 mm" from the middle."""
        shift = self.shift_of(point)
        away = f"{shift:+.0f} mm" if round(shift) else "0 mm"
        return f"slice {self._number(shift) + 1} of {self.count}, {away}" if self.count else away

    def _number(self, shift: float) -> int:
        """The slice of the scan nearest to ``shift`` mm along the normal, counted from 0."""
        return int(np.clip(round((shift - self.first) / self.pitch), 0, self.count - 1))

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
    """Short axis and two long axes of the heart; thick slices, and a heart not yet known, are seen as they were taken."""
    centre, half = _extent(image)
    if segmentation is None or not (segmentation.labels > 0).any():
        return _scan_planes(image, centre, half)
    centre = _middle(segmentation, (LV, MYOCARDIUM))
    half = min(half, 95.0)
    if image.spacing[2] > THICK * max(image.spacing[:2]):
        return _scan_planes(image, centre, half)
    axis = heart_axis(mesh) if mesh is not None and "apex" in mesh.landmarks else _long_axis(segmentation)
    across = _septum_to_free_wall(segmentation, axis, centre)
    up = np.cross(-axis, across)
    pitch = max(FINEST, float(image.spacing.min()))
    return (
        Plane("Short axis", centre, across, up, half, pitch),
        Plane("Long axis, horizontal", centre, across, axis, half, pitch),
        Plane("Long axis, vertical", centre, up, axis, half, pitch),
    )


def reslice(
    volume: NDArray[np.generic],
    affine: Floats,
    plane: Plane,
    step: float,
    order: int = 1,
    part: tuple[slice, slice] | None = None,
) -> Floats:
    """(n, n), values on a slice, first index across, second up; NaN outside the volume; with ``part`` those of it only."""
    ticks = np.arange(-plane.half, plane.half + step / 2, step)
    right_ticks, up_ticks = (ticks, ticks) if part is None else (ticks[part[0]], ticks[part[1]])
    inverse = np.linalg.inv(affine)
    corner = plane.centre + right_ticks[0] * plane.across + up_ticks[0] * plane.up
    start = inverse[:3, :3] @ corner + inverse[:3, 3]
    right, above = inverse[:3, :3] @ plane.across, inverse[:3, :3] @ plane.up
    matrix = np.stack([right * step, above * step, np.zeros(3)], axis=1)
    whole = np.asarray(volume)
    if whole.dtype == np.float16 or whole.dtype == bool:
        whole = whole.astype(np.float32)
    shape = (len(right_ticks), len(up_ticks), 1)
    found = affine_transform(
        whole, matrix, start, shape, np.float32, order=order, mode="nearest", prefilter=False
    )[..., 0]  # fmt: skip
    inside = np.ones(found.shape, dtype=bool)
    across, up = right_ticks - right_ticks[0], up_ticks - up_ticks[0]
    for axis, size in enumerate(whole.shape):
        place = (start[axis] + across * right[axis])[:, None] + (up * above[axis])[None, :]
        inside &= (place > -0.5) & (place < size - 0.5)
    return np.where(inside, found, np.nan)


def voxels_near(affine: Floats, shape: tuple[int, ...], plane: Plane) -> tuple[slice, ...]:
    """The box of those voxels of a volume that a slice is interpolated from; empty where it misses the volume."""
    inverse = np.linalg.inv(affine)
    ends = [plane.in_patient(a, b) for a in (-plane.half, plane.half) for b in (-plane.half, plane.half)]
    voxels = np.array(ends) @ inverse[:3, :3].T + inverse[:3, 3]
    low = np.clip(np.floor(voxels.min(axis=0) - 1e-6), 0, np.array(shape))
    high = np.clip(np.ceil(voxels.max(axis=0) + 1e-6) + 1, 0, np.array(shape))
    return () if (low >= high).any() else tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))


def moved(affine: Floats, box: tuple[slice, ...]) -> Floats:
    """The affine of a box of voxels."""
    found = np.array(affine, dtype=float)
    found[:3, 3] += found[:3, :3] @ [side.start for side in box]
    return found


def part_over(box: tuple[slice, ...], affine: Floats, plane: Plane, step: float) -> tuple[slice, slice] | None:
    """The part of a slice (as ``reslice`` takes it) that lies over a box of voxels; None where it misses the box."""
    ends = np.array(np.meshgrid(*[(side.start - 0.5, side.stop - 0.5) for side in box])).reshape(3, 8).T
    corners = ends @ affine[:3, :3].T + affine[:3, 3]
    away = (corners - plane.centre) @ plane.normal
    if away.min() > 0 or away.max() < 0:
        return None
    spots = (plane.on_screen(corners) + plane.half) / step
    count = len(np.arange(-plane.half, plane.half + step / 2, step))
    low = np.clip(np.floor(spots.min(axis=0)).astype(int) - 1, 0, count)
    high = np.clip(np.ceil(spots.max(axis=0)).astype(int) + 2, 0, count)
    if (high - low < 2).any():
        return None
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


def _extent(image: Image) -> tuple[Floats, float]:
    size = np.array(image.voxels.shape[:3])
    centre = image.affine[:3, :3] @ ((size - 1) / 2) + image.affine[:3, 3]
    return centre, float(np.max(size * image.spacing) / 2)


def _scan_planes(image: Image, centre: Floats, half: float) -> tuple[Plane, Plane, Plane]:
    """The slices as they were taken, the patient's left on the right, and two planes across them."""
    i, j, k = (image.affine[:3, n] / image.spacing[n] for n in range(3))
    i, j = (i, j) if abs(i[0]) >= abs(j[0]) else (j, i)  # a scan's rows may run from foot to head
    across = i if i[0] < 0 else -i
    up = j - across * np.dot(j, across)
    up = up / np.linalg.norm(up)
    up = up if up[1] + up[2] >= 0 else -up
    through = np.cross(across, up)
    pitch = float(np.dot(image.affine[:3, 2], through))
    start = float(np.dot(image.affine[:3, 3] - centre, through))
    through_up = through if through @ k * k[2] >= 0 else -through
    short = "short" in image.source.lower()
    other = "Long axis" if short else "Across"
    fine = max(FINEST, float(image.spacing[:2].min()))
    name = "Short axis" if short else "Slices as taken"
    return (
        Plane(name, centre, across, up, half, pitch, image.voxels.shape[2], start).through(centre),
        Plane(f"{other} 1", centre, across, through_up, half, fine),
        Plane(f"{other} 2", centre, up, through_up, half, fine),
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
