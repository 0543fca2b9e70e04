"""A tetrahedron that was squeezed flat is opened again by the nodes inside the mesh."""

import numpy as np

from geometry.meshing.unflattened import NUDGES, unflattened
from geometry.quality import min_dihedrals
from geometry.shapes import slab
from geometry.surface import boundary_facets


def test_a_node_pushed_against_a_face_goes_back_and_the_surface_stays() -> None:
    box = slab((5.0, 5.0, 5.0), 1.0)
    node = int(np.argmin(np.linalg.norm(box.points - 2.0, axis=1)))
    first = box.tets[(box.tets == node).any(axis=1)][0]
    face = box.points[first[first != node]].mean(axis=0)
    squeezed = box.points.copy()
    squeezed[node] += 0.97 * (face - squeezed[node])
    assert min_dihedrals(squeezed, box.tets).min() < 5
    surface = np.unique(boundary_facets(box.tets)[0])
    opened = unflattened(squeezed, box.tets, surface, 15.0)
    assert min_dihedrals(opened, box.tets).min() >= 15
    assert (opened[surface] == box.points[surface]).all()
    assert (box.with_points(opened).tet_volumes() > 0).all()


def test_what_is_held_and_what_is_too_much_stays() -> None:
    box = slab((3.0, 3.0, 3.0), 1.0)
    every = np.arange(len(box.points))
    assert (unflattened(box.points, box.tets, every, 80.0) == box.points).all()
    assert (unflattened(box.points, box.tets, every[:0], 80.0, most=3) == box.points).all()


def test_a_surface_is_nudged_no_farther_than_a_fraction_of_an_edge() -> None:
    box = slab((4.0, 4.0, 4.0), 1.0)
    surface = np.unique(boundary_facets(box.tets)[0])
    node = int(surface[np.argmin(np.linalg.norm(box.points[surface] - (2.0, 2.0, 0.0), axis=1))])
    dented = box.points.copy()
    dented[node, 2] += 0.95  # its neighbour inside is 1 mm away
    assert min_dihedrals(dented, box.tets).min() < 4
    nudged = unflattened(dented, box.tets, np.zeros(0, dtype=int), 5.0, NUDGES)
    assert min_dihedrals(nudged, box.tets).min() >= 5
    assert np.linalg.norm(nudged - dented, axis=1).max() < 0.4
