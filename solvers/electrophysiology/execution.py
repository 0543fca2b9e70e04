"""How a long run is carried out, beside what it computes."""

from dataclasses import dataclass

from solvers.electrophysiology.march import Watch
from solvers.electrophysiology.march_state import Checkpoint


@dataclass(frozen=True)
class Execution:
    """Ways that change nothing in the answer.

    ranks       processes under MPI that share the nodes out; 1: this one, with threads
    checkpoint  file in which the state is kept
    restart     whether to go on from that file
    watch       is told every ms how to get the activation so far, (n,) ms; with elements of second order the middles of
                edges come after the nodes; not told by several ranks
    """

    ranks: int = 1
    checkpoint: Checkpoint | None = None
    restart: bool = False
    watch: Watch | None = None


ALONE = Execution()
