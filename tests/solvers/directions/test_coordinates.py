from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.potential import shape_gradients, solve_laplace, stiffness
from geometry.shapes import half_ellipsoid_ventricle, slab
from solvers.directions.coordinates import (
    KEPT,
    heart_axes,
    laplace_fields,
    wall_coordinates,
)
from solvers.directions.fibers import add_fibers
from solvers.wall_records import FiberAngles


def test_gradients_of_a_linear_function_are_exact():
    mesh = slab((2.0, 3.0, 1.0), 0.5)
    gradients, volumes = shape_gradients(mesh)
    slope = np.array([1.5, -2.0, 0.25])
    found = np.einsum("mi,mij->mj", (mesh.points @ slope)[mesh.tets], gradients)
    assert np.allclose(found, slope)
    assert volumes.sum() == pytest.approx(6.0)


def test_laplace_between_two_plates_is_linear():
    mesh = slab((4.0, 2.0, 2.0), 0.5)
    x = mesh.points[:, 0]
    matrix = stiffness(mesh, *shape_gradients(mesh))
    found = solve_laplace(matrix, [(np.flatnonzero(x == 0), 0.0), (np.flatnonzero(x == 4), 1.0)])
    assert np.allclose(found, x / 4, atol=1e-6)


def test_wall_fields_stay_between_their_surfaces(two_chambers, two_chamber_fields):
    fields = two_chamber_fields
    assert all(v.min() >= 0 and v.max() <= 1 for v in (fields.epi, fields.lv, fields.rv, fields.apex_base))
    inner = np.unique(two_chambers.tagged("endo_lv"))
    outer = np.setdiff1d(two_chambers.tagged("epi"), np.union1d(inner, two_chambers.tagged("endo_rv")))
    assert np.allclose(fields.epi[outer], 1.0)
    assert np.allclose(fields.lv[np.setdiff1d(inner, two_chambers.tagged("endo_rv"))], 1.0)
    # the three fields share one set of surfaces and add up to one everywhere
    assert np.allclose(fields.epi + fields.lv + fields.rv, 1.0, atol=1e-3)


def test_axes_are_right_handed_with_the_anterior_wall_in_front(two_chambers):
    # the test heart has its apex at -z and its right ventricle at +x; then the anterior wall is at +y (RAS: front)
    axes = heart_axes(two_chambers)
    assert np.allclose(axes.up, [0, 0, 1])
    assert axes.septal @ [1, 0, 0] > 0.99
    assert axes.anterior @ [0, 1, 0] > 0.99
    assert axes.height(axes.base[None])[0] == pytest.approx(1.0)


def test_axes_do_without_landmarks(two_chambers):
    bare = heart_axes(replace(two_chambers, landmarks={}))
    assert bare.up @ heart_axes(two_chambers).up > 0.95


def test_coordinates_name_the_places_of_the_wall(two_chambers, two_chamber_fields):
    found = wall_coordinates(two_chambers, two_chamber_fields)
    named = {name for name in found if not name.startswith(KEPT)}
    assert named == {"transmural", "apex_base", "rotational", "right_left"}
    front = np.argmax(two_chambers.points[:, 1])
    assert found["rotational"][front] > 0
    assert found["right_left"][np.argmax(two_chambers.points[:, 0])] > 0.9
    assert found["right_left"][np.argmin(two_chambers.points[:, 0])] < 0.1


def test_a_mesh_without_surfaces_is_refused_with_their_names():
    with pytest.raises(Refused, match="endo_lv"):
        laplace_fields(slab((2.0, 2.0, 2.0), 1.0))


def test_fields_kept_with_the_mesh_are_those_that_were_solved() -> None:
    bare = half_ellipsoid_ventricle(edge=5.0)
    solved = laplace_fields(bare)
    kept = laplace_fields(add_fibers(bare, FiberAngles()), _refuse_to_solve)
    assert np.array_equal(kept.epi, solved.epi) and np.array_equal(kept.rv, solved.rv)
    for name, slope in solved.gradients.items():
        assert np.allclose(kept.gradients[name], slope), name


def _refuse_to_solve(fraction: float, message: str = "") -> None:
    assert fraction == 1.0, "a Laplace problem was solved again"
