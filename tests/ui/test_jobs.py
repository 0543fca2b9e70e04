"""Jobs seen from the window: cancel, a worker that is killed, a refusal; the window goes on."""

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.jobs import CANCELLED, CRASHED, FAILED, RUNNING, Job, JobStatus, start_job
from geometry.quality import min_dihedrals
from ui.job_panel import time_left
from ui.steps.heart import HeartPage
from ui.window import Window


def test_a_killed_worker_leaves_the_window_alive_with_a_sentence(window: Window, qtbot: QtBot) -> None:
    job = window.watch.start("mesh", {"edge": 1.0})
    assert job is not None and job.process is not None
    os.kill(job.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: window.watch.jobs[job].state == CRASHED, timeout=60_000)
    assert "ended unexpectedly" in window.messages.text.text()
    assert window.messages.isVisible() and not window.watch.busy
    window.go("heart")
    assert window.inspector.page("heart").isVisible()


def test_cancel_stops_a_job_and_keeps_what_was_there(window: Window, qtbot: QtBot) -> None:
    before = window.session.case.segmentation_digest() if window.session.case else ""
    job = window.watch.start("mesh", {"edge": 0.8})
    assert job is not None
    qtbot.waitUntil(window.jobs.cancel.isVisible, timeout=30_000)
    window.jobs.cancel.click()
    qtbot.waitUntil(lambda: window.watch.jobs[job].state != RUNNING, timeout=60_000)
    assert window.watch.jobs[job].state == CANCELLED
    assert "cancelled" in window.jobs.text.text()
    assert window.session.case is not None and window.session.case.segmentation_digest() == before


class DeafJob(Job):
    """Runs on when cancelled, until it is ended by whoever watches it."""

    def poll(self) -> JobStatus:
        return JobStatus("mesh", CANCELLED if (self.folder / "ended").exists() else RUNNING, 0.4, "", None)

    def insist(self) -> None:
        if (self.folder / "cancel").exists():
            (self.folder / "ended").touch()


def test_a_job_that_does_not_hear_cancel_is_ended(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    job = DeafJob(tmp_path)
    window.watch._jobs = {job: JobStatus("mesh", RUNNING, 0.4, "", None)}
    window.watch.changed.emit()
    window.jobs.cancel.click()
    qtbot.waitUntil(lambda: window.watch.jobs[job].state == CANCELLED, timeout=5000)
    assert "cancelled" in window.jobs.text.text() and not window.watch.busy


def test_a_refused_step_shows_its_sentence(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    job = window.watch.start("import", {"scan": str(tmp_path / "no-such-scan.nii"), "modality": None})
    assert job is not None
    qtbot.waitUntil(lambda: window.watch.jobs[job].state == FAILED, timeout=60_000)
    sentence = window.messages.text.text()
    assert sentence and "Traceback" not in sentence
    assert window.session.image is not None  # the scan that was there is still there


def test_a_job_that_died_while_the_window_was_closed_is_told_on_opening(window: Window, case_folder: Path) -> None:
    job = start_job(case_folder, "mesh", {"edge": 1.0})
    assert job.process is not None
    os.kill(job.process.pid, signal.SIGKILL)
    job.process.wait()
    assert window.open_case(case_folder)
    assert "ended unexpectedly" in window.messages.text.text()


def test_the_job_line_tells_fraction_and_time_left(window: Window, qtbot: QtBot) -> None:
    job = Job(Path("/nowhere"))
    window.watch._jobs = {job: JobStatus("mesh", RUNNING, 0.4, "Filling the wall", 42.0)}
    window.watch.timer.stop()
    window.watch.changed.emit()
    assert window.jobs.text.text() == "Build the heart:  Filling the wall  40 %"
    assert window.jobs.left.text() == "about 40 s left"
    assert window.jobs.bar.value() == 400
    window.watch._jobs = {}


def test_time_left_is_coarse_enough_not_to_flicker() -> None:
    assert time_left(None) == ""
    assert time_left(3.0) == "a few seconds left"
    assert time_left(47.0) == "about 45 s left"
    assert time_left(200.0) == "about 3 min left"


def test_the_place_of_a_refusal_is_marked_in_slices_and_on_the_heart(window: Window, qtbot: QtBot) -> None:
    case = window.session.case
    assert case is not None
    folder = case.folder / "jobs" / "0099-mesh"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text('{"verb": "mesh", "process": 0, "born": 0}')
    event = '{"time": 1.0, "state": "failed", "error": "Too thin there.", "place": [3.0, -4.5, 20.0]}'
    (folder / "events.jsonl").write_text(event + "\n")
    job = Job(folder)
    window.watch._jobs = {job: JobStatus("mesh", RUNNING, 0.4, "", None)}
    qtbot.waitUntil(lambda: window.watch.jobs[job].state == FAILED, timeout=30_000)
    assert window.messages.text.text() == "Too thin there."
    assert window.session.point == (3.0, -4.5, 20.0)
    assert tuple(window.workplace.slices.place) == (3.0, -4.5, 20.0)


def test_the_size_slider_forecasts_and_is_what_the_mesher_is_told(window: Window, qtbot: QtBot) -> None:
    page = window.inspector.page("heart")
    assert isinstance(page, HeartPage)
    window.go("heart")
    assert page.edge.edge == 1.5 and "tetrahedra" in page.edge.cost.text()
    coarse = page.edge.cost.text()
    page.edge.slider.setFocus()
    qtbot.keyClick(page.edge.slider, Qt.Key.Key_Right)
    assert page.edge.edge == 1.4 and page.edge.cost.text() != coarse
    page.refresh()
    assert page.edge.edge == 1.4


def test_one_of_the_worst_tetrahedra_is_marked_by_a_click(window: Window, qtbot: QtBot) -> None:
    page = window.inspector.page("heart")
    assert isinstance(page, HeartPage)
    window.go("heart")
    page.quality.head.click()
    rows = page.quality.body.findChildren(QPushButton)
    mesh = window.session.mesh
    assert mesh is not None and len(rows) == 5
    qtbot.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    worst = min_dihedrals(mesh.points, mesh.tets).argmin()
    assert window.session.point == pytest.approx(mesh.points[mesh.tets[worst]].mean(axis=0))
