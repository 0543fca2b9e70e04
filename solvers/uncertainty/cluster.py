"""Members on the workers of a Dask cluster; a worker that dies has its members run again elsewhere, each counted once.

Started as Dask's documentation says: ``dask scheduler`` on one machine, ``dask worker ADDRESS --nthreads 1`` on each, with this
program installed. The mesh of the heart is sent to them.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from geometry.errors import Refused
from solvers.uncertainty.member import Outcome, attempt

LOOK_EVERY = 0.1  # seconds between two looks at the members and at the Cancel button
PATIENCE = 10.0  # seconds for the scheduler to answer and to have a worker
ROUNDS = 5  # times that members are sent again when what they need was lost with a worker


class OneAtATime[D, R]:
    """A function that the threads of a worker share, called by one of them at a time: it keeps what it prepared."""

    def __init__(self, function: Callable[[D], R]) -> None:
        self._function = function
        self._turn = threading.Lock()

    def __getstate__(self) -> Callable[[D], R]:
        return self._function

    def __setstate__(self, function: Callable[[D], R]) -> None:
        self._function = function
        self._turn = threading.Lock()

    def __call__(self, draw: D) -> R:
        """The function's answer."""
        with self._turn:
            return self._function(draw)


def run_on_cluster[D, R](
    function: Callable[[D], R],
    todo: Mapping[int, D],
    address: str,
    tell: Callable[[], None],
    finished: Callable[[int, Outcome[R]], None],
) -> None:
    """Run the members of ``todo`` and hand each outcome to ``finished`` as it comes; ``tell`` may raise Cancelled.

    Refuses a cluster that cannot be reached or has no worker.
    """
    client = _connected(address)
    left = dict(todo)
    try:
        for _ in range(ROUNDS):
            shared = client.scatter(OneAtATime(function), broadcast=True, hash=False)
            futures = {client.submit(attempt, shared, draw, pure=False): number for number, draw in left.items()}
            while futures:
                tell()
                for future in [one for one in futures if one.done()]:
                    number = futures.pop(future)
                    if future.status == "finished":
                        finished(number, future.result())
                        del left[number]
                    elif future.status == "error":
                        finished(number, Outcome(None, f"the cluster gave it up ({type(future.exception()).__name__})"))
                        del left[number]
                time.sleep(LOOK_EVERY)
            if not left:
                return
        raise Refused(f"The cluster at {address} lost {len(left)} members again and again; look at its workers.")
    finally:
        client.close()  # the members that nobody waits for any more are dropped


def _connected(address: str) -> Any:
    """A client of the cluster that has a worker at least."""
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as failure:
        raise Refused(
            f"There is no Dask scheduler at {address!r}. Start one (dask scheduler) and give its address, "
            "e.g. tcp://127.0.0.1:8786."
        ) from failure
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as failure:
        client.close()
        raise Refused(f"The cluster at {address} has no workers; start some: dask worker {address}") from failure
    return client
