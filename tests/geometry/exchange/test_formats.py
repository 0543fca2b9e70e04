"""What every format must keep, run over all that are written; and what every reader must refuse, over all that are read."""

from dataclasses import replace
from pathlib import Path

import meshio
import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange.filling import filled
from geometry.exchange.mesh_import import Wishes, import_mesh
from geometry.exchange.msh_data import without_data
from geometry.exchange.raw_mesh import SURFACE
from geometry.exchange.reading import read_raw
from geometry.exchange.writing import FORMATS, GRIDS, SURFACES, write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.surface import enclosed_volume

VOLUMES = [ending for ending in FORMATS if ending not in SURFACES]


@pytest.mark.parametrize("ending", VOLUMES)
def test_a_mesh_comes_back_as_it_went_out(heart: HeartMesh, tmp_path: Path, ending: str) -> None:
    write_mesh(heart, tmp_path / f"a heart{ending}")
    back = import_mesh(tmp_path / f"a heart{ending}")
    # openCARP's micrometres are written with 13 digits
    assert np.array_equal(back.points, heart.points) or np.allclose(back.points, heart.points, rtol=1e-12, atol=1e-12)
    assert np.array_equal(back.tets, heart.tets)
    assert np.array_equal(back.region, heart.region)
    assert back.region_names == heart.region_names
    assert np.array_equal(back.facets, heart.facets)
    assert np.array_equal(back.facet_tag, heart.facet_tag)
    assert back.facet_names == heart.facet_names
    assert back.fiber is not None
    assert back.sheet is not None
    assert np.allclose(back.fiber, heart.fiber, rtol=0, atol=1e-11)
    assert np.allclose(back.sheet, heart.sheet, rtol=0, atol=1e-11)
    assert back.kind == heart.kind
    told_unit = ending != ".msh"
    assert [note for note in back.notes if "guessed" not in note] == []
    assert (back.notes == ()) == told_unit
    if ending != ".pts":
        assert np.array_equal(back.cell_data["aha17"], heart.cell_data["aha17"])
    if ending in GRIDS:
        assert np.array_equal(back.point_data["height"], heart.point_data["height"])
        assert np.array_equal(back.point_data["place"], heart.point_data["place"])


@pytest.mark.parametrize("ending", VOLUMES)
def test_landmarks_are_told_or_found(heart: HeartMesh, tmp_path: Path, ending: str) -> None:
    write_mesh(heart, tmp_path / f"heart{ending}")
    marks = import_mesh(tmp_path / f"heart{ending}").landmarks
    assert marks["apex"] == pytest.approx(heart.landmarks["apex"], abs=3.0)
    assert marks["base_center"] == pytest.approx(heart.landmarks["base_center"], abs=0.5)
    assert marks["base_normal"] == pytest.approx((0.0, 0.0, 1.0), abs=1e-6)


@pytest.mark.parametrize("ending", SURFACES)
def test_a_surface_goes_out_closed_with_normals_outwards(heart: HeartMesh, tmp_path: Path, ending: str) -> None:
    write_mesh(heart, tmp_path / f"heart{ending}")
    back = read_raw(tmp_path / f"heart{ending}")
    # divergence theorem: positive only with outward normals
    assert enclosed_volume(back.points, back.triangles) == pytest.approx(heart.tet_volumes().sum(), rel=1e-5)
    corners = back.points[back.triangles]
    assert np.allclose(corners, heart.points[heart.facets], atol=1e-5)  # STL has single precision
    if ending == ".vtp":
        assert np.array_equal(back.triangle_data[SURFACE], heart.facet_tag)


@pytest.mark.parametrize("ending", SURFACES)
def test_one_named_surface_goes_out_alone(heart: HeartMesh, tmp_path: Path, ending: str) -> None:
    write_mesh(heart, tmp_path / f"base{ending}", surface="base")
    back = read_raw(tmp_path / f"base{ending}")
    assert len(back.triangles) == len(heart.tagged("base"))
    with pytest.raises(Refused, match="no surface roof; it has: base, endo_lv, epi"):
        write_mesh(heart, tmp_path / f"roof{ending}", surface="roof")


