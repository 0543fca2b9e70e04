"""From fields to colours: limits, levels, modes, and no data."""

import numpy as np

from app.palettes import palettes
from app.vsup import LAYERS, LEAVES, vsup, vsup_texture
from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.segmentation import Segmentation
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Field, Result
from ui.heart_surface import HeartSurface, long_cut
from ui.legend_limits import isochrone_times, levels_between, round_limits, shared_limits
from ui.look import CHANCE, DOUBT, SPLIT, VALUE, Look
from ui.painting import modes_of, paint
from ui.planes import direction_letter, slice_planes
from ui.readout import value_at


def _result(mesh: HeartMesh) -> Result:
    time = mesh.points[:, 2] - mesh.points[:, 2].min()
    members = np.stack([time * k for k in (0.8, 1.0, 1.2, 1.4)])
    return Result(
        kind="electrophysiology",
        method="eikonal",
        fields={
            "activation_time": Field(time, "ms", "Activation time", (), "EARLY", "LATE"),
            "activation_time_mean": Field(members.mean(axis=0), "ms", "Activation time, mean"),
            "activation_time_sd": Field(members.std(axis=0), "ms", "Activation time, SD"),
            "activation_time_members": Field(members, "ms", "members", (0.0, 1.0, 2.0, 3.0)),
        },
    )


def test_doubt_takes_colours_away_8_4_2_1() -> None:
    texture = vsup_texture(palettes()["clinical"])
    assert texture.shape == (LAYERS, LEAVES, 3)
    assert [len(np.unique(row, axis=0)) for row in texture] == [8, 4, 2, 1]


def test_full_doubt_hides_the_value_and_none_shows_it() -> None:
    palette = palettes()["viridis"]
    unsure = vsup(palette, np.array([0.05, 0.95]), np.array([1.0, 1.0]))
    sure = vsup(palette, np.array([0.05, 0.95]), np.array([0.0, 0.0]))
    assert (unsure[0] == unsure[1]).all()
    assert np.abs(sure[0].astype(int) - sure[1].astype(int)).sum() > 150


def test_early_is_red_on_the_clinical_map() -> None:
    red, green, blue = (int(v) for v in palettes()["clinical"].colours[0])
    assert red > 150 > 2 * max(green, blue) - 20


def test_a_field_offers_only_what_its_ensemble_supports() -> None:
    result = _result(half_ellipsoid_ventricle(edge=8.0))
    assert modes_of(result, "activation_time") == (VALUE, DOUBT, SPLIT, CHANCE)
    alone = Result(kind="flow", method="", fields={"pressure": Field(np.zeros(3), "mmHg", "Pressure")})
    assert modes_of(alone, "pressure") == (VALUE,)


def test_the_probability_over_a_threshold_counts_the_members() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    (painting,) = paint(_result(mesh), Look(field="activation_time", mode=CHANCE, threshold=50.0))
    time = mesh.points[:, 2] - mesh.points[:, 2].min()
    node = int(np.argmin(np.abs(time - 46.0)))  # over 50 in the members of 1.2 and 1.4 times, not in 0.8 and 1.0
    assert 50 / 1.2 < time[node] < 50.0
    assert painting.values[node] == 50.0


def test_legend_limits_are_round_and_hold_everything() -> None:
    assert round_limits(3.2, 97.0) == (0.0, 100.0)
    low, high = shared_limits(Field(np.array([1.0, 44.0]), "ms", "a"), Field(np.array([12.0, 118.0]), "ms", "b"))
    assert low <= 1.0 and high >= 118.0
    assert levels_between(0.0, 100.0) == (20.0, 40.0, 60.0, 80.0)


def test_no_data_stays_no_data() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    values = np.where(mesh.points[:, 2] > -30, np.nan, 5.0)
    values[0] = 1.0
    result = Result(kind="", method="x", fields={"activation_time": Field(values, "ms", "Activation time")})
    (painting,) = paint(result, Look(field="activation_time"))
    assert np.isnan(painting.across[np.isnan(values)]).all()
    node = int(np.flatnonzero(np.isnan(values))[0])
    assert value_at(result, "activation_time", node, painting) == "Activation time: no answer here"


def test_the_opened_heart_carries_a_linear_field_exactly() -> None:
    mesh = half_ellipsoid_ventricle(edge=6.0)
    surface = HeartSurface(mesh, long_cut(mesh))
    carried = surface.carry(mesh.points[:, 2])
    assert np.abs(carried - surface.poly.points[:, 2]).max() < 1e-3


def test_the_short_axis_is_seen_from_the_apex_with_the_patients_left_on_the_right(
    small_scan: tuple[Image, Segmentation],
) -> None:
    image, segmentation = small_scan
    short, first, _ = slice_planes(image, segmentation, None)
    assert short.letters() == ("R", "L", "A", "P")
    assert first.letters()[2] == "H"
    assert direction_letter(np.array([0.1, -0.9, 0.2])) == "P"


def test_isochrones_lie_on_multiples_of_the_spacing_and_bands_end_there() -> None:
    assert isochrone_times(0.0, 50.0, 10.0) == (10.0, 20.0, 30.0, 40.0)
    assert isochrone_times(12.0, 40.0, 20.0) == (20.0,)
    assert len(isochrone_times(0.0, 2000.0, 1.0)) <= 60
    mesh = half_ellipsoid_ventricle(edge=8.0)
    (painting,) = paint(_result(mesh), Look(field="activation_time", spacing=20.0))
    assert {level % 20.0 for level in painting.levels} == {0.0}
    steps = np.flatnonzero((np.diff(painting.texture[0].astype(int), axis=0) != 0).any(axis=1)) + 1
    edges = painting.low + steps / 512 * (painting.high - painting.low)
    np.testing.assert_allclose(edges, painting.levels, atol=(painting.high - painting.low) / 512)


def test_arrows_sit_on_seen_nodes_with_normals_of_length_one() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    for cut in (None, long_cut(mesh)):
        nodes, normals = HeartSurface(mesh, cut).spread(10.0)
        assert 20 < len(nodes) < len(mesh.points)
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-5)
