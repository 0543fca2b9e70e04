"""Work that many cases need alike, one case a core."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized

from geometry.progress import Progress


def on_each_core[T, R](work: Callable[[T], R], cases: Sequence[T], progress: Progress, words: str) -> tuple[R, ...]:
    """The results in the order of the cases; ``words`` name them ("generated patients").

    A cancel drops what waits and ends with the cases that run.
    """
    workers = max(1, min(os.cpu_count() or 1, len(cases)))
    context = get_context("spawn")
    started = context.Value("i", 0)
    with ProcessPoolExecutor(workers, context, initializer=_one_core, initargs=(workers, started)) as pool:
        waiting = [pool.submit(work, case) for case in cases]
        try:
            for count, done in enumerate(as_completed(waiting), start=1):
                done.result()
                progress(count / len(cases), f"{count} of {len(cases)} {words}")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        return tuple(each.result() for each in waiting)


def _one_core(workers: int, started: "Synchronized[int]") -> None:
    """Each worker keeps to its share of the cores, so that libraries do not start more threads than there is room for."""
    with started.get_lock():
        mine, started.value = started.value, started.value + 1
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[mine % workers :: workers] or cores)
