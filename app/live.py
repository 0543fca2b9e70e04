"""What is activated so far while a beat is being solved: runs/.live-NAME.npz in the case, written every half second."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from app.case import Case

EVERY = 0.5  # s
Floats = NDArray[np.floating]


class LiveActivation:
    """Takes activation times (n,) ms, NaN where there is none yet; the file goes when the block ends."""

    def __init__(self, case: Case, name: str) -> None:
        self._path = live_path(case, name)
        self._written = 0.0

    def __enter__(self) -> "LiveActivation":
        self._path.parent.mkdir(exist_ok=True)
        self._path.unlink(missing_ok=True)  # of a run that died
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self._path.unlink(missing_ok=True)

    def __call__(self, so_far: Callable[[], Floats]) -> None:
        """Write what ``so_far`` gives, if the last time was long enough ago."""
        now = time.monotonic()
        if now - self._written < EVERY:
            return
        self._written = now
        fresh = self._path.with_suffix(".part.npz")
        np.savez(fresh, activation=so_far().astype(np.float32))
        fresh.replace(self._path)


def live_path(case: Case, name: str) -> Path:
    """Where the running beat of a scenario tells how far it is."""
    return case.folder / "runs" / f".live-{name}.npz"


def read_live(path: Path) -> Floats | None:
    """(n,) ms, or None while nothing is told."""
    try:
        with np.load(path, allow_pickle=False) as data:
            return np.asarray(data["activation"])
    except (OSError, ValueError, KeyError):
        return None
