"""How a long flow run is carried out, beside what it computes; and the file it can go on from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.kept_state import Arrays, read_state, write_state
from solvers.scenario import Flow

FORMAT = 1
_PARTS = ("mesh", "scenario")
_BESIDE = {"title", "ensemble"}  # of a scenario: what does not change a beat


@dataclass(frozen=True)
class Checkpoint:
    """A file in which the state is kept while beats are computed: every ``every`` ms of flow, after each beat, and when cancelled.

    made_for  ``fingerprint`` of the run; a state of another one is not loaded
    writes    whether this process is the one, of several that share a run, that keeps the state
    """

    path: Path
    every: float = 100.0
    made_for: str = ""
    writes: bool = True

    def save(self, values: Mapping[str, Any]) -> None:
        """Replace what was kept; refuses where the disk does not take it."""
        if self.writes:
            write_state(self.path, FORMAT, self.made_for, values)

    def load(self) -> Arrays:
        """What was kept; refuses a file that is missing, damaged, of another version, mesh or scenario."""
        made_for, kept = read_state(self.path, FORMAT)
        for name, own, wanted in zip(_PARTS, made_for.split(), self.made_for.split(), strict=True):
            if own != wanted:
                raise Refused(f"The checkpoint belongs to another {name}. Start from the beginning.")
        return kept


@dataclass(frozen=True)
class Execution:
    """Ways that change nothing in the answer.

    checkpoint  file in which the state is kept;  restart  whether to go on from it
    ranks       processes under MPI that share the elements out; 1: this one
    """

    checkpoint: Checkpoint | None = None
    restart: bool = False
    ranks: int = 1


ALONE = Execution()


def fingerprint(mesh: HeartMesh, scenario: Flow, extra: bytes = b"") -> str:
    """Words that change with the mesh, and with the scenario and what else drives the beat."""
    names = repr(sorted(mesh.facet_names.items()))
    told = scenario.model_dump_json(exclude=_BESIDE).encode() + extra
    words = hashlib.sha256((mesh.digest() + names).encode()), hashlib.sha256(told)
    return " ".join(word.hexdigest()[:16] for word in words)


def made_for(how: Execution, words: str) -> Execution:
    """The same with a checkpoint for the run of that ``fingerprint``; one of an earlier run goes unless it is wanted."""
    if how.checkpoint is None:
        return how
    if not how.restart:
        how.checkpoint.path.unlink(missing_ok=True)
    return replace(how, checkpoint=replace(how.checkpoint, made_for=words))


def of_rank(how: Execution, rank: int) -> Execution:
    """The same for one of the processes that share a run out: the first keeps the checkpoint."""
    if how.checkpoint is None:
        return how
    return replace(how, checkpoint=replace(how.checkpoint, writes=rank == 0))
