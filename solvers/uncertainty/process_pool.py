"""Members in processes of this machine; one that takes its process along costs itself alone."""

import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path
from typing import Any

from solvers.uncertainty.member import Outcome, attempt

LOOK_EVERY = 0.2  # seconds between two looks at the Cancel button


def run_in_processes[D, R](
    function: Callable[[D], R],
    todo: Mapping[int, D],
    workers: int,
    tell: Callable[[], None],
    finished: Callable[[int, Outcome[R]], None],
) -> None:
    """Run the members of ``todo`` and hand each outcome to ``finished`` as it comes; ``tell`` may raise Cancelled.

    When a process dies the pool is broken: the members that were running then are tried again, each alone in a pool of its
    own, and the rest goes on in a new one.
    """
    left = dict(todo)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "function"
        place.write_bytes(pickle.dumps(function))
        while left:
            for number in _in_pool(place, left, workers, tell, finished):
                alone = {number: left.pop(number)}
                if _in_pool(place, alone, 1, tell, finished):
                    finished(number, Outcome(None, "its process died"))


def _in_pool[D, R](
    place: Path,
    left: dict[int, D],
    workers: int,
    tell: Callable[[], None],
    finished: Callable[[int, Outcome[R]], None],
) -> list[int]:
    """Run the members ``left``, taking those that are finished out of it; the numbers of those running when it broke."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(left)), mp_context=context, initializer=_use_one_thread)
    running: dict[Future[Outcome[R]], int] = {}
    waiting = list(left)
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number = waiting.pop(0)
                running[pool.submit(_run, place, left[number])] = number
            tell()
            for future in wait(running, LOOK_EVERY, FIRST_COMPLETED).done:
                outcome = future.result()
                number = running.pop(future)
                finished(number, outcome)
                del left[number]
    except BrokenProcessPool:
        return list(running.values())
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return []


def _use_one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # the members share the cores already


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool now, in the middle of a member (``terminate_workers`` comes with Python 3.14)."""
    for process in list((pool._processes or {}).values()):
        process.terminate()


def _run(place: Path, draw: Any) -> Outcome[Any]:
    return attempt(_function(place), draw)


@lru_cache(maxsize=1)
def _function(place: Path) -> Callable[[Any], Any]:
    """The function of this process, read once: it may carry a whole heart, and keeps what it prepared."""
    found: Callable[[Any], Any] = pickle.loads(place.read_bytes())  # written by the process that started this one
    return found
