"""The whole road through the real command line, on coarse meshes and with few members so that it is quick."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from sample_scans.catalogue import sample
from solvers.scenario import Electrophysiology, Ensemble, Flow

Capture = pytest.CaptureFixture[str]


def verb(capsys: Capture, *words: str) -> dict[str, Any]:
    """Run one command that must end well; its JSON."""
    assert main([*words, "--json", "-"]) == 0, capsys.readouterr().err
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


def simulate(capsys: Capture, case: Path, scenario: Electrophysiology | Flow, name: str) -> dict[str, Any]:
    """Simulate from a scenario file, as a script would."""
    path = case.parent / f"{name}.json"
    path.write_text(scenario.model_dump_json())
    return verb(capsys, "simulate", str(case), "--scenario", str(path))


def has_colour(picture: Path) -> bool:
    """Whether a picture shows more than paper and ink."""
    from PIL import Image

    pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=int)
    return bool((np.ptp(pixels, axis=2) > 40).mean() > 0.02)


def test_patient_a_goes_from_cine_mr_to_activation_doubt_and_ecg(tmp_path: Path, capsys: Capture) -> None:
    case, truth = tmp_path / "a", sample("A")
    assert truth is not None
    assert verb(capsys, "new", str(case), "--from", "A")["phases"] == 20
    measured = verb(capsys, "segment", str(case))["metrics"]
    assert measured["lv_edv"]["value"] == pytest.approx(truth.facts["lv_edv_ml"], rel=0.10)
    assert measured["ejection_fraction"]["value"] == pytest.approx(truth.facts["lv_ef_percent"], abs=6)
    assert measured["lv_mass"]["value"] == pytest.approx(truth.facts["lv_mass_g"], rel=0.15)

    quality = verb(capsys, "mesh", str(case), "--edge", "2.5")["quality"]
    assert quality["inverted"] == 0 and quality["min_dihedral"] > 5 and quality["radius_ratio_p99"] < 3
    assert set(Case.open(case).scenarios()) == {"sinus_rhythm", "pacing"}

    quick = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=4))
    numbers = simulate(capsys, case, quick, "quick")
    total = numbers["metrics"]["total_activation_time"]
    # Durrer 1970 (doi 10.1161/01.CIR.41.6.899): the ventricles are activated within about 80 ms; velocities vary by 15 %.
    assert 60 < total["value"] < 110
    assert total["low"] < total["value"] < total["high"]
    ecg = Case.open(case).result("quick").traces["ecg"]
    assert ecg.values.shape[0] == 12 and np.abs(ecg.values).max() > 0.1

    for field in ("activation_time_mean", "activation_time_sd", "activation_time_exceedance"):
        out = tmp_path / f"{field}.png"
        verb(capsys, "show", str(case), "--field", field, "--out", str(out))
        assert has_colour(out), field
    paced = verb(capsys, "simulate", str(case), "--scenario", "pacing")["metrics"]
    assert paced["total_activation_time"]["value"] > total["value"]  # without the conduction system it takes longer

    report = Path(verb(capsys, "report", str(case))["report"])
    assert report.read_bytes().startswith(b"%PDF")


def test_patient_b_goes_from_ct_to_pressure_drop_and_wall_shear(tmp_path: Path, capsys: Capture) -> None:
    case, truth = tmp_path / "b", sample("B")
    assert truth is not None
    verb(capsys, "new", str(case), "--from", "B")
    verb(capsys, "segment", str(case))
    built = verb(capsys, "mesh", str(case), "--edge", "3.5")
    area = next(m for name, m in built["metrics"].items() if m["unit"] == "mm2")
    assert area["value"] == pytest.approx(truth.facts["orifice_area_mm2"], rel=0.25)

    short = Flow(stroke_volume=50, heart_rate=150, ejection_time=200, time_step=20, ensemble=Ensemble(members=2))
    numbers = simulate(capsys, case, short, "coarse")
    assert all(check["passed"] for check in numbers["checks"]), numbers["checks"]
    result = Case.open(case).result("coarse")
    values = {metric.name: metric.value for metric in result.metrics}
    # Peak flow of the ejection through about 1 cm2: several m/s; Bernoulli without recovery bounds the drop from above.
    assert 2.5 < values["peak_velocity"] < 8
    assert (
        0.3 * 4 * values["peak_velocity"] ** 2 < values["peak_pressure_drop"] < 1.3 * 4 * values["peak_velocity"] ** 2
    )
    for field in ("velocity", "wall_shear_stress_mean", "wall_shear_stress_exceedance"):
        out = tmp_path / f"{field}.png"
        verb(capsys, "show", str(case), "--field", field, "--out", str(out))
        assert has_colour(out), field


def test_the_real_patient_goes_from_dicom_zip_to_activation(
    tmp_path: Path, capsys: Capture, reference_data: Path
) -> None:
    case = tmp_path / "real"
    scan = reference_data / "sunnybrook" / "final_data" / "dicoms" / "SCD0000101.zip"
    verb(capsys, "new", str(case), "--from", str(scan))
    measured = verb(capsys, "segment", str(case))["metrics"]
    # Manual contours (Radau 2009, Sunnybrook): EDV 191.3 ml, EF 26.2 %.
    # The method takes a basal slice at end-diastole that the readers left out: 6.6 points of ejection fraction.
    assert measured["lv_edv"]["value"] == pytest.approx(191.3, rel=0.07)
    assert measured["ejection_fraction"]["value"] == pytest.approx(26.2, abs=7.5)
    quality = verb(capsys, "mesh", str(case), "--edge", "2.5")["quality"]
    assert quality["inverted"] == 0
    simulate(capsys, case, Electrophysiology(tier="eikonal", ensemble=Ensemble(members=0)), "quick")
    out = tmp_path / "lat.png"
    low, high = verb(capsys, "show", str(case), "--field", "activation_time", "--out", str(out))["limits"]
    assert has_colour(out) and low < 10 and 50 < high < 160
