"""Doubt of a field: which fields carry it, any threshold at once, and what is said of it."""

import numpy as np
import pytest
import pyvista as pv

from app.palettes import palettes
from app.vsup import vsup_texture
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Field, Result
from ui.ensemble import drawn_field, family_of, shown_fields, threshold_of
from ui.heart_actors import HeartActors
from ui.heart_surface import HeartSurface
from ui.look import CHANCE, DOUBT, SPLIT, VALUE, Look
from ui.painting import difference, modes_of, paint, paint_pair
from ui.readout import value_at


@pytest.fixture(scope="module")
def mesh() -> HeartMesh:
    return half_ellipsoid_ventricle(edge=8.0)


def _flow(mesh: HeartMesh) -> Result:
    count = len(mesh.points)
    members = np.tile(np.arange(1.0, 9.0)[:, None], (1, count))  # 1, 2, ... 8 m/s everywhere
    at = "Velocity at constant peak flow"
    return Result(
        kind="flow",
        method="Navier-Stokes",
        fields={
            "velocity": Field(np.ones((2, count, 3)), "m/s", "Velocity", (0.0, 10.0), "SLOW", "FAST"),
            "velocity_magnitude_mean": Field(members.mean(axis=0), "m/s", f"{at}, mean of 8 members"),
            "velocity_magnitude_sd": Field(members.std(axis=0), "m/s", f"{at}, standard deviation"),
            "velocity_magnitude_exceedance": Field(np.full(count, 0.5), "1", f"Probability that {at.lower()} > 4 m/s"),
            "velocity_magnitude_members": Field(members, "m/s", f"{at}, each member", tuple(map(float, range(8)))),
        },
    )


def test_a_vector_field_has_the_doubt_of_its_length(mesh: HeartMesh) -> None:
    result = _flow(mesh)
    assert list(shown_fields(result)) == ["velocity"]
    assert family_of(result, "velocity") == "velocity_magnitude"
    assert modes_of(result, "velocity") == (VALUE, DOUBT, SPLIT, CHANCE)
    field = drawn_field(result, Look(field="velocity", mode=DOUBT))
    assert field is not None and not field.times


def test_the_threshold_starts_at_the_ensembles_own_and_any_other_is_counted_at_once(mesh: HeartMesh) -> None:
    result, look = _flow(mesh), Look(field="velocity", mode=CHANCE)
    assert threshold_of(result, look) == 4.0
    (painting,) = paint(result, look)
    assert painting.title == "P(velocity at constant peak flow > 4 m/s)"
    assert painting.values[0] == 50.0  # 5, 6, 7, 8 of 1..8
    (other,) = paint(result, look.changed(threshold=6.5))
    assert other.values[0] == 25.0 and other.runs == 8  # 7 and 8


def test_an_interval_of_another_moment_is_not_given_to_the_beat(mesh: HeartMesh) -> None:
    result = _flow(mesh)
    (beat,) = paint(result, Look(field="velocity"))
    (doubt,) = paint(result, Look(field="velocity", mode=DOUBT))
    assert "90 %" not in value_at(result, "velocity", 0, beat)
    assert "constant peak flow" in value_at(result, "velocity", 0, doubt)
    assert "90 % interval of 8 runs" in value_at(result, "velocity", 0, doubt)


def test_a_difference_is_right_minus_left_on_a_scale_even_about_zero() -> None:
    left = Field(np.array([10.0, 20.0]), "ms", "Activation time", (), "EARLY", "LATE")
    right = Field(np.array([10.0, 57.0]), "ms", "Activation time", (), "EARLY", "LATE")
    painting = difference(left, right)
    assert painting.values.tolist() == [0.0, 37.0]
    assert painting.low == -painting.high and painting.across[0] == 0.5
    assert painting.high_word == "RIGHT LATER"


def test_two_runs_that_keep_other_moments_are_compared_at_the_same_time() -> None:
    def run(times: tuple[float, ...]) -> Result:
        values = np.array([[time, 2 * time] for time in times])  # so that a value tells its moment
        return Result("flow", "", {"pressure": Field(values, "mmHg", "Pressure", times)})

    often, seldom = run((0.0, 20.0, 40.0, 60.0)), run((0.0, 60.0))
    one, two = paint_pair(often, seldom, Look(field="pressure"), 60.0)
    assert one.values.tolist() == two.values.tolist() == [60.0, 120.0]
    (none,) = paint_pair(often, seldom, Look(field="pressure", difference=True), 60.0)
    assert none.values.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("sd", "layer"), [(0.0, 0), (1e3, 3)])
def test_what_is_sure_is_drawn_in_full_colour_and_what_is_not_in_grey(mesh: HeartMesh, sd: float, layer: int) -> None:
    result = _flow(mesh)
    count = len(mesh.points)
    fields = dict(result.fields)
    fields["velocity_magnitude_mean"] = Field(np.linspace(0.0, 0.01, count), "m/s", "Velocity, mean")
    fields["velocity_magnitude_sd"] = Field(np.full(count, sd), "m/s", "Velocity, SD")
    (painting,) = paint(Result("flow", "", fields), Look(field="velocity", mode=DOUBT), limits=(0.0, 8.0))
    plotter = pv.Plotter(off_screen=True, window_size=[120, 120])
    plotter.set_background("white")
    HeartActors(plotter, 0).show_painting(HeartSurface(mesh), painting, isochrones=False)
    plotter.reset_camera()
    shot = np.asarray(plotter.screenshot(return_img=True))[..., :3].reshape(-1, 3).astype(float)
    plotter.close()
    inked = shot[shot.sum(axis=1) < 740]
    wanted = vsup_texture(palettes()["viridis"])[layer, 0].astype(float)
    seen = inked.mean(axis=0)  # shading changes brightness, not the ratio of the channels
    assert np.allclose(seen / seen.sum(), wanted / wanted.sum(), atol=0.05)
