"""A measured ECG is taken in by a job and laid over the simulated one; nothing of its file's name stays."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from ui.ecg_exchange import EcgExchange
from ui.window import Window


def _table(path: Path, leads: tuple[str, ...]) -> Path:
    times = np.arange(0.0, 5000.0, 4.0)
    beats = sum(np.exp(-(((times - peak) / 12) ** 2)) for peak in (700.0, 1500.0, 2300.0, 3100.0, 3900.0))
    rows = np.column_stack([times, *(0.1 * (k + 1) * beats for k in range(len(leads)))])
    np.savetxt(path, rows, delimiter=",", header="time_ms," + ",".join(leads), comments="", fmt="%.5f")
    return path


def test_a_measured_ecg_lies_over_the_simulated_one(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.go("simulate")
    session, strip = window.session, window.workplace.strip
    assert strip.ecg.ecg is not None and strip.ecg.likeness is None
    exchange = window.findChild(EcgExchange)
    assert exchange is not None and session.case is not None
    exchange.take(_table(tmp_path / "DOE-JOHN.csv", ("I", "II", "V1", "V6")))
    qtbot.waitUntil(lambda: strip.ecg.likeness is not None, timeout=30_000)
    likeness = strip.ecg.likeness
    assert likeness is not None and likeness.beats >= 3
    # the made-up run's leads are the same bell as the table's
    assert likeness.correlation["V1"] > 0.95 and likeness.correlation["aVF"] > 0.95
    assert "V2" not in likeness.correlation
    assert "mean r" in strip.note.text()
    for path in session.case.folder.rglob("*"):
        assert "DOE" not in path.name
        if path.is_file() and path.suffix in (".json", ".jsonl", ".txt", ".npz"):
            assert b"DOE" not in path.read_bytes()
