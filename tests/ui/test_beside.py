"""What comes to a case beside its scan: late enhancement, labels from elsewhere, another title."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.jobs import DONE, JobStatus
from geometry.dicom.series_summary import SeriesSummary
from ui.series_chooser import SeriesChooser
from ui.window import Window


def series(key: str, role: str) -> SeriesSummary:
    return SeriesSummary(key, "MR", 10, 1, 64, 64, "MR, 10 slices", "", role, "its pulse")


def test_late_enhancement_is_what_is_proposed_where_it_is_looked_for(qtbot: QtBot) -> None:
    chooser = SeriesChooser()
    qtbot.addWidget(chooser)
    found = (series("2", "short-axis cine"), series("9", "LGE short axis"))
    chooser.show_series(found)
    assert chooser.list.currentRow() == 0
    chooser.show_series(found, "LGE short axis")
    assert chooser.list.currentRow() == 1 and "late enhancement" in chooser.head.text()


def test_a_late_enhancement_file_goes_beside_the_scan_of_the_open_case(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = tmp_path / "late.nii.gz"
    scan.touch()
    begun: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(window.watch, "start", lambda verb, options: begun.append((verb, dict(options))))
    case = window.session.case
    window.way_in.bring_in(scan, "lge")
    assert begun == [("import", {"scan": str(scan), "role": "lge", "modality": "MR"})]
    assert window.session.case == case


def test_a_study_with_only_a_cine_is_not_taken_for_late_enhancement(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(window.watch, "start", lambda *given: begun.append(given))
    window.way_in.intake.scan, window.way_in._role = Path("/scans/study.zip"), "lge"
    window.way_in.intake.found.emit((series("4", "short-axis cine"),))
    assert begun == [] and "late enhancement" in window.chooser.head.text()
    window.way_in._role = "main"


def test_labels_go_out_and_come_back_and_no_job_notes_the_name_of_the_file(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    session, ended = window.session, list[JobStatus]()
    assert session.case is not None and session.segmentation is not None
    labels = session.segmentation.labels
    window.watch.ended.connect(ended.append)
    out = tmp_path / "Doe^John.nrrd"
    window.exchange.give(out)
    qtbot.waitUntil(lambda: len(ended) == 1, timeout=180000)
    assert ended[0].state == DONE and out.is_file()
    dialog = window.exchange.dialog(1)
    qtbot.addWidget(dialog)
    assert dialog.when.count() == 3  # as the file tells, and two phases
    window.exchange.take((out,), dialog.options())
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=180000)
    window.watch.ended.disconnect(ended.append)
    assert ended[1].state == DONE, ended[1].error
    assert session.segmentation.method.startswith("imported")
    assert "The labels are in the case." in window.messages.text.text()
    assert np.array_equal(session.segmentation.labels, labels)
    assert all("Doe" not in path.read_text() for path in (session.case.folder / "jobs").glob("*/job.json"))


def test_a_case_gets_another_title_and_an_empty_one_is_refused(window: Window, qtbot: QtBot) -> None:
    window.go("case")
    field = window.inspector.page("case").findChildren(QLineEdit)[0]
    field.setText("Anterior infarct, before surgery")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    case = window.session.case
    assert case is not None and case.title == "Anterior infarct, before surgery"
    assert json.loads((case.folder / "case.json").read_text())["format"] >= 1
    assert window.windowTitle() == "Anterior infarct, before surgery - CardioTwin"
    field.setText("   ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert case.title == "Anterior infarct, before surgery" and "title" in window.messages.text.text()
