"""The verb that fits a scenario to what was measured of its patient."""

import json as text
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.calibration import chosen_target
from app.calibration_file import Target, calibration_file, child_name
from app.calibration_text import fit_texts, input_texts
from app.commands import opened_case, run
from app.console import print_json, say
from geometry.errors import Refused

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def calibrate(
    case: Path,
    *,
    scenario: str,
    to: Target | None = None,
    ecg: Path | None = None,
    rate: float | None = None,
    qrs: float | None = None,
    roots: bool = False,
    qt: float | None = None,
    pulse: float | None = None,
    cuff: str | None = None,
    cuff_error: float | None = None,
    members: int | None = None,
    workers: int | None = None,
    json: Json = None,
) -> None:
    """Fit a scenario to the QRS or the QT of a measured ECG, or to the cuff; writes a child scenario with the posterior.

    Parameters
    ----------
    to
        qrs: velocities and fibre angles; qt: repolarising currents; cuff: vessels. What suits the scenario without
    ecg
        WFDB header (.hea), DICOM waveform, or table (.csv); the one kept in the case without
    rate
        Samples a second of a table without a column of time
    qrs
        QRS duration in ms, where it is known better than it can be measured here
    roots
        The exits of the conduction system are unknown as well: where they are, and when they fire
    qt
        QT in ms, where it is known better than it can be measured here
    pulse
        Beats a minute at which that QT was read
    cuff
        Cuff pressure in mmHg, e.g. 135/85; the scenario's without
    cuff_error
        SD of one cuff reading in mmHg
    """
    opened = opened_case(case)
    if ecg is not None:
        run(opened, "ecg", {"files": [str(ecg.resolve())], "rate": rate})
    target = chosen_target(opened.scenario(scenario), to)
    options = {"qrs": qrs, "roots": roots, "qt": qt, "pulse": pulse, "cuff": _pressures(cuff), "cuff_error": cuff_error}
    asked = {"scenario": scenario, "to": target, "members": members, "workers": workers} | options
    run(opened, "calibrate", asked)
    facts = text.loads(calibration_file(opened, scenario, target).read_text())
    for sentence in (*input_texts(facts), *fit_texts(facts), *facts["notes"]):
        say(f"  {sentence}")
    print_json({"case": str(case), "scenario": child_name(scenario, target)} | facts, json)


def _pressures(words: str | None) -> list[float] | None:
    if words is None:
        return None
    try:
        systolic, diastolic = (float(word) for word in words.split("/"))
    except ValueError as failure:
        raise Refused(f"{words!r} is no cuff pressure; give systolic over diastolic in mmHg, e.g. 135/85.") from failure
    return [systolic, diastolic]


CALIBRATION_VERBS: Mapping[str, Any] = {"calibrate": calibrate}
