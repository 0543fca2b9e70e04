"""Fibre directions by rule: Laplace fields solved once, then the angles in a fraction of a second as often as wanted."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.directions.coordinates import LaplaceFields, laplace_fields, wall_coordinates
from solvers.scenario import FiberAngles


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
    """Fibre and sheet directions (m, 3), orthonormal, in each tet.

    The algorithm of Bayer 2012: frames (circumferential, apex to base, across the wall) from the gradients, turned by
    the fibre angle about the third and the sheet angle about the first axis, then interpolated (spherically, between
    the nearest of the four frames that describe the same axes) across the septum and from endocardium to epicardium.
    Unlike there, both ends of the last interpolation carry the angle that belongs to the depth: the published order
    (endocardial angle against angle at depth) makes fibres jump by up to 50 deg inside a wall with sheet angles.
    """
    slope, at = fields.gradients, fields.at_tets
    up = slope["apex_base"]
    total = at["lv"] + at["rv"]
    right = np.divide(at["rv"], total, out=np.zeros_like(total), where=total > 1e-9)
    depth = np.clip(at["epi"], 0.0, 1.0)
    across = np.deg2rad(angles.endo * (1 - depth) + angles.epi * depth)
    tilt = np.deg2rad(angles.sheet_endo * (1 - depth) + angles.sheet_epi * depth)
    outer = _turned(_frames(up, slope["epi"]), across, tilt)
    mirrored = 1 - 2 * right  # across the septum the frame keeps its sense, so seen from the right angles change sign
    inner = _turned(_frames(up, -slope["lv"]), across * mirrored, tilt * mirrored)
    if at["rv"].any():
        inner = _between(inner, _turned(_frames(up, slope["rv"]), across * mirrored, tilt * mirrored), right)
    frame = _between(inner, outer, depth).as_matrix()
    return np.ascontiguousarray(frame[:, :, 0]), np.ascontiguousarray(frame[:, :, 2])


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


def _turned(frames: Floats, fiber_angle: Floats, sheet_angle: Floats) -> Rotation:
    """The frames turned by the fibre angle about their third axis, then by the sheet angle about the fibre."""
    along, up, out = (frames[:, :, k] for k in range(3))
    cos, sin = np.cos(fiber_angle)[:, None], np.sin(fiber_angle)[:, None]
    fiber, aside = cos * along + sin * up, cos * up - sin * along
    cos, sin = np.cos(sheet_angle)[:, None], np.sin(sheet_angle)[:, None]
    return Rotation.from_matrix(
        np.stack([fiber, cos * aside - sin * out, sin * aside + cos * out], axis=2), assume_valid=True
    )


def _between(start: Rotation, stop: Rotation, share: Floats) -> Rotation:
    """Spherical interpolation between frames whose axes have no sign: the closest of the four equivalent starts."""
    q, goal = start.as_quat(), stop.as_quat()
    x, y, z, w = q.T
    # q times i, j and k: half turns about the frame's own axes
    same = np.stack(
        [q, np.column_stack([w, z, -y, -x]), np.column_stack([-z, w, x, -y]), np.column_stack([y, -x, w, -z])]
    )
    likeness = np.einsum("kij,ij->ki", same, goal)
    best = np.argmax(np.abs(likeness), axis=0)
    rows = np.arange(len(q))
    cosine = likeness[best, rows]
    first = same[best, rows] * np.where(cosine < 0, -1.0, 1.0)[:, None]
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))[:, None]
    sine = np.sin(angle)
    small = sine < 1e-6
    safe = np.where(small, 1.0, sine)
    t = share[:, None]
    a = np.where(small, 1 - t, np.sin((1 - t) * angle) / safe)
    b = np.where(small, t, np.sin(t * angle) / safe)
    return Rotation.from_quat(a * first + b * goal)
