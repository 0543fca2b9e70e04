"""The process of a job: ``python -m app.worker FOLDER`` runs it, by hand too.

It writes progress to events.jsonl, stops at its next word of progress when the file ``cancel`` appears, and ends with one of
done, failed, cancelled.
"""

import contextlib
import errno
import json
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from app.jobs import CANCELLED, DISK_FULL, DISK_FULL_EXIT, DONE, FAILED, RUNNING
from geometry.errors import Cancelled, Refused
from geometry.unbroken import end_at_once, end_in_peace

SECONDS_BETWEEN_EVENTS = 0.1


@dataclass
class EventLog:
    """Writes events; is the ``Progress`` of the job."""

    folder: Path
    parent: int | None
    spoken: float = field(default=0.0)
    fraction: float = field(default=0.0)

    def __call__(self, fraction: float, message: str = "") -> None:
        """Tell where the work is; raises Cancelled when asked to stop or when the starter is gone."""
        if (self.folder / "cancel").exists() or (self.parent is not None and os.getppid() != self.parent):
            end_in_peace()
            raise Cancelled
        self.fraction = max(self.fraction, min(fraction, 1.0))
        now = time.time()
        if now - self.spoken >= SECONDS_BETWEEN_EVENTS:
            self.spoken = now
            self.write(state=RUNNING, message=message)

    def write(self, **event: Any) -> None:
        """Append one event."""
        with (self.folder / "events.jsonl").open("a") as file:
            file.write(json.dumps({"time": time.time(), "fraction": round(self.fraction, 4)} | event) + "\n")


def main(folder: Path) -> int:
    """Run the job in ``folder``; returns the exit code (0 done, 2 refused, 130 cancelled, 1 a fault of the program)."""
    facts = json.loads((folder / "job.json").read_text())
    log = EventLog(folder, facts["parent"])
    end_at_once()
    signal.signal(signal.SIGTERM, _raise_cancelled)
    signal.signal(signal.SIGINT, _raise_cancelled)
    try:
        code, ending = _run(facts, log)
    finally:
        _end_children()
    try:
        log.write(exit_code=code, **ending)
    except OSError:  # nothing can be said on a full disk but by the exit code
        return DISK_FULL_EXIT
    return code


def _run(facts: dict[str, Any], log: EventLog) -> tuple[int, dict[str, Any]]:
    try:
        from app.tasks import run_task  # here, so that a fault while loading is told like any other

        log(0.0, "Starting")
        hidden = json.load(sys.stdin) if facts.get("hidden") else {}
        run_task(Path(facts["case"]), facts["verb"], facts["options"] | hidden, log)
        log.fraction = 1.0
        return 0, {"state": DONE, "message": "Done"}
    except Cancelled:
        return 130, {"state": CANCELLED, "message": "Cancelled"}
    except Refused as refusal:
        return 2, {"state": FAILED, "error": str(refusal)} | ({"place": refusal.place} if refusal.place else {})
    except MemoryError:
        return 2, {
            "state": FAILED,
            "error": "There is not enough memory for this; choose a coarser mesh or fewer members.",
        }
    except Exception as fault:
        if _is_disk_full(fault):
            return 2, {"state": FAILED, "error": DISK_FULL}
        traceback.print_exc()
        what = f"{type(fault).__name__}: {fault}".splitlines()[0]
        error = f"The step '{facts['verb']}' stopped because of a fault in the program ({what}); the case is unharmed. "
        return 1, {"state": FAILED, "error": error + f"The details are in {log.folder / 'log.txt'}."}


def _is_disk_full(fault: BaseException) -> bool:
    text = str(fault)
    number = getattr(fault, "errno", None)
    return number == errno.ENOSPC or "No space left on device" in text or "errno = 28" in text


def _raise_cancelled(_number: int, _frame: FrameType | None) -> None:
    raise Cancelled


def _end_children() -> None:
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
