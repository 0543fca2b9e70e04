"""A job is a folder and a process, seen from outside: start it, look at it, cancel it.

jobs/NNNN-VERB/  job.json · events.jsonl (progress, then done|failed|cancelled) · cancel · log.txt
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from app.folders import replace_text
from geometry.errors import Refused
from geometry.unbroken import END

RUNNING, DONE, FAILED, CANCELLED, CRASHED = "running", "done", "failed", "cancelled", "crashed"
DISK_FULL_EXIT = 28
SECONDS_TO_HEAR = 1.0  # that it is cancelled; then a job is ended
UNWRITTEN = ("scan", "files", "out")  # options that only the process is told: paths often hold the patient's name
DISK_FULL = "The disk is full; nothing of the case was lost. Free some space, then start the step again."


@dataclass(frozen=True)
class JobStatus:
    """How a job stands. ``error`` is a sentence, ``place`` (x, y, z) mm of what it is about, where it has one.

    ``seconds_left`` is None while it cannot be told.
    """

    verb: str
    state: str
    fraction: float
    message: str
    seconds_left: float | None
    error: str = ""
    exit_code: int = 0
    place: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Job:
    """A handle on a job folder; ``process`` is there only in the program that started it."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False)

    @property
    def verb(self) -> str:
        """What the job does, e.g. "mesh"."""
        return str(self.facts()["verb"])

    def facts(self) -> dict[str, Any]:
        """The content of job.json: verb, options, process, start."""
        return dict(json.loads((self.folder / "job.json").read_text()))

    def poll(self) -> JobStatus:
        """How the job stands now."""
        code = self.process.poll() if self.process else None  # also lets the system forget a finished child
        alive = self._alive(code)  # asked first: what a dead process wrote is all there
        events = read_events(self.folder)
        last = events[-1] if events else {}
        state, error = str(last.get("state", RUNNING)), str(last.get("error", ""))
        if alive:
            state = RUNNING  # a job is over when its process is
        elif state == RUNNING and (self.folder / "cancel").exists():
            state = CANCELLED
        elif state == RUNNING:
            state, error = CRASHED, self._epitaph(code)
        fraction = 1.0 if state == DONE else float(last.get("fraction", 0.0))
        message = str(last.get("message", ""))
        code, place = int(last.get("exit_code", 0)), _place_of(last)
        return JobStatus(self.verb, state, fraction, message, _seconds_left(events), error, code, place)

    def cancel(self) -> None:
        """Ask the job to stop; it does so at its next word of progress, or is ended when somebody calls ``insist``."""
        (self.folder / "cancel").touch()

    def insist(self) -> None:
        """End a job that was asked to stop and has not heard it, because it is in a long call; to be called now and then.

        The system ends it with what it has started, as soon as it is keeping nothing (``geometry.unbroken``).
        """
        try:
            asked = (self.folder / "cancel").stat().st_mtime
        except FileNotFoundError:
            return
        if time.time() - asked > SECONDS_TO_HEAR and self._alive(self.process.poll() if self.process else None):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(self.facts()["process"]), END)

    def kill(self) -> None:
        """End the job and everything it started, at once."""
        number = self.facts().get("process")
        if number and self._alive(None):
            end_process_group(int(number))
        if self.process is not None:
            self.process.wait(timeout=10)

    def acknowledge(self) -> None:
        """Note that the user was told about the end of this job."""
        (self.folder / "told").touch()

    def _alive(self, code: int | None) -> bool:
        if self.process is not None:
            return code is None and self.process.returncode is None
        facts = self.facts()
        if "process" not in facts:  # being started by another program this very moment
            return time.time() - float(facts["asked"]) < 20
        try:
            process = psutil.Process(int(facts["process"]))
            born, zombie = float(process.create_time()), process.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False
        return not zombie and abs(born - float(facts["born"])) < 2

    def _epitaph(self, code: int | None) -> str:
        if code == DISK_FULL_EXIT:
            return DISK_FULL
        return (
            f"The step '{self.verb}' ended unexpectedly (its process died); the case keeps what it had before. "
            f"Start it again; the details are in {self.folder / 'log.txt'}."
        )


def start_job(case_folder: Path, verb: str, options: Mapping[str, Any], *, parent: int | None = None) -> Job:
    """Start ``verb`` on a case in a process of its own; with ``parent`` it stops when that process is gone."""
    folder = _new_folder(case_folder / "jobs", verb)
    facts: dict[str, Any] = {
        "verb": verb,
        "options": {name: value for name, value in options.items() if name not in UNWRITTEN},
        "case": str(case_folder.resolve()),
        "parent": parent,
        "asked": time.time(),
    }
    hidden = {name: value for name, value in options.items() if name in UNWRITTEN}
    facts["hidden"] = sorted(hidden)
    replace_text(folder / "job.json", json.dumps(facts))
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.worker", str(folder)],
            stdin=subprocess.PIPE if hidden else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as told:
            told.write(json.dumps(hidden).encode())
    born = psutil.Process(process.pid).create_time()
    replace_text(folder / "job.json", json.dumps(facts | {"process": process.pid, "born": born}))
    return Job(folder, process)


def jobs_of(case_folder: Path) -> tuple[Job, ...]:
    """The jobs of a case, oldest first."""
    return tuple(Job(path.parent) for path in sorted((case_folder / "jobs").glob("*/job.json")))


def tell_interrupted(case_folder: Path) -> tuple[str, ...]:
    """A sentence for each job that died and that nobody was told about yet."""
    sentences = []
    for job in jobs_of(case_folder):
        if (job.folder / "told").exists():
            continue
        status = job.poll()
        if status.state == CRASHED:
            sentences.append(status.error)
        if status.state != RUNNING:
            job.acknowledge()
    return tuple(sentences)


def read_events(folder: Path) -> list[dict[str, Any]]:
    """The events of a job so far; a half-written last line is left for later."""
    try:
        text = (folder / "events.jsonl").read_text()
    except FileNotFoundError:
        return []
    events = []
    for line in text.splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def end_process_group(number: int) -> None:
    """End a process that leads a session of its own, and all that it started."""
    try:
        family = psutil.Process(number).children(recursive=True)
        os.killpg(number, signal.SIGKILL)
    except (psutil.Error, ProcessLookupError):
        return
    for child in family:
        if child.is_running():
            child.kill()


def _new_folder(jobs: Path, verb: str) -> Path:
    jobs.mkdir(exist_ok=True)
    for number in range(1 + len(list(jobs.iterdir())), 100000):
        folder = jobs / f"{number:04d}-{verb}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise Refused(f"The folder {jobs} is full of old jobs; delete some of them.")


def _place_of(event: Mapping[str, Any]) -> tuple[float, float, float] | None:
    place = event.get("place")
    return (float(place[0]), float(place[1]), float(place[2])) if place else None


def _seconds_left(events: list[dict[str, Any]]) -> float | None:
    if len(events) < 2:
        return None
    first, last = events[0], events[-1]
    done, spent = last.get("fraction", 0.0), last["time"] - first["time"]
    if done < 0.02 or spent < 0.5:
        return None
    return float(spent * (1 - done) / done)
