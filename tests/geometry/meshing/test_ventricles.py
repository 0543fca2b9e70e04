from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.errors import Cancelled, Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_measures.cavity import cavity_volume
from geometry.meshing.ventricles import build_ventricles
from geometry.quality import mesh_quality
from geometry.segmentation import MYOCARDIUM, Segmentation
from geometry.shapes_two_chambers import beyond_septum, ellipsoid_distance, wall_distances
from sample_scans.sparse_slices import cut_slices

PIXEL, GAP, SIDE = 1.4, 8.0, 96


def stack(shift: float = 1.2, right: bool = True, upside_down: bool = False, seed: int = 3) -> Segmentation:
    """The two-chambered shape as a person would contour it: 8 mm slices, each breath-held a little elsewhere."""
    rng = np.random.default_rng(seed)
    levels = np.arange(-4.0, -74.0, -GAP)
    labels = np.zeros((SIDE, SIDE, len(levels)), np.uint8)
    for k, level in enumerate(levels):
        moved = rng.normal(0.0, shift, 2)
        x, y = ((np.arange(SIDE) - middle) * PIXEL + m for middle, m in zip((42, 48), moved, strict=True))
        at = np.stack([*np.meshgrid(x, y, indexing="ij"), np.full((SIDE, SIDE), level)], axis=-1).reshape(-1, 3)
        distance = wall_distances(at)
        flat = np.zeros(len(at), np.uint8)
        if right:
            flat[distance["endo_rv"] > 0] = 3
        flat[beyond_septum(at) < 0] = 2
        flat[distance["endo_lv"] > 0] = 1
        labels[..., k] = flat.reshape(SIDE, SIDE)
    affine = np.diag([PIXEL, PIXEL, -GAP, 1.0])
    affine[:3, 3] = -42 * PIXEL, -48 * PIXEL, levels[0]
    if upside_down:
        labels = np.ascontiguousarray(labels[..., ::-1])
        affine[:3, 3] += affine[:3, 2] * (len(levels) - 1)
        affine[:3, 2] *= -1
    return Segmentation(labels, affine)


@pytest.fixture(scope="module")
def mesh() -> HeartMesh:
    return build_ventricles(stack(), edge=2.0)


def test_the_mesh_is_fit_for_a_solver(mesh: HeartMesh) -> None:
    quality = mesh_quality(mesh)
    assert quality.inverted == 0
    assert quality.min_dihedral > 5.0
    assert quality.radius_ratio_p99 < 3.0
    assert quality.edge == pytest.approx(2.0, rel=0.1)


def test_every_surface_is_named_and_the_two_cavities_do_not_touch(mesh: HeartMesh) -> None:
    assert set(mesh.facet_names.values()) == {"endo_lv", "endo_rv", "epi", "base"}
    assert set(mesh.region_names.values()) == {"lv", "rv"}
    assert not set(np.unique(mesh.tagged("endo_lv"))) & set(np.unique(mesh.tagged("endo_rv")))


