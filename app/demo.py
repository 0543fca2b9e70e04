"""The main job: both sample patients from scan to twin, each step timed."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.case import Case
from app.console import say
from app.following import follow_all
from app.jobs import Job, start_job
from app.scenario_order import scenario_order
from geometry.metric import Metric
from sample_scans.catalogue import Sample, samples

MEGABYTE = 1024**2


@dataclass(frozen=True)
class Step:
    """What one step of the road took."""

    what: str
    seconds: float
    megabytes: float
    share: float = 0.0


def has_screen() -> bool:
    """Whether a window can be shown to somebody (a virtual screen started by ``make`` says so in CARDIOTWIN_VIRTUAL_SCREEN)."""
    if os.environ.get("CARDIOTWIN_VIRTUAL_SCREEN"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(out: Path) -> list[Path]:
    """Take every sample patient the whole way into ``out``, side by side; returns the case folders."""
    began = time.perf_counter()
    patients = samples()
    folders = [(out / patient.folder.name).resolve() for patient in patients]
    workers = max(1, (os.cpu_count() or 1) // len(patients))
    pairs = zip(patients, folders, strict=True)
    follow_all({f"{patient.key}:": walk_road(patient, folder, [], workers) for patient, folder in pairs})
    say(f"Both twins are ready after {time.perf_counter() - began:.0f} s.")
    return folders


def walk_road(sample: Sample, folder: Path, steps: list[Step], workers: int | None = None) -> Iterator[Job]:
    """The jobs that take a sample patient from scan to report into a fresh ``folder``, one after the other.

    Ask for the next job when the last is done; its numbers are said, and what it took is added to ``steps``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    case = Case.create(folder, sample.title)
    say(f"{sample.key}: {sample.title}. {sample.description}")
    yield from timed_job(case, sample.key, "import", {"scan": str(sample.scan)}, steps)
    for verb in ("segment", "mesh"):
        yield from timed_job(case, sample.key, verb, {}, steps)
    _say_metrics(sample.key, case.measures())
    for name in scenario_order(case.scenarios()):
        yield from timed_job(case, sample.key, "simulate", {"scenario": name, "workers": workers}, steps)
        result = case.result(name)
        _say_metrics(sample.key, result.metrics)
        passed = sum(check.passed for check in result.checks)
        say(f"  {sample.key}: {passed} of {len(result.checks)} checks of '{name}' passed")
    yield from timed_job(case, sample.key, "report", {}, steps)


def timed_job(case: Case, key: str, verb: str, options: Mapping[str, Any], steps: list[Step]) -> Iterator[Job]:
    """One job; notes its time and the most memory its processes held together."""
    what = f"{verb} {options.get('scenario', '')}".strip()
    began = time.perf_counter()
    job = start_job(case.folder, verb, options, parent=os.getpid())
    with _memory_of(job) as memory:
        yield job
    steps.append(Step(f"{key} {what}", time.perf_counter() - began, max(memory)))
    say(f"{key}: {what} took {steps[-1].seconds:.1f} s")


@contextmanager
def _memory_of(job: Job) -> Iterator[list[float]]:
    seen, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(0.25):
            seen.append(_family_memory(job))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def _family_memory(job: Job) -> float:
    assert job.process is not None
    total = 0.0
    try:
        leader = psutil.Process(job.process.pid)
        for process in (leader, *leader.children(recursive=True)):
            total += process.memory_info().rss / MEGABYTE
    except psutil.Error:
        pass
    return total


def _say_metrics(key: str, metrics: Iterable[Metric]) -> None:
    for metric in metrics:
        say(f"  {key}: {metric.label}: {metric.text()}")
