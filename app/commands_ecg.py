"""The verb about the patient's own ECG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from app.case import Case
from app.commands import opened_case, run
from app.console import print_json, say
from app.measured_ecg import needed_ecg
from geometry.errors import Refused
from solvers.result import Trace

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def ecg(
    case: Path,
    *,
    measured: Path | None = None,
    rate: float | None = None,
    scenario: str | None = None,
    json: Json = None,
) -> None:
    """Lay a measured ECG over the simulated one: the median beat, QRS onset on QRS onset, and the correlation of each lead.

    Parameters
    ----------
    measured
        WFDB header (.hea; formats 16, 61, 80, 212), DICOM waveform, or table (.csv); kept in the case without any identity
    rate
        Samples a second of a table without a column of time
    scenario
        The run to compare with; all electrical ones without
    """
    opened = opened_case(case)
    if measured is not None:
        run(opened, "ecg", {"files": [str(measured.resolve())], "rate": rate})
    recording = needed_ecg(opened)
    length = recording.values.shape[1] / recording.rate
    say(f"{recording.source}: {len(recording.leads)} leads, {length:.1f} s at {recording.rate:g} Hz")
    for note in recording.notes:
        say(f"  {note}")
    rows: dict[str, Any] = {}
    for name, trace in _simulated(opened, scenario).items():
        from solvers.electrophysiology.measured_ecg import compare_ecg, median_beat

        found = compare_ecg(median_beat(recording), trace)
        told = "  ".join(f"{lead} {value:.2f}" for lead, value in found.correlation.items())
        say(f"  {name}: mean correlation {found.mean:.2f} ({told}); median of {found.beats} beats")
        leads = {lead: None if np.isnan(value) else value for lead, value in found.correlation.items()}
        rows[name] = {"correlation": leads, "mean": None if np.isnan(found.mean) else found.mean, "beats": found.beats}
    facts = {"source": recording.source, "leads": list(recording.leads), "rate_Hz": recording.rate}
    print_json({"case": str(case), "measured": facts, "runs": rows}, json)


def _simulated(case: Case, wanted: str | None) -> dict[str, Trace]:
    names = case.runs() if wanted is None else (wanted,)
    found = {name: trace for name in names if (trace := case.result(name).traces.get("ecg")) is not None}
    if wanted is not None and not found:
        raise Refused(f"The run {wanted!r} has no ECG; choose one of the heart's activation.")
    return found


ECG_VERBS: Mapping[str, Any] = {"ecg": ecg}
