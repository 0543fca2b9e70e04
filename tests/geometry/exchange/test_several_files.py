"""One mesh from several files."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange.carp import write_carp
from geometry.exchange.mesh_import import Wishes, import_mesh
from geometry.exchange.plain_surface import write_plain
from geometry.exchange.writing import write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle
from geometry.surface import area_vectors

NAMES = ("endo_lv", "epi", "base")


@pytest.fixture(scope="module")
def heart() -> HeartMesh:
    made = half_ellipsoid_ventricle(4.0)
    fiber = np.tile([0.0, 1.0, 0.0], (len(made.tets), 1))
    fiber[::2] = [1.0, 0.0, 0.0]
    return replace(made, fiber=fiber)


@pytest.fixture
def surfaces(heart: HeartMesh, tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"LV {name.replace('_', '-')}.stl" for name in NAMES]
    for name, file in zip(NAMES, files, strict=True):
        write_plain(heart, heart.tagged(name), file)
    return files


def area(mesh: HeartMesh, name: str) -> float:
    return float(np.linalg.norm(area_vectors(mesh.points, mesh.tagged(name)), axis=1).sum())


def test_three_surfaces_close_a_wall_and_name_it(heart: HeartMesh, surfaces: list[Path]) -> None:
    mesh = import_mesh(surfaces, Wishes(edge=3.0))
    assert mesh.tet_volumes().sum() == pytest.approx(heart.tet_volumes().sum(), rel=0.01)
    assert set(mesh.facet_names.values()) == set(NAMES)
    for name in NAMES:
        # sharp rims are bevelled by less than an edge (``fill``), which the ring of 9 mm at the base shows most
        assert area(mesh, name) == pytest.approx(area(heart, name), rel=0.1)


def test_without_one_of_them_the_wall_is_open(surfaces: list[Path]) -> None:
    with pytest.raises(Refused, match=r"hole|open"):
        import_mesh(surfaces[:2], Wishes(edge=3.0))


def test_surfaces_name_the_boundary_of_a_mesh_without_names(
    heart: HeartMesh, surfaces: list[Path], tmp_path: Path
) -> None:
    plain = tmp_path / "heart.vtu"
    write_mesh(replace(heart, facets=heart.facets[:0], facet_tag=heart.facet_tag[:0], facet_names={}), plain)
    mesh = import_mesh([plain, *surfaces])
    assert {name: len(mesh.tagged(name)) for name in NAMES} == {name: len(heart.tagged(name)) for name in NAMES}
    moved = heart.with_points(heart.points + 1.3)
    write_plain(moved, moved.tagged("epi"), surfaces[1])
    with pytest.raises(Refused, match="belong to another mesh"):
        import_mesh([plain, *surfaces])


def test_points_elements_and_fibres_of_different_names_are_one_mesh(heart: HeartMesh, tmp_path: Path) -> None:
    points, elements, directions = write_carp(heart, tmp_path / "heart.pts")
    (tmp_path / "apart").mkdir()
    moved = [tmp_path / "apart" / f"{k}{file.suffix}" for k, file in enumerate((points, elements, directions))]
    for file, where in zip((points, elements, directions), moved, strict=True):
        shutil.copy(file, where)
    mesh = import_mesh(moved)
    assert np.allclose(mesh.points, heart.points, atol=1e-6)
    assert mesh.fiber is not None
    assert np.allclose(mesh.fiber, heart.fiber)
    with pytest.raises(Refused, match="same ending"):
        import_mesh([moved[0], points])


def test_a_surface_file_whose_name_tells_nothing_is_refused_by_its_number(surfaces: list[Path], tmp_path: Path) -> None:
    odd = surfaces[2].rename(tmp_path / "part3.stl")
    with pytest.raises(Refused, match="surface file 3 does not tell"):
        import_mesh([*surfaces[:2], odd])
