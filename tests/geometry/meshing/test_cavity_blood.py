"""The blood of one ventricle of the first sample patient."""

from pathlib import Path

import numpy as np
import pytest

import sample_scans
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing.cavity_blood import BODY, RINGS, build_cavity
from geometry.quality import mesh_quality
from geometry.segmentation import LV, RV, Segmentation, load_segmentation
from geometry.surface import area_vectors


@pytest.fixture(scope="module")
def labels() -> Segmentation:
    return load_segmentation(Path(sample_scans.__file__).parent / "A_cine_mr" / "truth")


def ends(mesh: HeartMesh) -> dict[str, np.ndarray]:
    return {name: area_vectors(mesh.points, mesh.tagged(name)) for name in ("inlet", "outlet", "wall")}


@pytest.fixture(scope="module", params=["lv", "rv"])
def cavity(request: pytest.FixtureRequest, labels: Segmentation) -> tuple[HeartMesh, str]:
    return build_cavity(labels, request.param, edge=3.0), request.param


def test_the_cavity_has_the_volume_of_its_label_and_two_flat_ends(
    cavity: tuple[HeartMesh, str], labels: Segmentation
) -> None:
    mesh, label = cavity[0], {"lv": LV, "rv": RV}[cavity[1]]
    voxel = abs(np.linalg.det(labels.affine[:3, :3]))
    assert mesh.tet_volumes().sum() == pytest.approx((labels.phase(labels.ed) == label).sum() * voxel, rel=0.03)
    quality = mesh_quality(mesh)
    assert not quality.inverted
    assert quality.min_dihedral > 5
    assert quality.radius_ratio_p99 < 3
    vectors = ends(mesh)
    assert np.abs(sum(each.sum(axis=0) for each in vectors.values())).max() < 1e-6  # closed
    inlet, outlet = (vectors[name].sum(axis=0) for name in ("inlet", "outlet"))
    normal = inlet / np.linalg.norm(inlet)
    assert outlet @ normal == pytest.approx(np.linalg.norm(outlet))  # in one plane


def test_valves_are_as_large_as_those_of_an_adult_and_apart(cavity: tuple[HeartMesh, str]) -> None:
    mesh, side = cavity
    areas = [np.linalg.norm(ends(mesh)[name], axis=1).sum() for name in ("inlet", "outlet")]
    assert areas == pytest.approx([BODY * ring for ring in RINGS[side]], rel=0.03)  # a facet more or less
    assert 500 < areas[0] < 1100 and 350 < areas[1] < 500
    middle = {name: np.asarray(mesh.landmarks[f"{name}_center"]) for name in ("inlet", "outlet")}
    reach = sum(np.sqrt(area / np.pi) for area in areas)
    assert np.linalg.norm(middle["inlet"] - middle["outlet"]) > 0.8 * reach


def test_a_larger_body_has_larger_valves_that_never_take_all_of_the_base(labels: Segmentation) -> None:
    outlets = []
    for body in (1.2, 2.4, 9.0):
        mesh = build_cavity(labels, "lv", edge=4.0, body=body)
        outlets.append(np.linalg.norm(ends(mesh)["outlet"], axis=1).sum())
    assert outlets[1] == pytest.approx(2 * outlets[0], rel=0.1)
    assert outlets[2] < 9.0 * RINGS["lv"][1] / 2


def test_the_outlet_lies_to_the_front_and_the_left_one_towards_the_septum(
    cavity: tuple[HeartMesh, str], labels: Segmentation
) -> None:
    mesh, side = cavity
    way = np.subtract(mesh.landmarks["outlet_center"], mesh.landmarks["inlet_center"])
    assert way @ [0.0, 1.0, 1.0] > 0
    assert any("sizes and places are assumed" in note for note in mesh.notes)
    if side == "rv":
        return
    right, left = (np.argwhere(labels.phase(labels.ed) == label).mean(axis=0) for label in (RV, LV))
    septum = labels.affine[:3, :3] @ (right - left)
    assert way @ septum / np.linalg.norm(way) / np.linalg.norm(septum) > 0.6


def test_blood_of_a_ventricle_that_is_not_labelled_is_refused(labels: Segmentation) -> None:
    alone = Segmentation(np.where(labels.labels == RV, 0, labels.labels).astype(np.uint8), labels.affine)
    with pytest.raises(Refused, match="no right ventricle"):
        build_cavity(alone, "rv")
