"""Jobs as processes: done, refused, cancelled, killed, out of disk, and started twice."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.case import Case
from app.jobs import CANCELLED, CRASHED, DONE, FAILED, RUNNING, Job, JobStatus, jobs_of, start_job, tell_interrupted
from geometry.shapes import half_ellipsoid_ventricle
from sample_scans.catalogue import samples
from solvers.scenario import Electrophysiology, Ensemble

SCAN_A = samples()[0].scan


def wait(job: Job, seconds: float = 90) -> JobStatus:
    deadline = time.monotonic() + seconds
    while (status := job.poll()).state == RUNNING:
        assert time.monotonic() < deadline, f"the job still runs: {status}"
        time.sleep(0.02)
    return status


def wait_for_progress(job: Job, fraction: float) -> None:
    deadline = time.monotonic() + 90
    while job.poll().fraction < fraction:
        assert job.poll().state == RUNNING
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "patient", "Somebody made up")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Case.create(tmp_path_factory.mktemp("imported") / "patient", "Sample A")
    assert wait(start_job(made.folder, "import", {"scan": str(SCAN_A)})).state == DONE
    return made.folder


@pytest.fixture
def busy(imported: Path, tmp_path: Path) -> Iterator[tuple[Case, Job]]:
    """A case in the middle of a long step."""
    folder = tmp_path / "busy"
    shutil.copytree(imported, folder)
    job = start_job(folder, "segment", {})
    try:
        wait_for_progress(job, 0.02)
        yield Case.open(folder), job
    finally:
        job.kill()


def test_an_import_ends_with_the_scan_in_the_case(imported: Path) -> None:
    image = Case.open(imported).image()
    assert image is not None and image.modality == "MR" and image.phases == 20
    (job,) = jobs_of(imported)
    assert job.poll() == JobStatus("import", DONE, 1.0, "Done", 0.0, "", 0) or job.poll().state == DONE


def test_what_cannot_be_done_is_refused_with_a_sentence(case: Case) -> None:
    status = wait(start_job(case.folder, "segment", {}))
    assert (status.state, status.exit_code) == (FAILED, 2)
    assert status.error == "The case 'Somebody made up' has no scan yet; import one first."


def test_an_unknown_step_is_refused(case: Case) -> None:
    status = wait(start_job(case.folder, "fly", {}))
    assert status.state == FAILED and "no step called 'fly'" in status.error


def test_a_cancelled_job_leaves_nothing_half_written(busy: tuple[Case, Job]) -> None:
    case, job = busy
    job.cancel()
    assert wait(job, 20).state == CANCELLED
    assert case.segmentation() is None
    with case.locked():
        pass
    assert tell_interrupted(case.folder) == ()


def test_after_kill_9_the_case_opens_again_and_says_so_once(busy: tuple[Case, Job]) -> None:
    case, job = busy
    assert job.process is not None
    os.kill(job.process.pid, signal.SIGKILL)
    status = wait(job, 10)
    assert status.state == CRASHED and "ended unexpectedly" in status.error
    again = Case.open(case.folder)
    assert again.image() is not None and again.segmentation() is None
    assert len(tell_interrupted(case.folder)) == 1
    assert tell_interrupted(case.folder) == ()
    with again.locked():
        pass


def test_after_kill_9_in_the_middle_of_a_solve_the_case_is_whole(case: Case) -> None:
    case.save_mesh(half_ellipsoid_ventricle(edge=3.0), ())
    case.save_scenario("sinus", Electrophysiology(duration=1000, ensemble=Ensemble(members=0)))
    job = start_job(case.folder, "simulate", {"scenario": "sinus"})
    wait_for_progress(job, 0.2)
    assert job.process is not None
    os.kill(job.process.pid, signal.SIGKILL)
    assert wait(job, 10).state == CRASHED
    (sentence,) = tell_interrupted(case.folder)
    assert "The step 'simulate' ended unexpectedly" in sentence
    assert Case.open(case.folder).runs() == ()
    assert Case.open(case.folder).mesh() is not None


def test_a_second_run_on_a_case_in_use_is_refused(busy: tuple[Case, Job]) -> None:
    case, job = busy
    second = wait(start_job(case.folder, "report", {}))
    assert second.state == FAILED and "in use by another run" in second.error
    assert job.poll().state == RUNNING


def test_a_job_tells_how_far_it_is_and_how_long_it_will_take(busy: tuple[Case, Job]) -> None:
    _, job = busy
    wait_for_progress(job, 0.1)
    status = job.poll()
    assert status.message
    if status.state == RUNNING:
        assert status.seconds_left is not None and status.seconds_left > 0


def _hear_ctrl_c() -> None:
    """What runs in the background of a script inherits deafness to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_the_command_and_all_it_started(imported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "patient"
    shutil.copytree(imported, folder)
    command = [sys.executable, "-m", "app", "segment", str(folder)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_hear_ctrl_c
    )
    deadline = time.monotonic() + 60
    while not any(job.verb == "segment" and job.poll().fraction > 0.02 for job in jobs_of(folder)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130 and "Cancelled" in error
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in family)
    assert not (folder / "segmentation").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".new")] == []


def test_a_job_stops_when_the_command_that_wanted_it_is_gone(imported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "patient"
    shutil.copytree(imported, folder)
    command = [sys.executable, "-m", "app", "segment", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (found := [job for job in jobs_of(folder) if job.verb == "segment" and job.poll().fraction > 0.02]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert wait(found[0], 20).state in (CANCELLED, CRASHED)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_a_sentence_and_nothing_is_lost(imported: Path, tmp_path: Path) -> None:
    disk = tmp_path / "small"
    disk.mkdir()
    size = sum(path.stat().st_size for path in imported.rglob("*") if path.is_file()) // 1024 + 500
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        shutil.copytree(imported, disk / "patient")
        (disk / "fill").write_bytes(b"0" * 350 * 1024)
        job = start_job(disk / "patient", "import", {"scan": str(SCAN_A)})
        status = wait(job)
        assert status.state in (FAILED, CRASHED)
        assert status.error.startswith("The disk is full; nothing of the case was lost.")
        image = Case.open(disk / "patient").image()
        assert image is not None and image.phases == 20
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
