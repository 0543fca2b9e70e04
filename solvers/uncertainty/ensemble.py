"""The members of an ensemble, run in processes of their own; a member that fails costs a note, not the ensemble."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from geometry.errors import Cancelled
from geometry.progress import Progress, silent

LOOK_EVERY = 0.2  # seconds between two looks at the Cancel button


@dataclass(frozen=True)
class Members[R]:
    """What came back: one value per member, None where it failed, and a sentence for each failure."""

    values: tuple[R | None, ...]
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> list[R]:
        """The values of the members that did not fail."""
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class _Outcome[R]:
    value: R | None
    failure: str = ""


def run_members[D, R](
    function: Callable[[D], R], draws: Sequence[D], workers: int = 2, progress: Progress = silent, chunk: int = 1
) -> Members[R]:
    """``function(draw)`` for every draw, in order.

    function  picklable (a function of a module, or an object of a class with ``__call__``); it is sent once per chunk, so what
              it prepares and keeps lives for ``chunk`` members
    workers   processes (spawned, so the caller may hold MPI and threads); 1 runs the members right here
    Raises Cancelled when progress does, after ending the processes; a member that raises or crashes becomes a note.
    """
    if workers <= 1:
        outcomes = []
        for number, draw in enumerate(draws):
            progress(number / len(draws), f"Member {number + 1} of {len(draws)}")
            outcomes.append(_attempt(function, draw))
        return _collected(outcomes)
    parts = [list(range(k, min(k + chunk, len(draws)))) for k in range(0, len(draws), chunk)]
    done: dict[int, _Outcome[R]] = {}
    _in_pool(function, draws, parts, workers, progress, done)
    # A process that died takes the others of its pool with it: each part left over gets a pool of its own.
    for left in [part for part in parts if part[0] not in done]:
        _in_pool(function, draws, [left], 1, progress, done)
        for number in left:
            done.setdefault(number, _Outcome(None, "its process died"))
    return _collected([done[number] for number in range(len(draws))])


def _in_pool[D, R](
    function: Callable[[D], R],
    draws: Sequence[D],
    parts: list[list[int]],
    workers: int,
    progress: Progress,
    done: dict[int, _Outcome[R]],
) -> None:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(parts)) or 1, mp_context=context, initializer=_use_one_thread)
    try:
        waiting: dict[Future[list[_Outcome[R]]], list[int]] = {
            pool.submit(_run_chunk, function, [draws[k] for k in part]): part for part in parts
        }
        while waiting:
            progress(len(done) / len(draws), f"{len(done)} of {len(draws)} members")
            for future in wait(waiting, LOOK_EVERY, FIRST_COMPLETED).done:
                part = waiting.pop(future)
                done.update(zip(part, future.result(), strict=True))
    except BrokenProcessPool:
        pass
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _use_one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # the members share the cores already


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool now, in the middle of a member (``terminate_workers`` comes with Python 3.14)."""
    for process in list((pool._processes or {}).values()):
        process.terminate()


def _run_chunk[D, R](function: Callable[[D], R], draws: list[D]) -> list[_Outcome[R]]:
    return [_attempt(function, draw) for draw in draws]


def _attempt[D, R](function: Callable[[D], R], draw: D) -> _Outcome[R]:
    try:
        return _Outcome(function(draw))
    except Cancelled:
        raise
    except Exception as failure:  # whatever a member dies of must not take the others along
        return _Outcome(None, str(failure) or type(failure).__name__)


def _collected[R](outcomes: list[_Outcome[R]]) -> Members[R]:
    notes = tuple(
        f"Member {k} failed and is left out: {o.failure.rstrip('.')}."
        for k, o in enumerate(outcomes)
        if o.value is None
    )
    return Members(tuple(outcome.value for outcome in outcomes), notes)
