"""What other programs find in the meshes that are written for them."""

from dataclasses import replace
from pathlib import Path

import meshio
import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange import write_carp, write_mesh, write_msh, write_stl, write_vtu
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab


@pytest.fixture(scope="module")
def mesh() -> HeartMesh:
    """A box of 4 x 3 x 2 mm with fibres along x, sheets along y, and a height at its nodes."""
    box = slab((4.0, 3.0, 2.0), 1.0)
    along = np.zeros((len(box.tets), 3))
    along[:, 0] = 1.0
    return replace(box, fiber=along, sheet=np.roll(along, 1, axis=1), point_data={"height": box.points[:, 2].copy()})


def test_a_vtu_holds_geometry_regions_directions_and_fields(mesh: HeartMesh, tmp_path: Path) -> None:
    centers = mesh.points[mesh.tets].mean(axis=1)
    write_vtu(mesh, tmp_path / "heart.vtu", {"activation_time": mesh.points[:, 0] * 2, "center": centers})
    back = meshio.read(tmp_path / "heart.vtu")
    assert np.allclose(back.points, mesh.points)
    assert np.array_equal(back.cells_dict["tetra"], mesh.tets)
    assert np.array_equal(back.cell_data["region"][0], mesh.region)
    assert np.allclose(back.cell_data["fiber"][0], [1.0, 0.0, 0.0])
    assert np.allclose(back.cell_data["sheet"][0], [0.0, 1.0, 0.0])
    assert np.allclose(back.point_data["height"], mesh.points[:, 2])
    assert np.allclose(back.point_data["activation_time"], mesh.points[:, 0] * 2)
    assert np.allclose(back.cell_data["center"][0], centers)


def test_a_field_that_fits_nothing_is_refused(mesh: HeartMesh, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="fits neither the nodes nor the tetrahedra"):
        write_vtu(mesh, tmp_path / "heart.vtu", {"odd": np.zeros(7)})


def test_a_msh_holds_regions_and_surfaces_by_name(mesh: HeartMesh, tmp_path: Path) -> None:
    write_msh(mesh, tmp_path / "heart.msh")
    back = meshio.read(tmp_path / "heart.msh")
    physical = dict(zip([block.type for block in back.cells], back.cell_data["gmsh:physical"], strict=True))
    assert sum(len(block.data) for block in back.cells if block.type == "triangle") == len(mesh.facets)
    assert set(mesh.facet_names.values()) | {"slab"} == set(back.field_data)
    assert tuple(back.field_data["x_low"]) == (1, 2)
    assert tuple(back.field_data["slab"]) == (1, 3)
    assert set(physical) == {"tetra", "triangle"}


def test_a_stl_is_closed_and_its_normals_point_outwards(mesh: HeartMesh, tmp_path: Path) -> None:
    write_stl(mesh, tmp_path / "heart.stl")
    back = meshio.read(tmp_path / "heart.stl")
    a, b, c = (back.points[back.cells_dict["triangle"][:, i]] for i in range(3))
    # divergence theorem: the volume inside, positive only with outward normals
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(4 * 3 * 2, rel=1e-6)


def test_one_named_surface_can_be_written_alone(mesh: HeartMesh, tmp_path: Path) -> None:
    write_stl(mesh, tmp_path / "top.stl", "z_high")
    assert np.allclose(meshio.read(tmp_path / "top.stl").points[:, 2], 2.0)
    with pytest.raises(Refused, match="no surface roof"):
        write_stl(mesh, tmp_path / "roof.stl", "roof")


def test_opencarp_files_are_in_micrometres_with_regions_and_both_directions(mesh: HeartMesh, tmp_path: Path) -> None:
    points, elements, directions = write_carp(mesh, tmp_path / "heart.pts")
    assert (points.name, elements.name, directions.name) == ("heart.pts", "heart.elem", "heart.lon")
    lines = points.read_text().splitlines()
    assert int(lines[0]) == len(mesh.points)
    assert np.allclose(np.loadtxt(lines[1:]), mesh.points * 1000, atol=1e-3)
    lines = elements.read_text().splitlines()
    assert int(lines[0]) == len(mesh.tets)
    assert lines[1].split() == ["Tt", *map(str, mesh.tets[0]), str(mesh.region[0])]
    lines = directions.read_text().splitlines()
    assert lines[0] == "2"  # openCARP: two directions per element
    assert np.allclose(np.loadtxt(lines[1:]), [1, 0, 0, 0, 1, 0])


def test_without_sheets_opencarp_gets_one_direction(mesh: HeartMesh, tmp_path: Path) -> None:
    _, _, directions = write_carp(replace(mesh, sheet=None), tmp_path / "heart")
    lines = directions.read_text().splitlines()
    assert lines[0] == "1"
    assert np.loadtxt(lines[1:]).shape == (len(mesh.tets), 3)


def test_a_mesh_without_fibres_is_not_given_to_opencarp(mesh: HeartMesh, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no fibres yet"):
        write_carp(replace(mesh, fiber=None), tmp_path / "heart")
    assert not list(tmp_path.iterdir())


def test_the_ending_chooses_the_format(mesh: HeartMesh, tmp_path: Path) -> None:
    for name in ("a.vtu", "a.msh", "a.stl", "a.pts"):
        write_mesh(mesh, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 0
    with pytest.raises(Refused, match=r"\.obj"):
        write_mesh(mesh, tmp_path / "a.obj")
