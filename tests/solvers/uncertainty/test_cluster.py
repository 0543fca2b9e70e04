"""A real Dask cluster of this machine: a scheduler and two workers, one of which is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geometry.errors import Refused
from solvers.uncertainty.ensemble import run_members

PATIENCE = 60.0  # s, on a busy machine


def start(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of the scheduler, and the workers' processes."""
    place = tmp_path / "scheduler.json"
    options = ("--scheduler-file", str(place))
    quiet = ("--no-dashboard", "--local-directory", str(tmp_path))
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *options)
    end = time.monotonic() + PATIENCE
    while not place.exists() and time.monotonic() < end:
        time.sleep(0.05)
    import json

    workers = [start("worker", "--nthreads", "1", "--no-nanny", *quiet, *options) for _ in range(2)]
    yield json.loads(place.read_text())["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_killed_worker_loses_nothing_and_counts_nothing_twice(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
):
    address, workers = cluster
    journal = tmp_path / "journal"
    # eval: a function that a worker can import, unlike those of a test module
    line = (
        "[open({0!r}, 'a').write(f'{{__import__(\"os\").getpid()}}\\n'), __import__('time').sleep(0.05), {1} ** 2][-1]"
    )
    draws = [line.format(str(journal), k) for k in range(16)]
    killed: list[int] = []

    def kill_one(fraction: float, message: str = "") -> None:
        lines = journal.read_text().split() if journal.exists() else []
        if not killed and len(set(lines)) == 2 and len(lines) > 5:  # both are at work
            victim = next(worker.pid for worker in workers if str(worker.pid) == lines[-1])
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    found = run_members(eval, draws, progress=kill_one, cluster=address)
    assert killed
    assert found.notes == ()
    assert found.values == tuple(k**2 for k in range(16))
    assert len(journal.read_text().split()) >= 16


def test_an_address_without_a_scheduler_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("solvers.uncertainty.cluster.PATIENCE", 1.0)
    with pytest.raises(Refused, match="no Dask scheduler"):
        run_members(eval, ["1"], cluster="tcp://127.0.0.1:9")
