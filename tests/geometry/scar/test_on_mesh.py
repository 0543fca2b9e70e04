import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE, scar_on_mesh, without_scar
from geometry.shapes import half_ellipsoid_ventricle
from solvers.verification.scar_phantom import Ellipsoids, scar_phantom


@pytest.fixture(scope="module")
def ventricle() -> HeartMesh:
    return half_ellipsoid_ventricle(3.0)


def region(mesh: HeartMesh, name: str) -> np.ndarray:
    return mesh.region == next(number for number, known in mesh.region_names.items() if known == name)


def test_scar_lies_where_it_was_scanned_whatever_the_breath_hold(ventricle: HeartMesh) -> None:
    shape = Ellipsoids()
    labels, tissue = scar_phantom(shape, off=(4.0, -3.0))
    found = scar_on_mesh(ventricle, labels, tissue)
    for made, wanted in zip(found.meshed, found.covered, strict=True):
        assert made == pytest.approx(wanted, rel=0.02)
    middle, volume = found.mesh.points[found.mesh.tets].mean(axis=1), found.mesh.tet_volumes()
    core = region(found.mesh, SCAR_CORE)
    turned = np.abs(np.arctan2(middle[:, 0], middle[:, 1]))
    # the phantom's core: within 0.7 rad of +y, the inner 60 % of the wall, between -32 and -8 mm
    true = (turned < 0.7) & (shape.share(*middle.T) < 0.6) & (middle[:, 2] > -32) & (middle[:, 2] < -8)
    both = volume[core & true].sum()
    assert 2 * both / (volume[core].sum() + volume[true].sum()) > 0.75
    around = region(found.mesh, BORDER_ZONE)
    assert not (core & around).any()


def test_a_scan_that_covers_half_of_the_scar_gives_the_mesh_half_of_it(ventricle: HeartMesh) -> None:
    labels, tissue = scar_phantom(Ellipsoids(), heights=(-32.0, 60.0))
    higher = np.array(tissue.affine)
    moved = np.diag([1.0, 1, 1, 1])
    moved[2, 3] = 24.0  # mm: three slices of scar now lie above the base of the mesh
    shifted = type(tissue)(**{**vars(tissue), "affine": moved @ higher})
    found = scar_on_mesh(ventricle, labels, shifted)
    assert found.covered[0] < found.scanned[0] - 1.0
    assert found.meshed[0] == pytest.approx(found.covered[0], rel=0.05)


def test_scar_can_be_taken_off_and_put_on_again(ventricle: HeartMesh) -> None:
    labels, tissue = scar_phantom(Ellipsoids())
    once = scar_on_mesh(ventricle, labels, tissue).mesh
    assert set(once.region_names.values()) == {"lv", SCAR_CORE, BORDER_ZONE}
    assert np.array_equal(without_scar(once).region, ventricle.region)
    assert np.array_equal(scar_on_mesh(once, labels, tissue).mesh.region, once.region)


def test_a_scan_of_something_else_is_refused(ventricle: HeartMesh) -> None:
    labels, tissue = scar_phantom(Ellipsoids())
    far = np.array(tissue.affine)
    far[2, 3] += 400.0
    with pytest.raises(Refused, match="do not overlap"):
        scar_on_mesh(ventricle, labels, type(tissue)(**{**vars(tissue), "affine": far}))
