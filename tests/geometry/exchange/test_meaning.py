"""What a file does not say: its unit, whether its fibres are fibres, which surface is which."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange.directions import directions_of
from geometry.exchange.length_unit import length_unit
from geometry.exchange.mend_surface import closed_surface
from geometry.exchange.mesh_import import Wishes, import_mesh
from geometry.exchange.naming_by_shape import names_by_shape
from geometry.exchange.raw_mesh import RawMesh
from geometry.exchange.reading import read_raw
from geometry.exchange.surface_words import our_name, parse_surfaces
from geometry.exchange.tag_smoothing import smoothed_tags
from geometry.exchange.tags import triangle_tags
from geometry.exchange.writing import write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.shapes import two_chamber_heart
from geometry.surface import area_vectors, enclosed_volume

BOX = np.array([[0.0, 0, 0], [97.0, 40, 60]])


@pytest.mark.parametrize(("unit", "factor"), [("um", 1000.0), ("mm", 1.0), ("cm", 0.1), ("m", 0.001)])
def test_the_unit_is_guessed_with_its_reason(unit: str, factor: float) -> None:
    found = length_unit(BOX * factor, None, None)
    assert found.name == unit
    assert found.mm * factor == pytest.approx(1.0)
    assert f"would be 97 mm in {unit}" in found.note


@pytest.mark.parametrize("size", [3.3, 0.004, 40.0, 900.0])
def test_what_could_be_no_heart_in_any_unit_is_asked_for(size: float) -> None:
    with pytest.raises(Refused, match="--unit"):
        length_unit(BOX / 97 * size, None, None)
    assert length_unit(BOX / 97 * size, None, "mm").mm == 1.0
    assert length_unit(BOX / 97 * size, "um", None).note == ""


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(Refused, match="'inch' is no unit"):
        length_unit(BOX, None, "inch")


def with_directions(heart: HeartMesh, fiber: np.ndarray, sheet: np.ndarray | None = None) -> RawMesh:
    data = {"fiber": fiber} | ({} if sheet is None else {"sheet": sheet})
    return RawMesh(heart.points, heart.tets.astype(np.int64), tet_data=data)


def test_placeholders_are_no_fibres(heart: HeartMesh) -> None:
    up = np.tile([0.0, 0.0, 1.0], (len(heart.tets), 1))
    fiber, sheet, notes = directions_of(with_directions(heart, up, up))
    assert fiber is None
    assert sheet is None
    assert notes == ["The fibres of the file were dropped: they are a placeholder, (0, 0, 1) in every tetrahedron."]
    assert "all zero" in directions_of(with_directions(heart, up * 0))[2][0]
    up[4] = np.nan
    assert "1 of them are no numbers" in directions_of(with_directions(heart, up))[2][0]


def test_fibres_of_another_length_are_brought_to_one(heart: HeartMesh) -> None:
    assert heart.fiber is not None
    fiber, _, notes = directions_of(with_directions(heart, heart.fiber * 3.7))
    assert np.allclose(fiber, heart.fiber)
    assert notes == [f"{len(heart.tets)} fibres were not of length 1 and were brought to it."]


def test_few_zero_fibres_take_the_nearest_and_many_drop_all(heart: HeartMesh) -> None:
    assert heart.fiber is not None
    holes = heart.fiber.copy()
    holes[[10, 500]] = 0
    fiber, _, notes = directions_of(with_directions(heart, holes))
    assert fiber is not None
    assert np.allclose(np.linalg.norm(fiber, axis=1), 1)
    assert (np.abs(np.einsum("ij,ij->i", fiber, heart.fiber)[[10, 500]]) > 0.8).all()
    assert "2 fibres were zero" in notes[0]
    holes[: len(holes) // 10] = 0
    assert directions_of(with_directions(heart, holes))[0] is None


def test_sheets_are_turned_across_and_dropped_along_the_fibres(heart: HeartMesh) -> None:
    assert heart.fiber is not None
    assert heart.sheet is not None
    _, sheet, notes = directions_of(with_directions(heart, heart.fiber, heart.sheet + 0.5 * heart.fiber))
    assert np.allclose(sheet, heart.sheet)
    assert "right angles" in notes[-1]
    assert directions_of(with_directions(heart, heart.fiber, heart.fiber))[1] is None


def test_directions_at_nodes_are_brought_to_the_tetrahedra_whatever_their_sign(heart: HeartMesh) -> None:
    around = np.cross([0.0, 0.0, 1.0], heart.points)
    around[np.linalg.norm(around, axis=1) < 1e-9] = [1.0, 0.0, 0.0]
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    around[::2] *= -1
    raw = RawMesh(heart.points, heart.tets.astype(np.int64), point_data={"f0": around})
    fiber, _, notes = directions_of(raw)
    assert heart.fiber is not None
    assert fiber is not None
    assert np.percentile(np.abs(np.einsum("ij,ij->i", fiber, heart.fiber)), 5) > 0.9
    assert "at nodes" in notes[0]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Left ventricle endocardium", "endo_lv"),
        ("right-ventricle-endocardium", "endo_rv"),
        ("LV_endo", "endo_lv"),
        ("endo_rv", "endo_rv"),
        ("RV endo", "endo_rv"),
        ("Epicardium", "epi"),
        ("interface_left-ventricle-myocardium_mitral-valve-plane", "base"),
        ("BASE", "base"),
        ("right-ventricle-septum", "endo_rv"),
        ("inlet", "inlet"),
        ("Left ventricle cavity", None),
        ("", None),
    ],
)
def test_names_of_others_are_understood(theirs: str, ours: str | None) -> None:
    assert our_name(theirs) == ours


def test_surfaces_are_named_on_the_command_line() -> None:
    assert parse_surfaces(["3=endo_lv", "1=epi"]) == {3: "endo_lv", 1: "epi"}
    assert parse_surfaces(["4=outlet_brachiocephalic"]) == {4: our_name("outlet_brachiocephalic")}
    assert parse_surfaces(["cobiveco"]) == {1: "base", 2: "epi", 3: "endo_lv", 4: "endo_rv"}
    for wrong in ("3", "x=epi", "3=roof", "3:epi"):
        with pytest.raises(Refused, match="NUMBER=NAME"):
            parse_surfaces([wrong])


def agreement(mesh: HeartMesh, words: np.ndarray) -> float:
    """Share of the surface's area that has its true name."""
    area = np.linalg.norm(area_vectors(mesh.points, mesh.facets), axis=1)
    truth = np.array([mesh.facet_names[tag] for tag in mesh.facet_tag])
    return float(area[truth == words].sum() / area.sum())


