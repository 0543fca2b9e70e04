"""The main job: both sample patients from scan to twin, each step timed."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.case import Case
from app.console import follow, say
from app.jobs import Job, start_job
from app.scenarios import scenario_order
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
    """Take every sample patient the whole way into ``out``; returns the case folders."""
    began = time.perf_counter()
    folders = []
    for sample in samples():
        folder = (out / f"{sample.key}_{sample.folder.name.partition('_')[2]}").resolve()
        walk_road(sample, folder)
        folders.append(folder)
    say(f"Both twins are ready after {time.perf_counter() - began:.0f} s.")
    return folders


def walk_road(sample: Sample, folder: Path) -> list[Step]:
    """Take one sample patient from scan to report into a fresh ``folder``, saying its numbers on the way."""
    shutil.rmtree(folder, ignore_errors=True)
    case = Case.create(folder, sample.title)
    say(f"\n{sample.title}: {sample.description}")
    steps = [timed_step(case, "import", {"scan": str(sample.scan)})]
    steps += [timed_step(case, verb, {}) for verb in ("segment", "mesh")]
    _say_measures(case)
    for name in scenario_order(case.scenarios()):
        steps.append(timed_step(case, "simulate", {"scenario": name}))
        _say_result(case, name)
    steps.append(timed_step(case, "report", {}))
    return steps


def timed_step(case: Case, verb: str, options: Mapping[str, Any]) -> Step:
    """Run one step in a worker; its time, and the most memory its processes held together."""
    what = " ".join([verb, *(str(value) for value in options.values() if verb == "simulate")])
    say(f"{what} ...")
    began = time.perf_counter()
    job = start_job(case.folder, verb, options, parent=os.getpid())
    with _memory_of(job) as memory:
        follow(job)
    seconds = time.perf_counter() - began
    say(f"{what}: {seconds:.1f} s")
    return Step(what, seconds, max(memory))


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


def _say_measures(case: Case) -> None:
    for metric in case.measures():
        say(f"  {metric.label}: {metric.text()}")


def _say_result(case: Case, name: str) -> None:
    result = case.result(name)
    for metric in result.metrics:
        say(f"  {metric.label}: {metric.text()}")
    failed = [check.name for check in result.checks if not check.passed]
    say(f"  checks: {len(result.checks) - len(failed)} of {len(result.checks)} passed {failed or ''}")
