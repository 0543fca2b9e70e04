"""Patient B through the real command line: from CT to pressure drop and wall shear."""

from pathlib import Path
from typing import Any

import pytest

from app.case import Case
from sample_scans.catalogue import sample
from solvers.scenario import Ensemble, Flow


def test_patient_b_goes_from_ct_to_pressure_drop_and_wall_shear(tmp_path: Path, road: Any) -> None:
    case, truth = tmp_path / "b", sample("B")
    assert truth is not None
    road.verb("new", str(case), "--from", "B")
    road.verb("segment", str(case))
    built = road.verb("mesh", str(case), "--edge", "3.5")
    area = next(m for name, m in built["metrics"].items() if m["unit"] == "mm2")
    assert area["value"] == pytest.approx(truth.facts["orifice_area_mm2"], rel=0.25)

    short = Flow(stroke_volume=50, heart_rate=150, ejection_time=200, time_step=20, ensemble=Ensemble(members=2))
    numbers = road.simulate(case, short, "coarse")
    assert all(check["passed"] for check in numbers["checks"]), numbers["checks"]
    result = Case.open(case).result("coarse")
    values = {metric.name: metric.value for metric in result.metrics}
    # Peak flow of the ejection through about 1 cm2: several m/s; Bernoulli without recovery bounds the drop from above.
    assert 2.5 < values["peak_velocity"] < 8
    assert (
        0.3 * 4 * values["peak_velocity"] ** 2 < values["peak_pressure_drop"] < 1.3 * 4 * values["peak_velocity"] ** 2
    )
    for field in ("velocity", "wall_shear_stress_mean", "wall_shear_stress_exceedance"):
        road.show(case, field)
