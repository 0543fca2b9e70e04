"""Meshes with faults: what is repaired is told, what cannot be is refused with how many and where."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange.mend_surface import closed_surface
from geometry.exchange.mend_tets import check_numbers, mended
from geometry.exchange.raw_mesh import RawMesh
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab
from geometry.surface import enclosed_volume


@pytest.fixture(scope="module")
def box() -> RawMesh:
    """4 x 3 x 2 mm of cubes of 1 mm, six tetrahedra each, with their numbers as data."""
    made = slab((4.0, 3.0, 2.0), 1.0)
    tets = made.tets.astype(np.int64)
    return RawMesh(made.points, tets, made.facets.astype(np.int64), tet_data={"number": np.arange(len(tets))})


def volume(raw: RawMesh) -> float:
    corners = raw.points[raw.tets]
    return float(np.linalg.det(corners[:, 1:] - corners[:, :1]).sum() / 6)


def test_a_good_mesh_stays_as_it_is(box: RawMesh) -> None:
    found = mended(box)
    assert found.notes == ()
    assert np.array_equal(found.tets, box.tets)
    assert found.points is box.points


def test_tetrahedra_inside_out_are_turned_and_told(box: RawMesh) -> None:
    tets = box.tets.copy()
    tets[[3, 40]] = tets[[3, 40]][:, [1, 0, 2, 3]]
    found = mended(replace(box, tets=tets))
    assert volume(found) == pytest.approx(24.0)
    x, y, z = box.points[box.tets[3]].mean(axis=0)
    assert found.notes == (
        f"2 tetrahedra were inside out (the first at ({x:.1f}, {y:.1f}, {z:.1f}) mm) and turned round.",
    )
    every = mended(replace(box, tets=box.tets[:, [1, 0, 2, 3]]))
    assert every.notes == ("All tetrahedra were numbered inside out and were turned round.",)
    assert volume(every) == pytest.approx(24.0)


def test_nodes_on_one_place_are_made_one(box: RawMesh) -> None:
    tets, points = box.tets.copy(), np.concatenate([box.points, box.points[[5, 6]]])
    tets[0][tets[0] == 5] = len(box.points)
    tets[::7][tets[::7] == 6] = len(box.points) + 1
    found = mended(replace(box, tets=tets, points=points, point_data={"x": points[:, 0]}))
    assert found.notes[0] == "2 nodes lay on another and were made one with it."
    assert len(found.points) == len(found.point_data["x"]) == len(box.points)
    assert np.array_equal(found.tets, box.tets)


def test_collapsed_and_double_tetrahedra_and_unused_nodes_are_left_out(box: RawMesh) -> None:
    more = np.concatenate([box.tets, [[0, 1, 1, 5]], box.tets[:2]])
    data = {"number": np.arange(len(more))}
    found = mended(replace(box, tets=more, points=np.concatenate([box.points, [[99.0, 0, 0]]]), tet_data=data))
    assert np.array_equal(found.tets, box.tets)
    assert np.array_equal(found.tet_data["number"], np.arange(len(box.tets)))
    assert [note.split(" ")[0:2] for note in found.notes] == [["1", "tetrahedron"], ["2", "tetrahedra"], ["1", "node"]]


def test_flat_tetrahedra_that_hold_the_mesh_together_are_refused(box: RawMesh) -> None:
    """One inner tetrahedron squashed into the plane of its own faces: its neighbours would not fit any more."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.0], [0.4, 0.4, 1], [0.4, 0.4, -1]])
    tets = np.array([[0, 1, 2, 4], [1, 3, 2, 4], [0, 3, 1, 5], [0, 2, 3, 5], [0, 1, 3, 2]])
    with pytest.raises(Refused, match=r"1 tetrahedron has no volume \(at \(0.5, 0.5, 0.0\) mm\), and without .* gaps"):
        mended(RawMesh(points, tets))


def test_a_loose_scrap_is_left_out_and_two_hearts_are_refused(box: RawMesh) -> None:
    scrap = np.array([[20.0, 0, 0], [21, 0, 0], [20, 1, 0], [20, 0, 1]])
    n = len(box.points)
    added = replace(box, points=np.concatenate([box.points, scrap]), tet_data={},
                    tets=np.concatenate([box.tets, n + np.arange(4)[None]]))  # fmt: skip
    found = mended(added)
    assert len(found.tets) == len(box.tets)
    assert found.notes[0].startswith("1 loose piece of 0.00017 ml together (at (20.2, 0.2, 0.2) mm) left out")
    twice = replace(box, points=np.concatenate([box.points, box.points + 50]), tet_data={},
                    tets=np.concatenate([box.tets, box.tets + n]))  # fmt: skip
    with pytest.raises(Refused, match=r"in 2 pieces .*0\.0 ml around \(2.0, 1.5, 1.0\) mm"):
        mended(twice)


