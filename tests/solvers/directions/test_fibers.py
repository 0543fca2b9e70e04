from itertools import pairwise

import numpy as np

from geometry.heart_mesh import HeartMesh
from solvers.directions.coordinates import LaplaceFields
from solvers.directions.fibers import add_fibers, fibers_from_fields
from solvers.wall_records import FiberAngles

ANGLES = FiberAngles(endo=60, epi=-60, sheet_endo=-65, sheet_epi=25)


def helix_angles(mesh: HeartMesh, fields: LaplaceFields, fiber: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """deg against the circumferential direction, and the part of the fibre that leaves the wall, on a ventricle about z."""
    normal = fields.gradients["epi"] / np.linalg.norm(fields.gradients["epi"], axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0]) - normal[:, 2:] * normal
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    around = np.cross(up, normal)
    angle = np.degrees(np.arctan2(np.einsum("ij,ij->i", fiber, up), np.einsum("ij,ij->i", fiber, around)))
    return (angle + 90) % 180 - 90, np.abs(np.einsum("ij,ij->i", fiber, normal))


def away_from_apex(mesh: HeartMesh) -> np.ndarray:
    return mesh.points[mesh.tets].mean(axis=1)[:, 2] > -45


def test_fibres_and_sheets_are_orthonormal(two_chamber_fields):
    fiber, sheet = fibers_from_fields(two_chamber_fields, ANGLES)
    assert np.abs(np.linalg.norm(fiber, axis=1) - 1).max() < 1e-9
    assert np.abs(np.linalg.norm(sheet, axis=1) - 1).max() < 1e-9
    assert np.abs(np.einsum("ij,ij->i", fiber, sheet)).max() < 1e-6


def test_the_helix_angle_goes_monotonously_from_endocardium_to_epicardium(left_ventricle, left_ventricle_fields):
    fiber, _ = fibers_from_fields(left_ventricle_fields, ANGLES)
    angle, out = helix_angles(left_ventricle, left_ventricle_fields, fiber)
    kept, depth = away_from_apex(left_ventricle), left_ventricle_fields.at_tets["epi"]
    slope, start = np.polyfit(depth[kept], angle[kept], 1)
    # acceptance of clinical.md 3.7 (Bayer 2012): end points within 5 degrees, fibres in the wall
    assert abs(start - 60) < 5
    assert abs(start + slope + 60) < 5
    means = [angle[kept & (depth >= low) & (depth < low + 0.25)].mean() for low in (0, 0.25, 0.5, 0.75)]
    assert all(a > b + 10 for a, b in pairwise(means))
    assert out[kept].max() < 0.02


def test_fibres_stay_in_the_surfaces_of_two_ventricles(two_chambers, two_chamber_fields):
    fiber, _ = fibers_from_fields(two_chamber_fields, ANGLES)
    for name in ("endo_lv", "epi"):
        triangles = two_chambers.tagged(name)
        owner = {
            tuple(sorted(f)): t
            for t, tet in enumerate(two_chambers.tets)
            for f in (np.delete(tet, k) for k in range(4))
        }
        tets = np.array([owner[tuple(sorted(t))] for t in triangles])
        a, b, c = (two_chambers.points[triangles[:, k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        high = two_chambers.points[triangles].mean(axis=1)[:, 2] > -45
        assert np.median(np.abs(np.einsum("ij,ij->i", fiber[tets], normal))[high]) < 0.15


def test_neighbouring_fibres_of_a_free_wall_do_not_jump(left_ventricle, left_ventricle_fields):
    fiber, _ = fibers_from_fields(left_ventricle_fields, ANGLES)
    depth = left_ventricle_fields.at_tets["epi"]
    angle, _ = helix_angles(left_ventricle, left_ventricle_fields, fiber)
    kept = away_from_apex(left_ventricle)
    expected = 60 - 120 * depth
    assert np.abs(angle - expected)[kept].max() < 5


def test_the_septum_turns_from_one_endocardium_to_the_other(two_chambers, two_chamber_fields):
    fiber, _ = fibers_from_fields(two_chamber_fields, ANGLES)
    at, middle = two_chamber_fields.at_tets, two_chambers.points[two_chambers.tets].mean(axis=1)
    septum = (
        (at["epi"] < 0.05)
        & (np.abs(middle[:, 1]) < 8)
        & (middle[:, 0] > 15)
        & (middle[:, 2] > -35)
        & (middle[:, 2] < -5)
    )
    right = (at["rv"] / np.maximum(at["lv"] + at["rv"], 1e-9))[septum]
    # the septal direction is +x: circumferential there is y, seen from the left the angle runs from +60 to -60
    f = fiber[septum]
    angle = (np.degrees(np.arctan2(f[:, 2], f[:, 1])) + 90) % 180 - 90
    sign = np.sign(angle[right < 0.3].mean())
    assert sign * angle[right < 0.3].mean() > 20
    assert sign * angle[right > 0.7].mean() < -20


def test_add_fibers_gives_the_mesh_directions_and_coordinates(two_chambers):
    told: list[float] = []
    mesh = add_fibers(two_chambers, ANGLES, lambda fraction, message="": told.append(fraction))
    assert mesh.fiber is not None
    assert mesh.fiber.shape == (len(mesh.tets), 3)
    assert {"transmural", "apex_base", "rotational"} <= set(mesh.point_data)
    assert told == sorted(told)
    assert told[-1] == 1.0
