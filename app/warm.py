"""A process that keeps a heart in memory and answers what-if questions while the user drags; the newest question wins.

Questions and answers are files in a folder of their own, each of which appears whole: question.json, ID.npz, error.txt.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.folders import replace_text
from app.jobs import end_process_group
from solvers.result import Trace
from solvers.scenario import PacingSite


@dataclass(frozen=True)
class Answer:
    """The heart paced at the asked sites: activation (n,) ms and the 12-lead ECG."""

    number: int
    activation: NDArray[np.float64]
    ecg: Trace


class WarmWorker:
    """The what-if process of one case and scenario; close it when done."""

    def __init__(self, case_folder: Path, scenario: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="cardiotwin-"))
        self._asked = 0
        self._told = 0
        with (self._folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.warm_worker", str(self._folder), str(case_folder), scenario],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ask(self, sites: Sequence[PacingSite]) -> int:
        """Ask for the beat that starts at ``sites``; returns the number its answer will carry."""
        self._asked += 1
        question = {"number": self._asked, "sites": [site.model_dump() for site in sites]}
        replace_text(self._folder / "question.json", json.dumps(question))
        return self._asked

    def poll(self) -> Answer | None:
        """The newest answer that was not given out yet, or None."""
        for number in range(self._asked, self._told, -1):
            path = self._folder / f"{number}.npz"
            if path.exists():
                self._told = number
                return read_answer(path, number)
        return None

    def error(self) -> str:
        """A sentence when the process cannot answer; empty while all is well."""
        path = self._folder / "error.txt"
        if path.exists():
            return path.read_text()
        if self._process.poll() is not None:
            return "The what-if process ended unexpectedly; leave and enter the step 'Plan' to start it again."
        return ""

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._told < self._asked and not self.error()

    def close(self) -> None:
        """End the process and remove its folder."""
        end_process_group(self._process.pid)
        self._process.wait(timeout=10)
        shutil.rmtree(self._folder, ignore_errors=True)


def write_answer(answer: Answer, path: Path) -> None:
    """Write an answer in one move."""
    fresh = path.with_suffix(".part.npz")
    ecg = answer.ecg
    np.savez(fresh, activation=answer.activation, times=ecg.times, values=ecg.values, channels=np.array(ecg.channels))
    fresh.replace(path)


def read_answer(path: Path, number: int) -> Answer:
    """Read what ``write_answer`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        ecg = Trace(data["times"], data["values"], tuple(str(c) for c in data["channels"]), "mV", "12-lead ECG")
        return Answer(number, data["activation"], ecg)
