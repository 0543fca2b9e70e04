"""A scan read under watch: whatever the reader does, within ten seconds there is an outcome."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

import solvers

LONGEST = 10.0  # s on the clock for one scan, less what it waited for a processor that others used
_GLANCE = 0.2  # s


@dataclass(frozen=True)
class Reading:
    """How reading went: "read", "refused", "stumbled" (refused by accident), "crashed" or "hung".

    words                   the sentence, or what was read
    seconds, memory         s on the clock (waiting for a busy processor left out), GB
    voxels, affine, times   as read; None where nothing was
    """

    kind: str
    words: str
    seconds: float
    memory: float = 0.0
    voxels: NDArray[Any] | None = None
    affine: NDArray[np.float64] | None = None
    times: NDArray[np.float64] | None = None

    def same_as(self, other: "Reading") -> bool:
        """Whether both gave the same voxels in the same place at the same times."""
        pairs = ((self.voxels, other.voxels), (self.affine, other.affine), (self.times, other.times))
        return all(a is not None and b is not None and np.array_equal(a, b) for a, b in pairs)


class WatchedReader:
    """Reads scan after scan in one process, which is ended and replaced when it crashes or hangs."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._waited: dict[int, float] = {}

    def __enter__(self) -> "WatchedReader":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def read(self, path: Path, modality: str | None = None) -> Reading:
        """Read one scan."""
        with tempfile.TemporaryDirectory() as folder:
            child = self._child or self._start()
            request = {"path": str(path), "modality": modality, "into": folder}
            began, delayed = time.monotonic(), self._delayed(child)
            assert child.stdin is not None and child.stdout is not None
            with suppress(BrokenPipeError):
                child.stdin.write(json.dumps(request) + "\n")
                child.stdin.flush()
            spent = 0.0
            while not select.select([child.stdout], [], [], _GLANCE)[0] and spent < LONGEST:
                spent = time.monotonic() - began - (self._delayed(child) - delayed)
            if spent >= LONGEST:
                self._end()
                return Reading("hung", f"ended after {LONGEST:.0f} s", spent)
            spent = time.monotonic() - began - (self._delayed(child) - delayed)
            line = child.stdout.readline()
            if not line:
                self._end()
                return Reading("crashed", "the process died", spent)
            return _reading(json.loads(line), spent, Path(folder))

    def _start(self) -> subprocess.Popen[str]:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "solvers.verification.import_reader"],
            cwd=Path(solvers.__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        assert self._child.stdin is not None and self._child.stdout is not None
        with tempfile.TemporaryDirectory() as folder:  # the first answer comes when everything is loaded
            nowhere = {"path": f"{folder}/nothing", "modality": None, "into": folder}
            self._child.stdin.write(json.dumps(nowhere) + "\n")
            self._child.stdin.flush()
            self._child.stdout.readline()
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.communicate()
        self._child = None
        self._waited.clear()

    def _delayed(self, child: subprocess.Popen[str]) -> float:
        """s that the reader and its children ever waited for a processor; 0 where the system does not tell."""
        with suppress(psutil.Error, OSError, ValueError, IndexError):
            process = psutil.Process(child.pid)
            for one in (process, *process.children(recursive=True)):
                self._waited[one.pid] = int(Path(f"/proc/{one.pid}/schedstat").read_text().split()[1]) / 1e9
        return sum(self._waited.values())


def _reading(told: dict[str, Any], seconds: float, folder: Path) -> Reading:
    if told["kind"] != "read":
        return Reading(told["kind"], told["words"], seconds, told["memory"])
    with np.load(folder / "read.npz") as held:
        return Reading("read", told["words"], seconds, told["memory"], held["voxels"], held["affine"], held["times"])


@contextmanager
def written(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The files in a folder for a while: the path of the folder, or of the file where there is but one."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        yield Path(name) / next(iter(files)) if len(files) == 1 else Path(name)
