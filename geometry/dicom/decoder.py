"""Decoding in a child process, watched: it may crash, hang or ask for all memory, and this process lives on."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil

import geometry
from geometry.progress import Progress

PATIENCE = 8.0  # s of processor time for one image, the loading of decoders counted
LONGEST_SLEEP = 20.0  # s in which it neither computes nor reads nor waits for a busy machine: it hangs


@contextlib.contextmanager
def decoder_child(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child that works on ``folder`` (see ``decoder_child``); it is ended on leaving."""
    child = subprocess.Popen(
        [sys.executable, "-m", "geometry.dicom.decoder_child", str(folder)],
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


def decode_each(folder: Path, names: list[str], progress: Progress) -> Generator[Path | None]:
    """The .npy file of each name in turn, None from the first one on that was not decoded (damaged, crash, hang)."""
    with decoder_child(folder) as child:
        for number, name in enumerate(names):
            fraction = number / len(names)
            progress(fraction, f"Decoding image {number + 1} of {len(names)}")
            yield _wait_for(folder / f"{name}.npy", child, progress, fraction)


def _wait_for(answer: Path, child: subprocess.Popen[bytes], progress: Progress, fraction: float) -> Path | None:
    before = computed = _look(child)[0]
    slept, pause = 0.0, 0.002
    while not answer.exists():
        ended = child.poll() is not None or answer.with_suffix(".bad").exists()
        if answer.exists():
            break
        used, asleep = _look(child)
        slept = slept + pause if asleep and used == before else 0.0
        if ended or slept > LONGEST_SLEEP or used - computed > PATIENCE:
            return None
        progress(fraction, "Decoding")
        before = used
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    return answer


def _look(child: subprocess.Popen[bytes]) -> tuple[float, bool]:
    """s of processor time that the child has used, and whether it sleeps; nothing where it is gone."""
    try:
        process = psutil.Process(child.pid)
        times, status = process.cpu_times(), process.status()
    except psutil.Error:
        return 0.0, False
    return float(times.user + times.system), status == psutil.STATUS_SLEEPING