def test_tetrahedra_over_each_other_are_refused(box: RawMesh) -> None:
    """A corner drawn through the opposite side: the tetrahedra there are inside out for good, not by their numbers."""
    points = box.points.copy()
    corner = int(np.argmin(points.sum(axis=1)))
    points[corner] = [3.0, 2.5, 1.5]
    with pytest.raises(Refused, match="lie over each other"):
        mended(replace(box, points=points))


def test_other_solids_are_refused(box: RawMesh) -> None:
    with pytest.raises(Refused, match="12 hexahedra"):
        mended(replace(box, other={"hexahedra": 12}))


def test_cells_of_points_that_are_not_there_are_refused(box: RawMesh) -> None:
    with pytest.raises(Refused, match=r"2 tetrahedra use points .* has 59"):
        check_numbers(replace(box, points=box.points[:-1], tets=box.tets[-2:] * 0 + 59))


# --- surfaces


def surface_of(mesh: HeartMesh) -> RawMesh:
    return RawMesh(mesh.points, triangles=mesh.facets.astype(np.int64), triangle_data={"class": mesh.facet_tag})


def test_triangles_turned_the_wrong_way_are_turned_back(heart: HeartMesh) -> None:
    wrong = surface_of(heart)
    triangles = wrong.triangles.copy()
    triangles[::3] = triangles[::3, ::-1]
    found = closed_surface(replace(wrong, triangles=triangles))
    assert enclosed_volume(found.points, found.triangles) == pytest.approx(heart.tet_volumes().sum())
    assert np.array_equal(found.triangle_data["class"], heart.facet_tag)


def test_holes_are_refused_with_their_number_and_place(heart: HeartMesh) -> None:
    whole = surface_of(heart)
    hole = heart.points[heart.facets[0]]
    with pytest.raises(Refused, match="not closed: 3 edges") as refusal:
        closed_surface(replace(whole, triangles=whole.triangles[1:], triangle_data={}))
    x, y, _ = ((hole + hole[[1, 2, 0]]) / 2).round(1).T
    told = str(refusal.value)
    assert any(f"({a:.1f}, {b:.1f}," in told for a, b in zip(x, y, strict=True))


def test_surfaces_in_pieces_are_refused(heart: HeartMesh) -> None:
    one = surface_of(heart)
    two = replace(one, points=np.concatenate([one.points, one.points + 200]), triangle_data={},
                  triangles=np.concatenate([one.triangles, one.triangles + len(one.points)]))  # fmt: skip
    with pytest.raises(Refused, match="in 2 pieces"):
        closed_surface(two)


def test_double_triangles_and_loose_corners_are_mended(heart: HeartMesh) -> None:
    one = surface_of(heart)
    doubled = RawMesh(one.points, triangles=np.concatenate([one.triangles, one.triangles[:4]]))
    found = closed_surface(doubled)
    assert len(found.triangles) == len(one.triangles)
    assert found.notes == ("4 triangles were in the file twice and taken once.",)
    corners = one.points[one.triangles].reshape(-1, 3)
    loose = closed_surface(RawMesh(corners, triangles=np.arange(len(corners)).reshape(-1, 3)))
    assert len(loose.points) == len(np.unique(heart.facets))


def test_a_surface_that_touches_itself_along_an_edge_is_parted() -> None:
    """Two cubes with one edge in common, and a rod that joins them: four triangles at that edge."""
    cells = np.zeros((4, 4, 4), bool)
    cells[1, 1, 1:3] = cells[2, 2, 1:3] = True  # along an edge
    cells[1:3, 1, 2] = True  # and joined above
    faces = []
    for i, j, k in np.argwhere(cells):
        for axis in range(3):
            for side in (0, 1):
                beside = [i, j, k]
                beside[axis] += 2 * side - 1
                if not cells[tuple(beside)]:
                    u, v = (axis + 1) % 3, (axis + 2) % 3
                    corners = np.tile([i, j, k], (4, 1))
                    corners[:, axis] += side
                    corners[[1, 2], u] += 1
                    corners[[2, 3], v] += 1
                    faces.append(corners if side else corners[::-1])
    quads = np.array(faces, float)
    points, number = np.unique(quads.reshape(-1, 3), axis=0, return_inverse=True)
    number = number.reshape(-1, 4)
    raw = RawMesh(points, triangles=np.concatenate([number[:, [0, 1, 2]], number[:, [0, 2, 3]]]))
    found = closed_surface(raw)
    assert found.notes == ("The surface touched itself along 1 edge (at (2.0, 2.0, 1.5) mm) and was parted there.",)
    ends = np.sort(found.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(ends, axis=0, return_counts=True)[1] == 2).all()
    assert enclosed_volume(found.points, found.triangles) == pytest.approx(5.0)  # cubes
