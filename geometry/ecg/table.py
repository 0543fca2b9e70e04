"""ECGs in text tables: a head with the names of the leads, one row a sample, perhaps a column of time."""

import csv
import re
from pathlib import Path

import numpy as np

from geometry.ecg.recording import MILLIVOLTS, EcgRecording, lead_named, recording
from geometry.errors import Refused

SECONDS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "seconds": 1.0, "us": 1e-6}
_TIME = re.compile(r"^(time|t)\b|^time_", re.IGNORECASE)
UNEVEN = 0.01  # share by which steps of time may differ


def read_ecg_table(path: Path, rate: float | None = None) -> EcgRecording:
    """Read a table separated by commas, semicolons or tabs; ``rate`` (Hz) where it has no column of time.

    A head may tell a unit, as in "V1 (uV)", "time_ms"; leads without one are in mV. Columns of other names are left out.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as failure:
        raise Refused("The file is no text table.") from failure
    lines = [line for line in lines if not line.startswith("#")]
    if len(lines) < 3:
        raise Refused("The table has no rows under its head.")
    mark = max(",;\t", key=lines[0].count)
    head = [name.strip() for name in next(csv.reader([lines[0]], delimiter=mark))]
    try:
        rows = np.array([[_number(word, mark) for word in line.split(mark)] for line in lines[1:]], float)
    except ValueError as failure:
        raise Refused("A row of the table is not made of as many numbers as its head has names.") from failure
    if rows.ndim != 2 or rows.shape[1] != len(head):
        raise Refused(f"The head names {len(head)} columns, the rows have other numbers of them.")
    found = {}
    for column, name in enumerate(head):
        lead = lead_named(name)
        if lead:
            found[lead] = rows[:, column] * MILLIVOLTS.get(_unit(name), 1.0)
    return recording(found, rate or _rate(head, rows), "CSV")


def tells_time(path: Path) -> bool:
    """Whether the head of a table names a column of time."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = next((line for line in file if line.strip() and not line.startswith("#")), "")
    return any(_TIME.match(name.strip()) for name in re.split("[,;\t]", head))


def _rate(head: list[str], rows: np.ndarray) -> float:
    for column, name in enumerate(head):
        if _TIME.match(name):
            unit = SECONDS.get(_unit(name))
            if unit is None:
                raise Refused(f"The column {name!r} does not tell its unit; call it time_ms or time_s.")
            steps = np.diff(rows[:, column])
            if not (steps > 0).all() or np.ptp(steps) > UNEVEN * steps.mean() + 1e-3 * abs(steps.mean()):
                raise Refused("The times of the table do not go on in even steps.")
            return float(1.0 / (steps.mean() * unit))
    raise Refused("The table has no column of time (time_ms, time_s); tell how many samples a second it has.")


def _unit(name: str) -> str:
    found = re.search(r"[(\[]\s*([^)\]]+?)\s*[)\]]\s*$|_([A-Za-z\u00b5\u03bc]+)$", name)
    return (found[1] or found[2]).lower() if found else ""


def _number(word: str, mark: str) -> float:
    word = word.strip().strip('"')
    if not word:
        return float("nan")
    return float(word.replace(",", ".") if mark == ";" else word)
