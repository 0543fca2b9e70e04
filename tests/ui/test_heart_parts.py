"""What the heart tells of itself: regions, segments and quality, in colours that its legend names."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from app.case import Case
from app.palettes import segment_colours
from geometry.quality import min_dihedrals
from solvers.directions.places import name_places
from ui.heart_parts import ANGLE, REGIONS, SEGMENTS, inks_shown, parts_of, quality_scale, shade
from ui.window import Window


def test_each_triangle_wears_the_colour_of_the_segment_behind_it(window: Window, case_folder: Path) -> None:
    show_named(window, case_folder)
    window.session.set_look(part=SEGMENTS)
    panel = window.workplace.scene_panel
    mesh, surface = window.session.mesh, panel.scene.surface
    assert mesh is not None and surface is not None
    found = shade(window.session, surface)
    assert found is not None
    tet = int(np.flatnonzero((np.isin(mesh.tets, mesh.facets[7])).sum(axis=1) == 3)[0])
    assert tuple(found.colours[7]) == tuple(segment_colours()[mesh.cell_data[SEGMENTS][tet]])
    assert "1  basal anterior" in panel.legends.swatches.text() and panel.legends.swatches.isVisible()
    shown = {ink.colour for ink in inks_shown(window.session)}
    assert {"#{:02x}{:02x}{:02x}".format(*colour) for colour in np.unique(found.colours, axis=0)} <= shown


def test_scar_has_a_colour_and_a_name_of_its_own(window: Window, case_folder: Path) -> None:
    show_named(window, case_folder)
    window.session.set_look(part=REGIONS)
    words = [ink.words for ink in inks_shown(window.session)]
    assert words == ["Left ventricle", "Scar core"]
    window.session.pick(tuple(window.session.mesh.points[window.session.mesh.tets[0]].mean(axis=0)))  # type: ignore[union-attr, arg-type]
    assert window.workplace.scene_panel.caption.told.text().startswith("Scar core")


def test_the_quality_of_a_heart_cut_open_is_that_of_the_tetrahedra_at_its_cut(
    window: Window, case_folder: Path
) -> None:
    show_named(window, case_folder)
    window.session.set_look(part=ANGLE, opened=True)
    panel = window.workplace.scene_panel
    surface, mesh, numbers = panel.scene.surface, window.session.mesh, window.session.tet_numbers
    assert surface is not None and surface.cut is not None and mesh is not None and numbers is not None
    tets = surface.tets(numbers.owner)
    middles = np.asarray(surface.poly.cell_centers().points)
    corners = mesh.points[mesh.tets[tets]]
    assert ((middles > corners.min(axis=1) - 1e-3) & (middles < corners.max(axis=1) + 1e-3)).all()
    wanted = quality_scale(ANGLE, min_dihedrals(mesh.points, mesh.tets[tets]))
    found = shade(window.session, surface)
    assert found is not None
    assert np.abs(found.colours.astype(int) - wanted.texture[0][(wanted.across * 255).astype(int)]).max() <= 4
    assert panel.legends.right.isVisible() and panel.legends.right.painting is not None
    assert not panel.legends.swatches.isVisible()
    window.session.set_look(part="", opened=False)


def test_a_mesh_of_an_older_program_tells_its_surfaces_until_it_is_measured(window: Window, case_folder: Path) -> None:
    for name in ("quality.npz", "quality.json"):
        (case_folder / "mesh" / name).unlink()
    window.open_case(case_folder)
    assert list(parts_of(window.session)) == [""]
    assert window.session.quality is None


def show_named(window: Window, folder: Path) -> None:
    """The window on the case with segments, and a first tetrahedron of scar."""
    case = Case.open(folder)
    mesh = case.mesh()
    assert mesh is not None
    region = mesh.region.copy()
    region[0] = 9
    scarred = replace(mesh, region=region, region_names={**mesh.region_names, 9: "scar_core"})
    case.save_mesh(name_places(scarred), ())
    assert window.open_case(folder)
    window.go("heart")
