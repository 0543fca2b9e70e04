"""Thin layers along the wall of pipes."""

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing.grading import GradingError
from geometry.meshing.layer_prisms import LAYER
from geometry.meshing.wall_layers import with_wall_layers
from geometry.quality import min_dihedrals, radius_ratios
from geometry.shapes import half_ellipsoid_ventricle, tube
from geometry.surface import area_vectors, boundary_facets

RADIUS, LENGTH = 6.0, 24.0


@pytest.fixture(scope="module", params=[0.0, 0.75])
def pipe(request: pytest.FixtureRequest) -> HeartMesh:
    return tube(RADIUS, LENGTH, 1.2, request.param)


def areas(mesh: HeartMesh) -> list[float]:
    names = ("inlet", "outlet", "wall")
    return [float(np.linalg.norm(area_vectors(mesh.points, mesh.tagged(name)), axis=1).sum()) for name in names]


def test_layers_keep_the_shape_and_its_names_and_the_core_its_quality(pipe: HeartMesh) -> None:
    mesh = with_wall_layers(pipe, 3).mesh
    volumes = mesh.tet_volumes()
    assert volumes.min() > 0
    assert volumes.sum() == pytest.approx(pipe.tet_volumes().sum(), rel=1e-9)
    assert areas(mesh) == pytest.approx(areas(pipe), rel=1e-9)
    assert len(boundary_facets(mesh.tets)[0]) == len(mesh.facets)
    core = mesh.tets[mesh.cell_data[LAYER] == 0]
    assert len(core) == len(pipe.tets)
    assert min_dihedrals(mesh.points, core).min() > 5
    assert np.percentile(radius_ratios(mesh.points, core), 99) < 3
    assert "3 wall layers" in mesh.notes[-1]
    assert min_dihedrals(mesh.points, mesh.tets).min() > 5


def test_the_first_layer_and_the_growth_are_those_asked_for() -> None:
    made = with_wall_layers(tube(RADIUS, LENGTH, 1.2), 3, first=0.1, growth=1.5)
    mesh, layer = made.mesh, made.mesh.cell_data[LAYER]
    assert made.covered == 1.0
    assert made.thickness[1] == pytest.approx(0.1 * (1 + 1.5 + 2.25), rel=0.01)
    middle = (np.abs(mesh.points[:, 2] - LENGTH / 2) < LENGTH / 4)[mesh.tets].all(axis=1)
    depth = RADIUS * 1.0 - np.linalg.norm(mesh.points[:, :2], axis=1)
    for k, (low, high) in enumerate(((0.0, 0.1), (0.1, 0.25), (0.25, 0.475)), start=1):
        inside = np.unique(mesh.tets[middle & (layer == k)])
        assert depth[inside].min() == pytest.approx(low, abs=0.01)
        assert depth[inside].max() == pytest.approx(high, abs=0.01)


def test_where_there_is_no_room_the_layers_thin_out(pipe: HeartMesh) -> None:
    # Layers wanted as thick as the pipe is wide at a throat that is squeezed flat: 1 mm between its walls.
    flat = pipe.points.copy()
    near = np.exp(-(((flat[:, 2] - LENGTH / 2) / 4) ** 2))
    flat[:, 1] *= 1 - near * (1 - 0.5 / RADIUS)
    squeezed = pipe.with_points(flat)
    try:
        made = with_wall_layers(squeezed, 2, first=0.6)
    except GradingError as failure:
        assert "too narrow" in str(failure)
        return
    assert made.mesh.tet_volumes().min() > 0
    assert made.mesh.tet_volumes().sum() == pytest.approx(squeezed.tet_volumes().sum(), rel=1e-9)
    assert made.whole < 1.0


def test_on_a_wall_bent_more_than_the_layers_are_thick_there_are_fewer_and_none_is_flat() -> None:
    # Five grooves along the pipe, 20 % of its radius deep and six edges wide: all layers would cross in them.
    pipe = tube(RADIUS, LENGTH, 1.2)
    radius, around = np.hypot(*pipe.points[:, :2].T), np.arctan2(pipe.points[:, 1], pipe.points[:, 0])
    groove = 1 + 0.2 * (radius / RADIUS) ** 6 * np.cos(5 * around)
    made = with_wall_layers(pipe.with_points(pipe.points * np.column_stack([groove, groove, np.ones(len(groove))])), 3)
    assert made.min_dihedral > 5
    assert made.mesh.tet_volumes().min() > 0
    assert made.whole < 0.5 < made.covered


def test_a_wall_of_muscle_and_odd_numbers_are_refused() -> None:
    with pytest.raises(Refused, match="for the blood"):
        with_wall_layers(half_ellipsoid_ventricle(4.0), 3)
    with pytest.raises(Refused, match="1 to 8"):
        with_wall_layers(tube(RADIUS, LENGTH, 2.0), 0)
