"""A process that keeps what it knows in memory and answers questions; the newest question wins.

Questions and answers are files in a folder of their own, each of which appears whole: question.json (or .npz), ID.npz, error.txt.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.folders import replace_text
from app.jobs import end_process_group
from geometry.errors import Refused

SECONDS_BETWEEN_LOOKS = 0.01


class WarmProcess[Answer]:
    """The process of one module, seen from the program that asks; close it when done.

    read  what makes an answer of its file and its number
    died  the sentence for the user when the process is gone
    """

    def __init__(self, module: str, *arguments: str, read: Callable[[Path, int], Answer], died: str) -> None:
        self._read, self._died = read, died
        self.folder = Path(tempfile.mkdtemp(prefix="cardiotwin-"))
        self.asked = 0
        self._told = 0
        with (self.folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(self.folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def next_number(self) -> int:
        """The number that the next question and its answer carry."""
        self.asked += 1
        return self.asked

    def put(self, question: Mapping[str, Any]) -> int:
        """Ask a question (JSON) that ``answering`` takes up; returns the number that the answer will carry."""
        number = self.next_number()
        replace_text(self.folder / "question.json", json.dumps({"number": number, "question": question}))
        return number

    def poll(self) -> Answer | None:
        """The newest answer that was not given out yet, or None."""
        for number in range(self.asked, self._told, -1):
            path = self.folder / f"{number}.npz"
            if path.exists():
                self._told = number
                self._forget_before(number)
                return self._read(path, number)
        return None

    def _forget_before(self, number: int) -> None:
        """Remove answers that nobody asks for any more: a drag leaves many."""
        for path in self.folder.glob("*.npz"):
            asked = path.stem.removesuffix(".band")
            if asked.isdecimal() and int(asked) < number:
                path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Give out no answer to what was asked so far."""
        self._told = self.asked

    def error(self) -> str:
        """A sentence when the process cannot answer; empty while all is well."""
        path = self.folder / "error.txt"
        if path.exists():
            return path.read_text()
        return self._died if self._process.poll() is not None else ""

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._told < self.asked and not self.error()

    def close(self) -> None:
        """End the process and remove its folder."""
        end_process_group(self._process.pid)
        self._process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)


def answering(folder: Path, reply: Callable[[int, dict[str, Any]], None]) -> Callable[[], bool]:
    """What gives ``reply`` the number and the content of the newest question.json, where there is a new one."""
    told = 0

    def answer() -> bool:
        nonlocal told
        path = folder / "question.json"
        if not path.exists():
            return False
        asked = json.loads(path.read_text())
        if asked["number"] == told:
            return False
        told = asked["number"]
        reply(told, asked["question"])
        return True

    return answer


def serve(folder: Path, prepare: Callable[[], Callable[[], bool]]) -> int:
    """In the process: prepare once, then look for questions until the program that started it is gone.

    What ``prepare`` returns answers the newest question if there is a new one, and says whether there was.
    """
    parent = os.getppid()
    try:
        answer = prepare()
        while os.getppid() == parent:
            if not answer():
                time.sleep(SECONDS_BETWEEN_LOOKS)
    except Refused as refusal:
        replace_text(folder / "error.txt", str(refusal))
        return 2
    except Exception as fault:
        traceback.print_exc()
        replace_text(folder / "error.txt", f"A helping process stopped because of a fault in the program ({fault}).")
        return 1
    return 0
