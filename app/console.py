"""How the command line talks: a progress bar on a terminal, plain lines otherwise, JSON with the numbers last."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.jobs import CANCELLED, DONE, RUNNING, Job, JobStatus
from geometry.errors import Cancelled, Refused

SECONDS_TO_OBEY = 15
SECONDS_BETWEEN_LINES = 2.0


def follow(job: Job) -> None:
    """Show a job until it ends; Ctrl-C cancels it. Raises Refused, Cancelled or SystemExit(1) as the job ended."""
    try:
        status = _watch_bar(job) if sys.stderr.isatty() else _watch_lines(job)
    except KeyboardInterrupt:
        _stop(job)
        raise Cancelled from None
    job.acknowledge()
    if status.state == DONE:
        return
    if status.state == CANCELLED:
        raise Cancelled
    if status.exit_code == 1:
        print(status.error, file=sys.stderr)
        raise SystemExit(1)
    raise Refused(status.error)


def print_json(numbers: Mapping[str, Any], target: str | None) -> None:
    """Write one JSON object to the file ``target``, or to standard output for "-"."""
    if target is None:
        return
    text = json.dumps(numbers, default=float)
    if target == "-":
        print(text, flush=True)
    else:
        Path(target).write_text(text + "\n")


def _watch_bar(job: Job) -> JobStatus:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(job.verb, total=1.0)
        while (status := job.poll()).state == RUNNING:
            bar.update(task, completed=status.fraction, description=status.message or job.verb)
            time.sleep(0.1)
    return status


def _watch_lines(job: Job) -> JobStatus:
    said, when = "", 0.0
    while (status := job.poll()).state == RUNNING:
        now = time.monotonic()
        if status.message and (status.message != said) and now - when >= SECONDS_BETWEEN_LINES:
            said, when = status.message, now
            left = f", about {status.seconds_left:.0f} s left" if status.seconds_left is not None else ""
            print(f"  {100 * status.fraction:3.0f} %  {status.message}{left}", file=sys.stderr, flush=True)
        time.sleep(0.1)
    return status


def _stop(job: Job) -> None:
    job.cancel()
    deadline = time.monotonic() + SECONDS_TO_OBEY
    while time.monotonic() < deadline and job.poll().state == RUNNING:
        time.sleep(0.1)
    job.kill()
    if job.process is not None:
        job.process.wait(timeout=SECONDS_TO_OBEY)
    job.acknowledge()


def say(text: str) -> None:
    """One line for a person (on standard error, so that standard output can carry JSON alone)."""
    print(text, file=sys.stderr, flush=True)