def test_the_surface_is_a_ball_with_two_pockets(mesh: HeartMesh) -> None:
    edges, count = np.unique(
        np.sort(mesh.facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0, return_counts=True
    )
    assert (count == 2).all()
    assert len(np.unique(mesh.facets)) - len(edges) + len(mesh.facets) == 2


def test_between_the_contours_the_surface_follows_the_true_shape() -> None:
    # Without breath-hold shifts the endocardium between 8 mm slices must lie within a pixel of the shape it came from,
    # away from the apex, which no slice has seen.
    mesh = build_ventricles(stack(shift=0.0), edge=2.5)
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    off = ellipsoid_distance(inner[inner[:, 2] > -44.0], (0.0, 0.0, -2.0), (21.0, 21.0, 56.0))
    assert np.abs(off).max() < PIXEL
    assert np.abs(off).mean() < 0.4


def test_breath_hold_shifts_leave_no_steps(mesh: HeartMesh) -> None:
    # Shifts of 1.2 mm SD would bend the wall from slice to slice by sqrt(6) * 1.2 = 2.9 mm SD (second differences);
    # lined up, a gentle curve stays.
    outer = mesh.points[np.unique(mesh.tagged("epi"))]
    left = outer[(outer[:, 0] < -10.0) & (outer[:, 2] > -50.0)]
    off = ellipsoid_distance(left, (0.0, 0.0, -2.0), (30.0, 30.0, 65.0))
    by_slice = [off[np.abs(left[:, 2] + 4.0 + 8.0 * k) < 2.5].mean() for k in range(6)]
    assert np.abs(np.diff(by_slice, 2)).max() < 1.0


def test_the_wall_keeps_its_volume_and_the_free_wall_its_thickness(mesh: HeartMesh) -> None:
    labels = stack().labels
    wall = mesh.tet_volumes()[mesh.region == 1].sum()
    # Simpson's rule over 8 mm slices is itself only good to a few per cent.
    assert wall == pytest.approx((labels == 2).sum() * PIXEL**2 * GAP, rel=0.04)
    epi = mesh.points[np.unique(mesh.tagged("epi"))]
    endo = mesh.points[np.unique(mesh.tagged("endo_rv"))]
    free = epi[(epi[:, 0] > 45.0) & (epi[:, 2] < -5.0)]
    thickness = np.linalg.norm(free[:, None] - endo[None], axis=2).min(axis=1)
    assert np.median(thickness) == pytest.approx(3.0, abs=0.35)


def test_landmarks_lie_where_they_should_also_when_the_stack_starts_at_the_apex(mesh: HeartMesh) -> None:
    for found in (mesh, build_ventricles(stack(upside_down=True), edge=3.0)):
        assert np.allclose(found.landmarks["base_normal"], (0, 0, 1), atol=0.05)
        assert found.landmarks["base_center"][2] == pytest.approx(0.0, abs=0.5)  # half a slice above the last contour
        assert found.landmarks["apex"][2] == pytest.approx(-67.0, abs=5.0)
        assert found.landmarks["rv_center"][0] > 20.0


def test_a_left_handed_stack_gives_positive_tetrahedra_and_outward_facets() -> None:
    turned = stack(right=False)
    mirrored = Segmentation(turned.labels[::-1].copy(), turned.affine @ np.diag([-1.0, 1.0, 1.0, 1.0]))
    found = build_ventricles(mirrored, edge=4.0)
    assert found.tet_volumes().min() > 0
    a, b, c = (found.points[found.facets[:, k]] for k in range(3))
    assert np.einsum("ij,ij->i", np.cross(a, b), c).sum() / 6 == pytest.approx(found.tet_volumes().sum())


def test_without_a_right_ventricle_the_left_one_is_meshed_alone_and_says_so() -> None:
    found = build_ventricles(stack(right=False), edge=3.5)
    assert set(found.facet_names.values()) == {"endo_lv", "epi", "base"}
    assert any("left ventricle alone" in note for note in found.notes)


def _changed(change: str) -> Segmentation:
    good = stack(shift=0.0)
    labels = good.labels.copy()
    if change == "empty":
        labels[:] = 0
    elif change == "no wall":
        labels[labels == 2] = 0
    elif change == "two slices":
        labels[..., 2:] = 0
    elif change == "border":
        labels[0, 40:44, 3] = 2
    elif change == "pieces":
        labels[5:30, 5:30, 4] = 2
    elif change == "hole in the stack":
        labels[..., 4] = 0
    elif change == "open wall":
        labels[42:, :, :][labels[42:, :, :] == 2] = 0
    return replace(good, labels=labels)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("empty", "no left-ventricular cavity"),
        ("no wall", "no myocardium"),
        ("two slices", "2 slices"),
        ("border", "border of the image in slice 4"),
        ("pieces", "pieces in slice 5"),
        ("hole in the stack", "Slice 5"),
        ("open wall", "all around the cavity"),
    ],
)
def test_labels_that_make_no_ventricle_are_refused_with_the_place(change: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        build_ventricles(_changed(change), edge=3.0)


def test_cancelling_stops_the_meshing() -> None:
    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        build_ventricles(stack(), edge=3.0, progress=stop)


def test_edges_too_long_for_a_thin_place_are_shortened_and_the_mesh_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([1, 1, 1, 0])  # places where the meshes touch themselves
    monkeypatch.setattr("geometry.meshing.ventricles.touching", lambda points, facets: points[: next(answers)])
    found = build_ventricles(stack(), edge=3.5)
    assert found.edge_length() == pytest.approx(0.8 * 3.5, rel=0.1)
    assert any("instead of 3.5 mm" in note for note in found.notes)


def test_where_no_edges_fit_the_place_is_told_in_words_and_in_mm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geometry.meshing.ventricles.touching", lambda points, facets: points[:1])
    monkeypatch.setattr("geometry.meshing.ventricles.ATTEMPTS", ((1.0, 1.0),))
    with pytest.raises(Refused, match=r"too thin or too uneven for edges of 3\.5 mm at") as refusal:
        build_ventricles(stack(), edge=3.5)
    assert refusal.value.place is not None
    labels = stack()
    voxel = np.linalg.inv(labels.affine) @ (*refusal.value.place, 1.0)
    assert (voxel[:3] > -3).all() and (voxel[:3] < np.array(labels.labels.shape[:3]) + 3).all()


def test_muscle_without_a_cavity_beyond_the_base_does_not_turn_the_stack_around() -> None:
    usual = stack(shift=0.0)  # its first slice is the base
    wall = usual.labels[..., :1] == 2
    strip = np.where(wall & (np.arange(SIDE)[:, None, None] < 42), np.uint8(2), np.uint8(0))
    affine = usual.affine.copy()
    affine[:3, 3] -= affine[:3, 2]
    labels = np.concatenate([strip, usual.labels], axis=2)
    found, expected = (build_ventricles(each, edge=3.0) for each in (Segmentation(labels, affine), usual))
    assert np.allclose(found.landmarks["apex"], expected.landmarks["apex"], atol=2.0)


def test_a_right_ventricle_that_ends_lower_tilts_the_base_and_both_cavities_keep_their_volume() -> None:
    usual = stack(shift=0.0)
    labels = usual.labels.copy()
    labels[..., 0][labels[..., 0] == 3] = 0  # the first slice is the base
    found = build_ventricles(replace(usual, labels=labels), edge=2.0)
    flat = found.points[np.unique(found.tagged("base"))]
    normal = np.array(found.landmarks["base_normal"])
    assert np.ptp((flat - flat.mean(axis=0)) @ normal) < 1e-6
    axis = usual.affine[:3, 2] / np.linalg.norm(usual.affine[:3, 2])
    assert 0.9 < abs(normal @ axis) < 0.995
    voxel = abs(np.linalg.det(usual.affine[:3, :3]))
    for name, label in (("endo_lv", 1), ("endo_rv", 3)):
        a, b, c = (found.points[found.tagged(name)[:, k]] - flat.mean(axis=0) for k in range(3))
        volume = -np.einsum("ij,ij->i", np.cross(b - a, c - a) / 2, ((a + b + c) / 3 @ normal)[:, None] * normal).sum()
        assert volume == pytest.approx((labels == label).sum() * voxel, rel=0.03)


def test_a_pocket_of_the_right_ventricle_away_from_the_rest_is_left_out() -> None:
    good = stack(shift=0.0)
    labels = good.labels.copy()
    low = labels[..., 6]
    low[low == 3] = 0
    labels[..., 7:][labels[..., 7:] == 3] = 0
    behind = np.zeros(low.shape, dtype=bool)
    behind[30:40, 62:72] = True  # behind the left ventricle; the right one lies beside it, at larger first indices
    low[behind & (low == 0)] = 3
    found = build_ventricles(replace(good, labels=labels), edge=3.0)
    inner = found.tagged("endo_rv")
    links = coo_array(
        (np.ones(inner.size), (inner.ravel(), inner[:, [1, 2, 0]].ravel())), shape=(len(found.points),) * 2
    )
    _, piece = connected_components(links.tocsr(), directed=False)
    assert len(np.unique(piece[inner])) == 1


def test_both_cavities_keep_the_volume_of_their_labels_even_with_long_edges() -> None:
    labels = stack()
    voxel = abs(np.linalg.det(labels.affine[:3, :3]))
    mesh = build_ventricles(labels, edge=3.0)
    for name, label in (("endo_lv", 1), ("endo_rv", 3)):
        drawn = (labels.labels == label).sum() * voxel / 1000
        assert cavity_volume(mesh, name) == pytest.approx(drawn, rel=0.002)


def test_the_wall_keeps_its_volume_where_a_least_wall_is_put_around_the_cavity() -> None:
    drawn = cut_slices(520_026, 6.7)  # its wall is thinner than the edges allow in places
    mesh = build_ventricles(drawn, edge=2.45)
    assert any("assumed everywhere" in note for note in mesh.notes)
    voxel = abs(np.linalg.det(drawn.affine[:3, :3]))
    assert mesh.tet_volumes()[mesh.region == 1].sum() == pytest.approx(
        (drawn.labels == MYOCARDIUM).sum() * voxel, rel=0.01
    )