def test_surfaces_are_named_by_the_shape_of_one_ventricle_and_of_two(heart: HeartMesh) -> None:
    for mesh in (heart, two_chamber_heart(3.2)):
        turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        turned = mesh.with_points(mesh.points @ turn.T)
        words = names_by_shape(turned.points, turned.facets, np.zeros(len(turned.facets), int))
        assert words is not None
        assert agreement(mesh, words) > 0.97


def test_numbers_without_names_are_named_by_shape_given_or_asked_for(heart: HeartMesh, tmp_path: Path) -> None:
    bare = replace(heart, facet_names={1: "one", 3: "three", 4: "four"}, landmarks={})
    write_mesh(bare, tmp_path / "heart.vtu")
    found = import_mesh(tmp_path / "heart.vtu")
    assert found.facet_names == heart.facet_names
    assert np.array_equal(found.facet_tag, heart.facet_tag)
    assert sum("by its shape" in note for note in found.notes) == 3
    given = import_mesh(tmp_path / "heart.vtu", Wishes(surfaces={1: "endo_lv", 3: "epi", 4: "base"}))
    assert given.facet_names == heart.facet_names
    assert given.notes == ()
    with pytest.raises(Refused, match=r"no surface 9 .* it has: 1 'one' \(\d+ cm2\)"):
        import_mesh(tmp_path / "heart.vtu", Wishes(surfaces={9: "epi"}))


