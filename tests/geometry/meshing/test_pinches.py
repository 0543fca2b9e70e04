import numpy as np

from geometry.meshing.pinches import touching, unpinched
from geometry.shapes import slab
from geometry.surface import boundary_facets, main_piece


def test_a_box_touches_itself_nowhere_and_without_a_facet_it_is_open_at_its_edges() -> None:
    box = slab((2.0, 2.0, 2.0), 1.0)
    assert len(touching(box.points, box.facets)) == 0
    corners = box.points[box.facets[0]]
    middles = (corners + np.roll(corners, 1, axis=0)) / 2
    assert np.allclose(np.sort(touching(box.points, box.facets[1:]), axis=0), np.sort(middles, axis=0))


def test_two_boxes_that_touch_in_a_node_or_along_an_edge_say_where() -> None:
    box = slab((1.0, 1.0, 1.0), 1.0)  # corners 0..7, the far one is 7
    points, tets = np.concatenate([box.points, box.points + 5.0]), box.tets
    apart, _ = boundary_facets(np.concatenate([tets, tets + 8]))
    assert len(touching(points, apart)) == 0
    by_node, _ = boundary_facets(np.concatenate([tets, np.where(tets == 7, 7, tets + 8)]))
    assert np.allclose(touching(points, by_node), box.points[7])
    by_edge, _ = boundary_facets(np.concatenate([tets, np.where(np.isin(tets, (6, 7)), tets, tets + 8)]))
    assert np.allclose(touching(points, by_edge), box.points[[6, 7]].mean(axis=0))


def test_the_main_piece_is_the_largest_one() -> None:
    small, large = slab((1.0, 1.0, 1.0), 1.0), slab((3.0, 1.0, 1.0), 1.0)
    points = np.concatenate([small.points, large.points + 10.0])
    kept, tets = main_piece(points, np.concatenate([small.tets, large.tets + len(small.points)]))
    assert np.array_equal(kept, large.points + 10.0)
    assert np.array_equal(tets, large.tets)


def test_of_two_boxes_that_touch_along_an_edge_or_in_a_node_the_smaller_one_loses_what_touches() -> None:
    large, small = slab((2.0, 2.0, 2.0), 1.0), slab((1.0, 1.0, 1.0), 1.0)
    corner = int(np.argmax(large.points.sum(axis=1)))  # (1, 1, 2) or so: the far corner of the large one
    points = np.concatenate([large.points, small.points + large.points[corner] - small.points[0]])
    tets = small.tets + len(large.points)
    joined = np.concatenate([large.tets, np.where(tets == len(large.points), corner, tets)]).astype(np.int32)
    assert len(touching(points, boundary_facets(joined)[0])) == 1
    _, found = main_piece(points, unpinched(points, joined))
    assert len(found) == len(large.tets)
    assert len(touching(points, boundary_facets(unpinched(points, joined))[0])) == 0
