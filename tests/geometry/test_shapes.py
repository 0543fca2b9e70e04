import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.quality import mesh_quality
from geometry.shapes import half_ellipsoid_ventricle, slab, tube, two_chamber_heart
from geometry.surface import area_vectors, boundary_facets, enclosed_volume

SHAPES = {
    "slab": lambda: slab((20.0, 7.0, 3.0), 1.0),
    "tube": lambda: tube(10.0, 40.0, 2.0),
    "narrowed tube": lambda: tube(10.0, 40.0, 2.0, 0.75),
    "ellipsoid": lambda: half_ellipsoid_ventricle(4.0),
    "two chambers": lambda: two_chamber_heart(3.2),
}


@pytest.fixture(params=SHAPES, scope="module")
def shape(request: pytest.FixtureRequest) -> HeartMesh:
    return SHAPES[request.param]()


def test_every_shape_is_closed_and_its_facets_point_outwards(shape: HeartMesh) -> None:
    total = area_vectors(shape.points, shape.facets).sum(axis=0)
    assert np.allclose(total, 0.0, atol=1e-6)
    assert enclosed_volume(shape.points, shape.facets) == pytest.approx(shape.tet_volumes().sum(), rel=1e-9)


def test_every_facet_of_a_shape_is_tagged_and_all_boundary_is_there(shape: HeartMesh) -> None:
    facets, _ = boundary_facets(shape.tets)
    assert len(facets) == len(shape.facets) == len(shape.facet_tag)
    assert set(np.unique(shape.facet_tag)) == set(shape.facet_names)


def test_no_shape_has_an_inverted_or_a_flat_tetrahedron(shape: HeartMesh) -> None:
    quality = mesh_quality(shape)
    assert quality.inverted == 0
    assert quality.min_dihedral > 5.0
    assert quality.radius_ratio_p99 < 3.0


def test_a_slab_has_exactly_its_volume_and_sides() -> None:
    mesh = slab((20.0, 7.0, 3.0), 0.5)
    assert mesh.tet_volumes().sum() == pytest.approx(420.0)
    assert np.linalg.norm(area_vectors(mesh.points, mesh.tagged("y_high")).sum(axis=0)) == pytest.approx(60.0)
    assert mesh.points[np.unique(mesh.tagged("x_low"))][:, 0].max() == 0.0


def test_a_tube_nears_the_volume_of_its_cylinder_and_its_throat_has_the_area_asked_for() -> None:
    assert tube(10.0, 30.0, 1.0).tet_volumes().sum() == pytest.approx(np.pi * 100 * 30, rel=0.005)
    mesh = tube(10.0, 40.0, 1.0, 0.75)
    ring = mesh.points[np.abs(mesh.points[:, 2] - 20.0) < 1e-9]
    assert np.linalg.norm(ring[:, :2], axis=1).max() == pytest.approx(10.0 * np.sqrt(0.25))


def test_an_ellipsoid_ventricle_nears_the_exact_volume_of_its_wall() -> None:
    # Volume of an ellipsoid of revolution between the lower pole and height h: pi a^2 (2 c / 3 + h - h^3 / (3 c^2)).
    def below(a: float, c: float, h: float) -> float:
        return np.pi * a**2 * (2 * c / 3 + h - h**3 / (3 * c**2))

    exact = below(31.0, 69.0, 5.0) - below(22.0, 60.0, 5.0)
    errors = [half_ellipsoid_ventricle(edge).tet_volumes().sum() / exact - 1 for edge in (4.0, 2.0)]
    assert abs(errors[1]) < 0.005
    assert abs(errors[1]) < 0.35 * abs(errors[0])  # second order: a quarter, and some slack for rounding of the counts


def test_a_two_chamber_heart_has_two_separate_cavities_that_open_at_a_flat_base() -> None:
    mesh = two_chamber_heart(3.0)
    assert (mesh.points[np.unique(mesh.tagged("base"))][:, 2] == 0.0).all()
    lv, rv = set(np.unique(mesh.tagged("endo_lv"))), set(np.unique(mesh.tagged("endo_rv")))
    assert not lv & rv
    # A ball with two pockets is still a ball: Euler characteristic of its surface 2.
    edges = np.unique(np.sort(mesh.facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    assert len(np.unique(mesh.facets)) - len(edges) + len(mesh.facets) == 2


@pytest.mark.parametrize(
    "wrong", [lambda: slab((1.0, -1.0, 1.0), 0.5), lambda: tube(1.0, 5.0, 0.0), lambda: two_chamber_heart(9.0)]
)
def test_impossible_shapes_are_refused(wrong: object) -> None:
    with pytest.raises(Refused):
        wrong()  # type: ignore[operator]
