"""The verb of measured velocities, on a case with a run of made-up flow."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from geometry.shapes import tube
from solvers.result import Field, Result
from solvers.scenario import Flow

PIPE = tube(10.0, 40.0, 4.0)
AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])
AFFINE[:3, 3] = (-16.0, -16.0, -4.0)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case.create(tmp_path / "case", "Pipe")
    made.save_mesh(PIPE, ())
    made.save_scenario("systole", Flow())
    forward = np.tile([0.0, 0.0, 1.0], (2, len(PIPE.points), 1)).astype(np.float32)
    made.save_result(
        "systole", Result("flow", "test", {"velocity": Field(forward, "m/s", "Velocity", (0.0, 800.0))}), PIPE
    )
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    # 80 cm/s everywhere at the largest of four phases
    pulse = np.array([0.0, 80.0, 40.0, 0.0])
    velocity = np.zeros((4, 9, 9, 13, 3))
    velocity[..., 2] = pulse[:, None, None, None]
    np.savez(tmp_path / "Doe_John.npz", velocity=velocity, affine=AFFINE, times=[0.0, 200.0, 400.0, 600.0])
    return tmp_path / "Doe_John.npz"


def test_velocities_are_taken_in_compared_and_made_an_inflow(case: Case, file: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "out.json", ["--unit", "cm/s", "--beat", "800", "--inflow", "systole"]
    assert main(["velocity", str(case.folder), "--from", str(file), *options, "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    assert told["run"] == "systole" and told["phases"] == 4 and told["fastest_m_s"] == pytest.approx(0.8)
    assert told["metrics"]["velocity_rms_difference"]["value"] == pytest.approx(0.2, abs=0.01)
    assert case.result("systole").fields["velocity_difference"].values[0].max() == pytest.approx(0.2, abs=0.01)
    made = case.scenario("systole_measured")
    assert isinstance(made, Flow) and made.inflow is not None and made.profile == "measured"
    assert max(made.inflow.values) == pytest.approx(0.8 * 100 * np.pi, rel=0.05)  # mm/ms mm2 = mL/s
    assert made.heart_rate == 75.0
    written = [path for path in case.folder.rglob("*") if path.is_file() and path.suffix in (".json", ".jsonl", ".txt")]
    assert written and not [path for path in written if "Doe" in path.read_text()]


def test_a_missing_unit_and_missing_velocities_are_refused(
    case: Case, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["velocity", str(case.folder), "--from", str(file)]) == 2
    assert "do not say in which unit" in capsys.readouterr().err
    assert main(["velocity", str(case.folder)]) == 2
    assert "no measured velocity yet" in capsys.readouterr().err
