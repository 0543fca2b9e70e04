from dataclasses import replace

import numpy as np
import pytest

from geometry.centerline import Centerline, centerline, flow_metrics
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing.blood_pool import build_blood_pool
from geometry.meshing.grading import GradingError
from geometry.meshing.pool_forecast import pool_size
from geometry.narrowing import scale_narrowing
from geometry.quality import mesh_quality
from geometry.segmentation import AORTA, LV, ROOT, Segmentation

THROAT, VESSEL = 6.0, 12.0  # mm, radii


def pool(turn: float = 0.4) -> Segmentation:
    """A ventricle (ball), an outflow tract, an hour-glass narrowing to a radius of 6 mm and an aorta, tilted."""
    size, step = 112, 1.0
    affine = np.diag([step, step, step, 1.0])
    affine[:3, 3] = -size / 2
    grid = np.stack(np.meshgrid(*(np.arange(size),) * 3, indexing="ij"), axis=-1) + affine[:3, 3]
    axis = np.array([np.sin(turn), 0.0, np.cos(turn)])
    along = grid @ axis
    across = np.linalg.norm(grid - along[..., None] * axis, axis=-1)
    dip = (1 + np.cos(np.pi * np.clip(along / 10.0, -1, 1))) / 2
    tube = (across < VESSEL - (VESSEL - THROAT) * dip) & (along > -25) & (along < 40)
    ball = np.linalg.norm(grid + 30 * axis, axis=-1) < 20
    labels = np.zeros((size,) * 3, np.uint8)
    labels[ball] = LV
    labels[tube & ~ball] = LV
    labels[tube & (along > -4) & (along <= 16)] = ROOT
    labels[tube & (along > 16)] = AORTA
    return Segmentation(labels, affine)


@pytest.fixture(scope="module")
def mesh() -> HeartMesh:
    return build_blood_pool(pool(), edge=2.0)


@pytest.fixture(scope="module")
def line(mesh: HeartMesh) -> Centerline:
    return centerline(mesh)


def test_the_mesh_of_the_blood_is_fit_for_a_solver(mesh: HeartMesh) -> None:
    quality = mesh_quality(mesh)
    assert quality.inverted == 0
    assert quality.min_dihedral > 5.0
    assert quality.radius_ratio_p99 < 3.0


def test_its_size_was_told_from_the_labels(mesh: HeartMesh) -> None:
    told = pool_size(pool())
    assert told is not None
    assert told.forecast(2.0).tets == pytest.approx(len(mesh.tets), rel=0.3)
    assert told.forecast(1.0).tets > 2 * told.forecast(2.0).tets
    assert told.forecast(2.0, layers=3).tets > 1.3 * told.forecast(2.0).tets
    alone = pool()
    assert pool_size(replace(alone, labels=np.where(alone.labels == LV, LV, 0).astype(np.uint8))) is None


def test_edges_are_short_at_the_throat_and_long_elsewhere(mesh: HeartMesh, line: Centerline) -> None:
    corners = mesh.points[mesh.tets]
    edges = np.linalg.norm(corners[:, [0, 0, 0, 1, 1, 2]] - corners[:, [1, 2, 3, 2, 3, 3]], axis=2).mean(axis=1)
    away = np.linalg.norm(corners.mean(axis=1) - line.points[line.throat], axis=1)
    assert edges[away < THROAT].mean() < 2 * THROAT / 8
    # the size of a tetrahedron that mmg makes scatters by about a quarter around what it was asked for
    assert edges[away > 30.0].mean() == pytest.approx(2.0, rel=0.25)


def test_inlet_and_outlet_are_flat_and_square_to_the_vessel(mesh: HeartMesh) -> None:
    axis = np.array([np.sin(0.4), 0.0, np.cos(0.4)])
    for name, sign in (("inlet", -1.0), ("outlet", 1.0)):
        triangles = mesh.points[mesh.tagged(name)]
        normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]).sum(axis=0) / 2
        assert np.linalg.norm(normal) > 0
        assert sign * normal @ axis / np.linalg.norm(normal) > 0.98
        assert np.ptp(triangles.reshape(-1, 3) @ normal / np.linalg.norm(normal)) < 1e-6
    assert np.linalg.norm(normal) == pytest.approx(np.pi * VESSEL**2, rel=0.05)


def test_the_throat_is_found_with_its_area(mesh: HeartMesh, line: Centerline) -> None:
    # The label's own voxels make the area of the throat uncertain by about a voxel around its rim: 3 %.
    assert np.linalg.norm(mesh.landmarks["throat"]) < 1.5
    assert line.area[line.throat] == pytest.approx(np.pi * THROAT**2, rel=0.05)


def test_the_volume_of_the_labels_is_kept(mesh: HeartMesh) -> None:
    labels = pool()
    center, normal = np.array(mesh.landmarks["inlet_center"]), np.array([np.sin(0.4), 0.0, np.cos(0.4)])
    spots = np.argwhere(labels.labels > 0) @ labels.affine[:3, :3].T + labels.affine[:3, 3]
    top = np.array(mesh.landmarks["outlet_center"])
    kept = ((spots - center) @ normal > 0) & ((spots - top) @ normal < 0)
    assert mesh.tet_volumes().sum() == pytest.approx(kept.sum(), rel=0.015)


def test_the_numbers_of_the_way_are_those_of_the_shape(mesh: HeartMesh, line: Centerline) -> None:
    values = {metric.name: metric.value for metric in flow_metrics(mesh, line)}
    assert values["orifice_area"] == pytest.approx(np.pi * THROAT**2, rel=0.05)
    assert values["outlet_diameter"] == pytest.approx(2 * VESSEL, rel=0.03)


@pytest.mark.parametrize(("label", "words"), [(LV, "left ventricle"), (AORTA, "ascending aorta")])
def test_a_missing_chamber_is_refused_by_name(label: int, words: str) -> None:
    good = pool()
    labels = good.labels.copy()
    labels[labels == label] = 0
    with pytest.raises(Refused, match=words):
        build_blood_pool(replace(good, labels=labels))


def test_without_mmg_the_mesh_is_uniform_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> HeartMesh:
        raise GradingError("mmg wrote no mesh")

    monkeypatch.setattr("geometry.meshing.blood_pool.graded", fails)
    found = build_blood_pool(pool(), edge=3.0)
    assert any("mmg wrote no mesh" in note for note in found.notes)
    assert set(found.facet_names.values()) == {"inlet", "outlet", "wall"}


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_the_throat_of_the_graded_mesh_can_be_narrowed_and_opened(
    mesh: HeartMesh, line: Centerline, factor: float
) -> None:
    moved = scale_narrowing(mesh, factor, line)
    assert mesh_quality(moved).min_dihedral > 4.0


def test_blood_cut_off_by_the_image_is_refused_with_the_side() -> None:
    good = pool()
    with pytest.raises(Refused, match="right side"):
        build_blood_pool(replace(good, labels=good.labels[:60]))  # x up to 3 mm: half of the throat is missing


def test_a_gap_between_ventricle_and_aorta_is_refused() -> None:
    good = pool()
    labels = good.labels.copy()
    labels[labels == ROOT] = 0
    with pytest.raises(Refused, match="not connected"):
        build_blood_pool(replace(good, labels=labels))