def test_a_tagged_surface_is_filled_and_its_tags_are_carried(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.vtp")
    solid = filled(read_raw(tmp_path / "heart.vtp"), 5.0, lambda fraction, message="": None)
    assert any("fill" in note for note in solid.notes)
    back = import_mesh(tmp_path / "heart.vtp", Wishes(edge=5.0))
    assert back.tet_volumes().sum() == pytest.approx(heart.tet_volumes().sum(), rel=0.01)
    assert set(back.facet_names.values()) == {"endo_lv", "epi", "base"}
    for name in ("endo_lv", "epi"):
        areas = [np.linalg.norm(np.cross(*(m.points[m.tagged(name)][:, k] - m.points[m.tagged(name)][:, 0] for k in (1, 2)))
                                , axis=1).sum() / 2 for m in (heart, back)]  # fmt: skip
        assert areas[1] == pytest.approx(areas[0], rel=0.08)


def test_vtu_is_read_by_others(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.vtu", {"activation_time": heart.points[:, 0] * 2})
    back = meshio.read(tmp_path / "heart.vtu")
    assert np.array_equal(back.cells_dict["tetra"], heart.tets)
    assert np.allclose(back.point_data["activation_time"], heart.points[:, 0] * 2)
    assert np.array_equal(back.cell_data_dict["region"]["tetra"], heart.region)
    assert np.array_equal(back.cell_data_dict["surface"]["triangle"], heart.facet_tag)


def test_msh_has_regions_and_surfaces_as_named_groups(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.msh")
    (tmp_path / "bare.msh").write_bytes(without_data((tmp_path / "heart.msh").read_bytes()))
    back = meshio.read(tmp_path / "bare.msh")
    assert {name: tuple(pair) for name, pair in back.field_data.items()} == {
        "lv": (1, 3), "scar": (2, 3), "endo_lv": (1, 2), "epi": (3, 2), "base": (4, 2)}  # fmt: skip


def test_binary_files_of_gmsh_are_read(heart: HeartMesh, tmp_path: Path) -> None:
    tags = [heart.region.astype(np.int32), heart.facet_tag.astype(np.int32)]
    cells = [("tetra", heart.tets), ("triangle", heart.facets)]
    names = {name: np.array([tag, 2]) for tag, name in heart.facet_names.items()}
    data = {"gmsh:physical": tags, "gmsh:geometrical": tags, "fiber": [heart.fiber, np.zeros((len(heart.facets), 3))]}
    made = meshio.Mesh(heart.points, cells, cell_data=data, field_data=names)
    made.write(tmp_path / "heart.msh", file_format="gmsh22", binary=True)
    back = import_mesh(tmp_path / "heart.msh")
    assert np.array_equal(back.tets, heart.tets)
    assert np.array_equal(back.facet_tag, heart.facet_tag)
    assert back.facet_names == heart.facet_names
    assert np.array_equal(back.fiber, heart.fiber)


MSH_41 = """$MeshFormat
4.1 0 8
$EndMeshFormat
$PhysicalNames
3
2 7 "lid"
2 8 "rest"
3 9 "muscle"
$EndPhysicalNames
$Entities
0 0 2 1
1 0 0 0 1 1 0 1 7 0
2 0 0 0 1 1 1 1 8 0
1 0 0 0 1 1 1 1 9 2 1 2
$EndEntities
$Nodes
1 4 1 4
3 1 0 4
1
2
3
4
0 0 0
1 0 0
0 1 0
0 0 1
$EndNodes
$Elements
3 5 1 5
2 1 2 1
1 1 3 2
2 2 2 3
2 1 2 4
3 2 3 4
4 1 4 3
3 1 4 1
5 1 2 3 4
$EndElements
"""


def test_the_newer_format_of_gmsh_is_read_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "one.msh").write_text(MSH_41)
    mesh = import_mesh(tmp_path / "one.msh", Wishes(unit="cm"))
    assert mesh.tet_volumes() == pytest.approx([1000 / 6])  # a corner of a cube of 10 mm
    assert mesh.region_names == {9: "muscle"}
    assert mesh.facet_names == {7: "lid", 8: "rest"}
    assert len(mesh.tagged("lid")) == 1
    assert (mesh.points[mesh.tagged("lid")][..., 2] == 0).all()
    assert any("endo_lv, epi, base are not known" in note and "--surface" in note for note in mesh.notes)


def test_opencarp_gets_micrometres_and_surfaces(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.pts")
    lines = (tmp_path / "heart.pts").read_text().splitlines()
    assert int(lines[0]) == len(heart.points)
    assert np.allclose(np.loadtxt(lines[1:]), heart.points * 1000, atol=1e-6)
    lines = (tmp_path / "heart.elem").read_text().splitlines()
    assert lines[1].split() == ["Tt", *map(str, heart.tets[0]), str(heart.region[0])]
    lines = (tmp_path / "heart.lon").read_text().splitlines()
    assert lines[0] == "2"  # openCARP: two directions per element
    lines = (tmp_path / "heart.endo_lv.surf").read_text().splitlines()
    assert int(lines[0]) == len(lines) - 1 == len(heart.tagged("endo_lv"))
    with pytest.raises(Refused, match="no fibres yet"):
        write_mesh(replace(heart, fiber=None), tmp_path / "other.pts")
    assert not list(tmp_path.glob("other*"))


def test_a_lon_file_may_lack_its_header_and_its_sheets(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(replace(heart, sheet=None), tmp_path / "heart.pts")
    lon = tmp_path / "heart.lon"
    header, *rows = lon.read_text().splitlines()
    assert header == "1"
    lon.write_text("\n".join(rows) + "\n")
    back = import_mesh(tmp_path / "heart.elem")
    assert back.fiber is not None
    assert heart.fiber is not None
    assert np.allclose(back.fiber, heart.fiber, atol=1e-11)
    assert back.sheet is None


def test_tetgen_files_are_read_with_chaste_fibres(heart: HeartMesh, tmp_path: Path) -> None:
    def table(ending: str, header: str, rows: np.ndarray) -> None:
        body = "\n".join(" ".join(f"{x:.17g}" for x in row) for row in rows)
        (tmp_path / f"heart{ending}").write_text(f"{header}\n{body}\n")

    assert heart.fiber is not None
    assert heart.sheet is not None
    number = lambda rows: np.arange(1, len(rows) + 1)  # noqa: E731 - Tetgen may count from 1
    table(".node", f"{len(heart.points)} 3 0 0", np.column_stack([number(heart.points), heart.points]))
    table(".ele", f"{len(heart.tets)} 4 1", np.column_stack([number(heart.tets), heart.tets + 1, heart.region]))
    table(".face", f"{len(heart.facets)} 1", np.column_stack([number(heart.facets), heart.facets + 1, heart.facet_tag]))
    table(
        ".ortho", f"{len(heart.tets)}", np.column_stack([heart.fiber, heart.sheet, np.cross(heart.fiber, heart.sheet)])
    )
    back = import_mesh(tmp_path / "heart.ele", Wishes(surfaces={1: "endo_lv", 3: "epi", 4: "base"}))
    assert np.array_equal(back.tets, heart.tets)
    assert np.array_equal(back.region, heart.region)
    assert np.array_equal(back.facet_tag, heart.facet_tag)
    assert back.fiber is not None
    assert np.allclose(back.fiber, heart.fiber)
