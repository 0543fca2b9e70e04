"""Decoding in a child process, watched: it may crash, hang or ask for all memory, and this process lives on."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import geometry
from geometry.progress import Progress

PATIENCE = 8.0  # s for one image beyond the first
START = 25.0  # s more for the child to load its decoders on a busy machine


@contextlib.contextmanager
def decoder_child(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child that works on ``folder`` (see ``decoder_child``); it is ended on leaving."""
    child = subprocess.Popen(
        [sys.executable, "-m", "geometry.decoder_child", str(folder)],
        cwd=Path(geometry.__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def decode_each(folder: Path, names: list[str], patience: float, progress: Progress) -> Iterator[Path | None]:
    """The .npy file of each name in turn, None from the first one on that was not decoded (damaged, crash, hang)."""
    with decoder_child(folder) as child:
        deadline = time.monotonic() + START + patience
        for number, name in enumerate(names):
            progress(number / len(names), f"Decoding image {number + 1} of {len(names)}")
            yield _wait_for(folder / f"{name}.npy", child, deadline, progress, number / len(names))
            deadline = time.monotonic() + patience


def _wait_for(
    answer: Path, child: subprocess.Popen[bytes], deadline: float, progress: Progress, fraction: float
) -> Path | None:
    pause = 0.002
    while not answer.exists():
        ended = child.poll() is not None
        if answer.exists():
            break
        if ended or answer.with_suffix(".bad").exists() or time.monotonic() > deadline:
            return None
        progress(fraction, "Decoding")
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    return answer
