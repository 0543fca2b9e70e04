"""Watching jobs from the command line: a progress bar each on a terminal, plain lines otherwise; Ctrl-C ends them all."""

import sys
import time
from collections.abc import Iterator, Mapping

from rich.progress import TaskID

from app.console import say
from app.jobs import CANCELLED, DONE, RUNNING, Job, JobStatus
from app.progress_bars import ProgressBars
from geometry.errors import Cancelled, Refused

SECONDS_TO_OBEY = 15
SECONDS_BETWEEN_LINES = 2.0
SECONDS_BETWEEN_LOOKS = 0.1


def follow(job: Job) -> None:
    """Show a job until it ends; Ctrl-C cancels it. Raises Refused, Cancelled or SystemExit(1) as the job ended."""
    follow_all({"": iter([job])})


def follow_all(roads: Mapping[str, Iterator[Job]]) -> None:
    """Show several chains of jobs at a time, by label; a chain is asked for its next job when its last one is done.

    When one job does not end well, or the user presses Ctrl-C, all are stopped and it is raised as ``follow`` says.
    """
    display = _Bars() if sys.stderr.isatty() else _Lines()
    current = {label: job for label, road in roads.items() if (job := next(road, None))}
    try:
        with display:
            while current:
                for label, job in list(current.items()):
                    status = job.poll()
                    display.show(label, job, status)
                    if status.state == RUNNING:
                        continue
                    job.acknowledge()
                    del current[label]
                    _raise_unless_done(status)
                    following = next(roads[label], None)
                    if following:
                        current[label] = following
                time.sleep(SECONDS_BETWEEN_LOOKS)
    except BaseException as ending:
        _stop(list(current.values()))
        if isinstance(ending, KeyboardInterrupt):
            raise Cancelled from None
        raise


def _raise_unless_done(status: JobStatus) -> None:
    if status.state == DONE:
        return
    if status.state == CANCELLED:
        raise Cancelled
    if status.exit_code == 1:
        say(status.error)
        raise SystemExit(1)
    raise Refused(status.error)


def _stop(jobs: list[Job]) -> None:
    for job in jobs:
        job.cancel()
    deadline = time.monotonic() + SECONDS_TO_OBEY
    while time.monotonic() < deadline and any(job.poll().state == RUNNING for job in jobs):
        for job in jobs:
            job.insist()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    for job in jobs:
        job.kill()
        job.acknowledge()


class _Bars(ProgressBars):
    """One bar for each chain."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: dict[str, TaskID] = {}

    def show(self, label: str, job: Job, status: JobStatus) -> None:
        if label not in self._bars:
            self._bars[label] = self.add_task(job.verb, total=1.0)
        text = f"{label} {status.message or job.verb}".strip()
        self.update(self._bars[label], completed=status.fraction, description=text)


class _Lines:
    """A plain line now and then for each chain."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, *ending: object) -> None:
        """Nothing to tidy."""

    def show(self, label: str, job: Job, status: JobStatus) -> None:
        said, when = self._said.get(label, ("", -SECONDS_BETWEEN_LINES))
        now = time.monotonic()
        if status.state != RUNNING or status.message in ("", said) or now - when < SECONDS_BETWEEN_LINES:
            return
        self._said[label] = (status.message, now)
        left = f", about {status.seconds_left:.0f} s left" if status.seconds_left is not None else ""
        say(f"  {label} {100 * status.fraction:3.0f} %  {status.message}{left}")
