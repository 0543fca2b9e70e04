"""Decoding in a child process, watched: it may crash, hang or ask for all memory, and this process lives on."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

import geometry
from geometry.progress import Progress

PATIENCE = 8.0  # s of processor time for one image, the loading of decoders counted
LONGEST_WAIT = 60.0  # s on the clock, for a decoder that hangs without computing (the machine may be busy)


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


def decode_each(folder: Path, names: list[str], progress: Progress) -> Iterator[Path | None]:
    """The .npy file of each name in turn, None from the first one on that was not decoded (damaged, crash, hang)."""
    with decoder_child(folder) as child:
        for number, name in enumerate(names):
            fraction = number / len(names)
            progress(fraction, f"Decoding image {number + 1} of {len(names)}")
            yield _wait_for(folder / f"{name}.npy", child, progress, fraction)


def _wait_for(answer: Path, child: subprocess.Popen[bytes], progress: Progress, fraction: float) -> Path | None:
    began, computed = time.monotonic(), _computed(child)
    pause = 0.002
    while not answer.exists():
        ended = child.poll() is not None or answer.with_suffix(".bad").exists()
        if answer.exists():
            break
        if ended or time.monotonic() - began > LONGEST_WAIT or _computed(child) - computed > PATIENCE:
            return None
        progress(fraction, "Decoding")
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    return answer


def _computed(child: subprocess.Popen[bytes]) -> float:
    """s of processor time that the child has used; 0 when it is gone."""
    try:
        times = psutil.Process(child.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