def test_single_facets_and_islands_of_a_tag_take_that_around_them(heart: HeartMesh) -> None:
    tags = heart.facet_tag.copy()
    epi = np.flatnonzero(tags == 3)
    center = heart.points[heart.facets].mean(axis=1)
    deep = epi[center[epi, 2] < -20]
    tags[deep[:: len(deep) // 12]] = 1
    near = np.linalg.norm(center - center[deep[len(deep) // 2]], axis=1) < 7
    tags[near & (heart.facet_tag == 3)] = 4
    assert (tags != heart.facet_tag).sum() > 12
    assert (smoothed_tags(heart.facets, tags) != heart.facet_tag).sum() <= 6  # teeth of the rims


def test_one_region_is_divided_between_both_ventricles(tmp_path: Path) -> None:
    two = two_chamber_heart(3.2)
    write_mesh(replace(two, region=np.ones_like(two.region), region_names={}), tmp_path / "heart.vtu")
    found = import_mesh(tmp_path / "heart.vtu")
    assert found.region_names == {1: "lv", 2: "rv"}
    volumes = two.tet_volumes()
    assert volumes[found.region == two.region].sum() / volumes.sum() > 0.93


# --- real files


def test_the_left_ventricle_of_pyansys_heart(reference_data: Path) -> None:
    mesh = import_mesh(reference_data / "pyansys-heart/tests/heart/assets/post/model/heart_model.vtu")
    assert mesh.tet_volumes().sum() / 1000 == pytest.approx(164.8, rel=0.001)  # as the data's own page tells
    assert set(mesh.facet_names.values()) == {"endo_lv", "epi", "base"}
    assert mesh.region_names == {1: "lv"}
    assert mesh.fiber is None
    assert any("placeholder, (0, 0, 1)" in note for note in mesh.notes)
    assert any("mm in mm" in note for note in mesh.notes)
    assert len(mesh.tagged("endo_lv")) == 1815  # of the file's own 34722


def test_the_surfaces_of_cobiveco_and_pyansys_heart_are_fit_to_be_filled(reference_data: Path) -> None:
    raw, volume = closed_surface_of(reference_data / "cobiveco/examples/geo1/heart.vtp")
    assert volume == pytest.approx(144.8, rel=0.001)
    found = triangle_tags(raw)
    assert found is not None
    assert found[0] == "class"
    assert set(found[1].tolist()) == {1, 2, 3, 4}
    folder = reference_data / "pyansys-heart/src/ansys/health/heart/data_examples"
    raw, volume = closed_surface_of(folder / "rodero_01_leftventricle_surface.vtp")
    assert volume == pytest.approx(163.3, rel=0.005)  # its tetrahedra, which are coarser, fill 164.8 ml
    assert any("touched itself along 2 edges" in note for note in raw.notes)


def closed_surface_of(path: Path) -> tuple[RawMesh, float]:
    """A surface made fit to be filled, and how many ml are in it."""
    closed = closed_surface(read_raw(path))
    return closed, enclosed_volume(closed.points, closed.triangles) / 1000


@pytest.mark.parametrize(("name", "tets"), [("heart3D_domain", 9046), ("fib_fiber_nodal", 9046)])
def test_xdmf_that_meshio_cannot_read(reference_data: Path, name: str, tets: int) -> None:
    mesh = import_mesh(reference_data / f"ambit/demos/solid_flow0d/input/{name}.xdmf")
    assert len(mesh.tets) == tets
    assert set(mesh.facet_names.values()) == {"endo_lv", "endo_rv", "epi", "base"}
    assert (mesh.fiber is not None) == (name == "fib_fiber_nodal")
    assert any("turned round" in note for note in mesh.notes)


def test_a_small_heart_of_chaste_asks_for_its_unit(reference_data: Path) -> None:
    path = reference_data / "chaste/heart/test/data/UCSD_heart_decimated_173nodes.node"
    with pytest.raises(Refused, match="--unit"):
        import_mesh(path)
    assert len(import_mesh(path, Wishes(unit="cm")).tets) == 610
