"""Fibre directions by rule: Laplace fields solved once, then the angles in a fraction of a second as often as wanted."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.directions.coordinates import LaplaceFields, laplace_fields, wall_coordinates
from solvers.wall_records import FiberAngles


def add_fibers(mesh: HeartMesh, angles: FiberAngles, progress: Progress = silent) -> HeartMesh:
    """The mesh with rule-based fibres and sheets, and with wall coordinates as point data.

    Bayer 2012 (doi 10.1007/s10439-012-0593-5); biventricular or left ventricle only. Angles in degrees against the
    circumferential direction. Refuses a mesh without the surfaces endo_lv, epi and base.
    """
    fields = laplace_fields(mesh, part(progress, 0.0, 0.8))
    progress(0.8, "Fibre directions")
    fiber, sheet = fibers_from_fields(fields, angles)
    coordinates = wall_coordinates(mesh, fields)
    progress(1.0, "Fibre directions")
    return replace(mesh, fiber=fiber, sheet=sheet, point_data={**mesh.point_data, **coordinates})


def fibers_from_fields(fields: LaplaceFields, angles: FiberAngles) -> tuple[Floats, Floats]:
    """Fibre and sheet directions (m, 3), orthonormal, in each tet; see ``FiberRule``."""
    return FiberRule(fields)(angles)


class FiberRule:
    """Fibre and sheet directions of one heart for any angles; what does not depend on the angles is computed once.

    The algorithm of Bayer 2012: frames (circumferential, apex to base, across the wall) from the gradients, turned by
    the fibre angle about the third and the sheet angle about the first axis, then interpolated (spherically, between
    the nearest of the four frames that describe the same axes) across the septum and from endocardium to epicardium.
    Unlike there, both ends of the last interpolation carry the angle that belongs to the depth: the published order
    (endocardial angle against angle at depth) makes fibres jump by up to 50 deg inside a wall with sheet angles.
    """

    def __init__(self, fields: LaplaceFields) -> None:
        slope, at = fields.gradients, fields.at_tets
        up, total = slope["apex_base"], at["lv"] + at["rv"]
        self._right = np.divide(at["rv"], total, out=np.zeros_like(total), where=total > 1e-9)
        self._depth = np.clip(at["epi"], 0.0, 1.0)
        self._outer, self._left = _quaternions(up, slope["epi"]), _quaternions(up, -slope["lv"])
        self._septal = _quaternions(up, slope["rv"]) if at["rv"].any() else None

    def __call__(self, angles: FiberAngles) -> tuple[Floats, Floats]:
        """Fibre and sheet (m, 3), orthonormal."""
        depth, right = self._depth, self._right
        across = np.deg2rad(angles.endo * (1 - depth) + angles.epi * depth)
        tilt = np.deg2rad(angles.sheet_endo * (1 - depth) + angles.sheet_epi * depth)
        outer = _turned(self._outer, across, tilt)
        mirrored = (
            1 - 2 * right
        )  # across the septum the frame keeps its sense, so seen from the right angles change sign
        across, tilt = across * mirrored, tilt * mirrored
        inner = _turned(self._left, across, tilt)
        if self._septal is not None:
            inner = _between(inner, _turned(self._septal, across, tilt), right)
        x, y, z, w = _between(inner, outer, depth)
        fiber = np.column_stack([1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)])
        sheet = np.column_stack([2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)])
        return fiber, sheet


def _quaternions(up: Floats, outward: Floats) -> Floats:
    """(4, m) x, y, z, w of the frames that belong to these gradients."""
    return np.ascontiguousarray(Rotation.from_matrix(_frames(up, outward), assume_valid=True).as_quat().T)


def _frames(up: Floats, outward: Floats) -> Floats:
    """(m, 3, 3) right-handed frames with columns circumferential, apex to base, across the wall.

    The direction across the wall is kept and the long one made orthogonal to it, so that a fibre stays in the wall.
    """
    e2 = _units(outward, np.array([0.0, 0.0, 1.0]))
    in_wall = up - np.einsum("ij,ij->i", up, e2)[:, None] * e2
    spare = np.cross(e2, np.where(np.abs(e2[:, :1]) < 0.7, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]))
    e1 = _units(in_wall, _units(spare, np.array([1.0, 0.0, 0.0])))
    return np.stack([np.cross(e1, e2), e1, e2], axis=2)


def _units(vectors: Floats, spare: Floats) -> Floats:
    """Unit vectors; ``spare`` where there is no direction."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    good = lengths > 1e-9
    return np.where(good, vectors / np.where(good, lengths, 1.0), spare)


def _turned(frames: Floats, fiber_angle: Floats, sheet_angle: Floats) -> Floats:
    """The frames (4, m) turned by the fibre angle about their third axis, then by minus the sheet angle about the fibre."""
    c, s = np.cos(0.5 * fiber_angle), np.sin(0.5 * fiber_angle)
    d, t = np.cos(0.5 * sheet_angle), -np.sin(0.5 * sheet_angle)
    return _product(frames, (c * t, s * t, s * d, c * d))


def _product(first: Floats, second: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """Quaternions (4, m): turned by the second about the axes of the first."""
    x, y, z, w = first
    a, b, c, d = second
    return np.array(
        [
            w * a + x * d + y * c - z * b,
            w * b - x * c + y * d + z * a,
            w * c + x * b - y * a + z * d,
            w * d - x * a - y * b - z * c,
        ]
    )


def _between(start: Floats, stop: Floats, share: Floats) -> Floats:
    """Spherical interpolation (4, m) between frames whose axes have no sign: the closest of the four equivalent starts."""
    x, y, z, w = start
    # times i, j and k: half turns about the frame's own axes
    same = np.array([[x, y, z, w], [w, z, -y, -x], [-z, w, x, -y], [y, -x, w, -z]])
    likeness = np.einsum("kim,im->km", same, stop)
    best = np.argmax(np.abs(likeness), axis=0)
    cosine = np.take_along_axis(likeness, best[None], axis=0)[0]
    first = np.take_along_axis(same, best[None, None], axis=0)[0]
    angle = np.arccos(np.minimum(np.abs(cosine), 1.0))
    sine = np.sin(angle)
    small = sine < 1e-6
    safe = np.where(small, 1.0, sine)
    a = np.where(small, 1 - share, np.sin((1 - share) * angle) / safe) * np.where(cosine < 0, -1.0, 1.0)
    b = np.where(small, share, np.sin(share * angle) / safe)
    mixed = a * first + b * stop
    return np.asarray(mixed / np.sqrt((mixed**2).sum(axis=0)))
