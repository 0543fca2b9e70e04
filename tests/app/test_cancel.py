"""Cancel while a job is in a long call that no word of progress interrupts: it is ended, but for what it is just keeping."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.case import Case
from app.following import follow
from app.jobs import CANCELLED, CRASHED, RUNNING, Job, tell_interrupted
from geometry.errors import Cancelled
from geometry.unbroken import END, unbroken

SOON = 2.5  # s, the grace of 1 s and what a busy machine needs
WORKER = """
import ctypes, subprocess, sys, types
from pathlib import Path
from app import worker
from app.case_folder import CaseFolder
from app.folders import whole_folder
from geometry.errors import Cancelled

deaf = ctypes.PyDLL(None).usleep  # a call that keeps the interpreter waiting, as compiled libraries do

def wait(seconds):
    deaf(round(1e6 * seconds))

def run_task(folder, verb, options, progress):
    case = CaseFolder.open(folder)
    there = case.folder / "there"
    with case.locked():
        progress(0.5, "In a long call")
BODY

tasks = sys.modules["app.tasks"] = types.ModuleType("app.tasks")  # the real ones take a while to load
tasks.run_task = run_task
sys.exit(worker.main(Path(sys.argv[1])))
"""
Start = Callable[[str], Job]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", "Somebody made up")


@pytest.fixture
def start(case: Case) -> Iterator[Start]:
    """Starts a worker whose task does what is told, and waits until it has made the file ``there``."""
    started = list[Job]()

    def start(body: str) -> Job:
        folder = case.folder / "jobs" / "0001-fake"
        folder.mkdir(parents=True)
        code = WORKER.replace("BODY", "\n".join(f"        {line}" for line in body.splitlines()))
        facts = {"verb": "fake", "options": {}, "case": str(case.folder), "parent": None, "asked": time.time()}
        (folder / "job.json").write_text(json.dumps(facts))
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], start_new_session=True)
        born = psutil.Process(process.pid).create_time()
        (folder / "job.json").write_text(json.dumps(facts | {"process": process.pid, "born": born}))
        started.append(Job(folder, process))
        until(lambda: (case.folder / "there").exists() or started[-1].poll().state != RUNNING, 60)
        assert (case.folder / "there").exists()
        return started[-1]

    yield start
    for job in started:
        job.kill()


def until(reached: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def cancel(job: Job) -> float:
    """Cancel as the window does; s until the job was over."""
    began = time.monotonic()
    job.cancel()

    def over() -> bool:
        job.insist()
        return job.poll().state != RUNNING

    until(over, 20)
    return time.monotonic() - began


def test_a_long_call_is_ended_and_the_case_is_free_and_whole(case: Case, start: Start) -> None:
    job = start("there.touch()\nwait(60)")
    assert cancel(job) < SOON
    assert job.poll().state == CANCELLED and job.poll().error == ""
    assert tell_interrupted(case.folder) == ()
    with case.locked():
        pass


def test_what_it_has_started_ends_with_it(case: Case, start: Start) -> None:
    job = start(
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "there.with_suffix('.part').write_text(str(child.pid))\n"
        "there.with_suffix('.part').rename(there)\nwait(60)"
    )
    child = psutil.Process(int((case.folder / "there").read_text()))
    assert cancel(job) < SOON
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 2)


def test_what_is_just_being_kept_is_kept_whole(case: Case, start: Start) -> None:
    job = start(
        "with whole_folder(case.folder / 'mesh') as fresh:\n"
        "    (fresh / 'first').touch()\n"
        "    there.touch()\n"
        "    wait(3)\n"
        "    (fresh / 'second').touch()\n"
        "wait(60)"
    )
    cancel(job)
    assert job.poll().state == CANCELLED
    assert sorted(path.name for path in (case.folder / "mesh").iterdir()) == ["first", "second"]
    assert [path.name for path in case.folder.iterdir() if path.name.startswith((".new", ".old"))] == []


def test_one_that_has_heard_it_may_end_in_its_own_time(case: Case, start: Start) -> None:
    job = start(
        "there.touch()\n"
        "try:\n"
        "    while True:\n"
        "        progress(0.5, 'In short calls')\n"
        "except Cancelled:\n"
        "    wait(2)\n"
        "    (case.folder / 'checkpoint').touch()\n"
        "    raise"
    )
    assert cancel(job) > 1.5
    assert job.poll().state == CANCELLED and (case.folder / "checkpoint").exists()


def test_a_job_that_nobody_has_cancelled_is_let_alone(start: Start) -> None:
    job = start("there.touch()\nwait(60)")
    job.insist()
    time.sleep(0.3)
    assert job.poll().state == RUNNING
    os.kill(json.loads((job.folder / "job.json").read_text())["process"], END)
    until(lambda: job.poll().state != RUNNING, 5)
    assert job.poll().state == CRASHED  # and one that ends without being asked is told as such


def test_the_command_line_waits_no_longer_for_it(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start("there.touch()\nwait(60)")

    def press_ctrl_c(_seconds: float) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("app.following.time.sleep", press_ctrl_c)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        follow(job)
    assert time.monotonic() - began < SOON


def test_blocks_within_blocks_are_all_unbroken() -> None:
    with unbroken():
        with unbroken():
            pass
        os.kill(os.getpid(), END)  # would end this very process
