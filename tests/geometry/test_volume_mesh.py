from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from geometry.errors import Refused
from geometry.quality import min_dihedrals, radius_ratios
from geometry.surface import boundary_facets, enclosed_volume
from geometry.volume_mesh import fill


def test_a_ball_is_filled_to_its_volume() -> None:
    surface = pv.Icosphere(radius=10.0, nsub=4)
    points, tets = fill(np.asarray(surface.points, dtype=float), surface.regular_faces, 1.5)
    assert enclosed_volume(points, boundary_facets(tets)[0]) == pytest.approx(surface.volume, rel=0.01)


def test_a_surface_with_a_hole_is_refused() -> None:
    surface = pv.Icosphere(radius=10.0, nsub=2)
    with pytest.raises(Refused, match="open edges"):
        fill(np.asarray(surface.points, dtype=float), surface.regular_faces[1:], 2.5)


def test_a_real_biventricle_keeps_its_volume(reference_data: Path) -> None:
    surface = pv.read(reference_data / "cobiveco/examples/geo1/heart.vtp").triangulate().clean()
    points, tets = fill(np.asarray(surface.points, dtype=float), surface.regular_faces, 2.2)
    # 144.8 ml according to the data's description.
    assert enclosed_volume(points, boundary_facets(tets)[0]) == pytest.approx(144.8e3, rel=0.01)
    assert min_dihedrals(points, tets).min() > 5.0
    assert np.percentile(radius_ratios(points, tets), 99) < 3.0
