"""Shorter edges at scar, on an ellipsoid with a known infarct."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing import scar_edges
from geometry.meshing.grading import GradingError
from geometry.meshing.mesh_forecast import WallSize
from geometry.meshing.scar_edges import refined_at_scar, scar_edge_for
from geometry.quality import mesh_quality
from geometry.scar.on_mesh import scar_on_mesh
from geometry.shapes import half_ellipsoid_ventricle
from solvers.verification.scar_phantom import Ellipsoids, scar_phantom

EDGE, FINE = 3.0, 1.5


@pytest.fixture(scope="module")
def marked() -> HeartMesh:
    return scar_on_mesh(half_ellipsoid_ventricle(EDGE), *scar_phantom(Ellipsoids())).mesh


@pytest.fixture(scope="module")
def refined(marked: HeartMesh) -> HeartMesh:
    return refined_at_scar(marked, EDGE, FINE)


def test_edges_are_short_in_the_scar_and_as_before_far_from_it(marked: HeartMesh, refined: HeartMesh) -> None:
    again = scar_on_mesh(refined, *scar_phantom(Ellipsoids())).mesh
    scar = np.isin(again.region, [n for n, name in again.region_names.items() if name in ("scar_core", "border_zone")])
    away = again.points[again.tets].mean(axis=1)[:, 1] < -10.0  # the infarct lies around +y

    def edges(some: np.ndarray) -> float:
        return replace(again, tets=again.tets[some]).edge_length()

    assert edges(scar) == pytest.approx(FINE, rel=0.15)
    assert edges(away) == pytest.approx(marked.edge_length(), rel=0.15)


def test_shape_surfaces_and_quality_are_kept(marked: HeartMesh, refined: HeartMesh) -> None:
    quality = mesh_quality(refined)
    assert not quality.inverted
    assert quality.min_dihedral > 5
    assert quality.radius_ratio_p99 < 3
    assert refined.tet_volumes().sum() == pytest.approx(marked.tet_volumes().sum(), rel=0.01)
    assert set(refined.region_names.values()) == {"lv"}
    assert dict(refined.landmarks) == dict(marked.landmarks)
    top = marked.points[np.unique(marked.tagged("base"))][:, 2].max()
    assert np.abs(refined.points[np.unique(refined.tagged("base"))][:, 2] - top).max() < 1e-6


def test_the_forecast_counts_the_scar(marked: HeartMesh, refined: HeartMesh) -> None:
    volume = marked.tet_volumes()
    scar = volume[np.isin(marked.region, [n for n, name in marked.region_names.items() if name != "lv"])].sum()
    told = WallSize(volume.sum(), 94e3, 0.0, scar).forecast(
        EDGE, FINE
    )  # 94 ml in half an ellipsoid of 60, 27 and 27 mm
    assert told.tets == pytest.approx(len(refined.tets), rel=0.25)
    assert told.tets > 1.5 * WallSize(volume.sum(), 94e3, 0.0).forecast(EDGE).tets


def test_where_the_mesher_fails_the_mesh_stays_and_says_so(marked: HeartMesh, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> HeartMesh:
        raise GradingError("mmg wrote no mesh")

    monkeypatch.setattr(scar_edges, "graded", fails)
    kept = refined_at_scar(marked, EDGE, FINE)
    assert len(kept.tets) == len(marked.tets)
    assert "as long in the scar as elsewhere: mmg wrote no mesh" in kept.notes[-1]


def test_edges_at_scar_are_half_unless_told_and_never_longer() -> None:
    assert scar_edge_for(1.5) == 0.75
    assert scar_edge_for(0.4) == 0.3
    with pytest.raises(Refused, match="at scar"):
        scar_edge_for(1.0, 2.0)
