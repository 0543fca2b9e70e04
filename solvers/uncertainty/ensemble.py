"""The members of an ensemble, here, in processes of their own or on a cluster; one that fails costs a note, not the ensemble."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geometry.progress import Progress, silent
from solvers.uncertainty.member import Outcome, attempt
from solvers.uncertainty.member_store import MemberStore
from solvers.uncertainty.process_pool import run_in_processes


@dataclass(frozen=True)
class Members[R]:
    """What came back: one value per member, None where it failed, and a sentence for each failure."""

    values: tuple[R | None, ...]
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> list[R]:
        """The values of the members that did not fail."""
        return [value for value in self.values if value is not None]


def run_members[D, R](
    function: Callable[[D], R],
    draws: Sequence[D],
    workers: int = 2,
    progress: Progress = silent,
    kept: MemberStore[R] | None = None,
    cluster: str = "",
) -> Members[R]:
    """``function(draw)`` for every draw, in order.

    function  picklable (a function of a module, or an object of a class with ``__call__``); it is sent once to each process,
              so what it prepares and keeps lives there for all members
    workers   processes (spawned, so the caller may hold MPI and threads); 1 runs the members right here
    kept      members that an earlier run finished before it was cut off are taken from here, and each new one is put here
    cluster   address of a Dask scheduler, e.g. "tcp://10.0.0.5:8786", on whose workers the members run instead
    Raises Cancelled when progress does, after ending the processes; a member that raises or crashes becomes a note. Refuses a
    cluster that cannot be reached.
    """
    done: dict[int, Outcome[R]] = {}
    if kept is not None:
        done = {k: Outcome(found) for k, draw in enumerate(draws) if (found := kept.load(k, draw)) is not None}
    taken = len(done)
    todo = {number: draw for number, draw in enumerate(draws) if number not in done}

    def tell() -> None:
        progress(len(done) / max(len(draws), 1), f"{len(done)} of {len(draws)} members")

    def finished(number: int, outcome: Outcome[R]) -> None:
        done[number] = outcome
        if kept is not None and outcome.value is not None:
            kept.save(number, draws[number], outcome.value)

    if cluster and todo:
        from solvers.uncertainty.cluster import run_on_cluster

        run_on_cluster(function, todo, cluster, tell, finished)
    elif workers > 1 and todo:
        run_in_processes(function, todo, workers, tell, finished)
    else:
        for number, draw in todo.items():
            tell()
            finished(number, attempt(function, draw))
    return _collected([done[number] for number in range(len(draws))], taken)


def _collected[R](outcomes: list[Outcome[R]], taken: int) -> Members[R]:
    notes = [
        f"Member {k} failed and is left out: {o.failure.rstrip('.')}."
        for k, o in enumerate(outcomes)
        if o.value is None
    ]
    if taken:
        notes.append(f"{taken} of the {len(outcomes)} members were finished by an earlier run that was cut off.")
    return Members(tuple(outcome.value for outcome in outcomes), tuple(notes))
