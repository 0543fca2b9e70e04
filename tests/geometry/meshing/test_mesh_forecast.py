"""The forecast of a mesh against the real mesh of the first sample patient."""

from pathlib import Path

import pytest

import sample_scans
from geometry.meshing.cavity_blood import build_cavity
from geometry.meshing.mesh_forecast import wall_size
from geometry.meshing.ventricles import build_ventricles
from geometry.segmentation import load_segmentation


@pytest.mark.parametrize("edge", [2.0, 3.0])
def test_a_forecast_is_within_a_quarter_of_the_real_mesh(edge: float) -> None:
    labels = load_segmentation(Path(sample_scans.__file__).parent / "A_cine_mr" / "truth")
    made = len(build_ventricles(labels, edge=edge).tets)
    assert wall_size(labels).forecast(edge).tets == pytest.approx(made, rel=0.25)


@pytest.mark.parametrize("side", ["lv", "rv"])
def test_a_forecast_of_the_blood_is_within_a_tenth_of_the_real_mesh(side: str) -> None:
    labels = load_segmentation(Path(sample_scans.__file__).parent / "A_cine_mr" / "truth")
    made = len(build_cavity(labels, side, edge=4.0).tets)
    assert wall_size(labels).cavity_forecast(side == "rv", 4.0).tets == pytest.approx(made, rel=0.1)
