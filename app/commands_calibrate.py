"""The verb that fits a scenario to a measured ECG."""

import json as text
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.calibration_file import calibration_file, child_name
from app.commands import opened_case, run
from app.console import print_json, say

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def calibrate(
    case: Path,
    *,
    scenario: str,
    ecg: Path | None = None,
    rate: float | None = None,
    qrs: float | None = None,
    members: int = 96,
    workers: int | None = None,
    json: Json = None,
) -> None:
    """Fit conduction velocities and fibre angles to the QRS of a measured 12-lead ECG; writes the scenario SCENARIO_calibrated.

    Parameters
    ----------
    ecg
        WFDB header (.hea), DICOM waveform, or table (.csv); the one kept in the case without
    rate
        Samples a second of a table without a column of time
    qrs
        QRS duration in ms, where it is known better than it can be measured here
    """
    opened = opened_case(case)
    if ecg is not None:
        run(opened, "ecg", {"files": [str(ecg.resolve())], "rate": rate})
    run(opened, "calibrate", {"scenario": scenario, "qrs": qrs, "members": members, "workers": workers})
    facts = text.loads(calibration_file(opened, scenario).read_text())
    for row in facts["inputs"]:
        before, after = row["before"], row["after"]
        unit = row["unit"]
        say(
            f"  {row['label']}: {before['mean']:.3g} +- {before['sd']:.2g} -> {after['mean']:.3g} +- {after['sd']:.2g} {unit}"
        )
    fit = facts["fit"]
    old, new = fit["before"], fit["after"]
    say(f"  QRS: measured {fit['measured_qrs_ms']:.0f} ms, {old['qrs_ms']:.0f} ms before, {new['qrs_ms']:.0f} ms after")
    say(f"  Mean correlation of the leads: {old['correlation']:.2f} before, {new['correlation']:.2f} after")
    for note in facts["notes"]:
        say(f"  {note}")
    print_json({"case": str(case), "scenario": child_name(scenario)} | facts, json)


CALIBRATION_VERBS: Mapping[str, Any] = {"calibrate": calibrate}
