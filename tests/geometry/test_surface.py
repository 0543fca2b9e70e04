import numpy as np

from geometry.shapes import slab
from geometry.surface import boundary_facets, is_manifold, main_piece


def test_a_box_is_a_manifold_and_one_without_a_facet_is_not() -> None:
    facets = slab((2.0, 2.0, 2.0), 1.0).facets
    assert is_manifold(facets)
    assert not is_manifold(facets[1:])


def test_two_boxes_that_touch_in_a_node_or_along_an_edge_are_not_a_manifold() -> None:
    tets = slab((1.0, 1.0, 1.0), 1.0).tets  # corners 0..7, the far one is 7
    by_node = np.where(tets == 7, 7, tets + 8)
    assert is_manifold(boundary_facets(np.concatenate([tets, tets + 8]))[0])
    assert not is_manifold(boundary_facets(np.concatenate([tets, by_node]))[0])
    by_edge = np.where(np.isin(tets, (6, 7)), tets, tets + 8)
    assert not is_manifold(boundary_facets(np.concatenate([tets, by_edge]))[0])


def test_the_main_piece_is_the_largest_one() -> None:
    small, large = slab((1.0, 1.0, 1.0), 1.0), slab((3.0, 1.0, 1.0), 1.0)
    points = np.concatenate([small.points, large.points + 10.0])
    kept, tets = main_piece(points, np.concatenate([small.tets, large.tets + len(small.points)]))
    assert np.array_equal(kept, large.points + 10.0)
    assert np.array_equal(tets, large.tets)
