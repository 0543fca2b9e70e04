"""The progress of work in this process on the command line: a bar on a terminal, a plain line now and then otherwise."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.console import say
from app.progress_bars import ProgressBars
from geometry.progress import Progress

SECONDS_BETWEEN_LINES = 20.0


@contextmanager
def watched() -> Iterator[Progress]:
    """What work reports to while it runs."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    with ProgressBars() as bars:
        bar = bars.add_task("", total=1.0)
        yield lambda fraction, message="": bars.update(bar, completed=fraction, description=message)


def _lines() -> Progress:
    told = time.monotonic()

    def progress(fraction: float, message: str = "") -> None:
        nonlocal told
        if time.monotonic() - told > SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            say(f"  {100 * fraction:3.0f} %  {message}")

    return progress
