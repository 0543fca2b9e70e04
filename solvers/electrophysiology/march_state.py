"""All that a monodomain computation needs to go on: kept in memory for branches of a protocol, or in a file for a restart."""

import hashlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geometry.errors import Refused
from solvers.cells.cell import Cell
from solvers.kept_state import read_state, write_state

Floats = NDArray[np.float64]

FORMAT = 1


@dataclass(frozen=True)
class MarchState:
    """The computation at ``t``; nodes in the order of the mesh.

    t, reacted, h   ms: time of ``seen``, time the reaction has reached, the step in use
    quiet           whether long steps may be taken next
    y               (states, n)
    seen            (n,) mV at t
    activation      (n,) ms of the first upward passage of 0 mV, NaN: none yet
    times, frames   (t,) ms and (t, n) float32 mV so far
    nodes, passages (p,) and (p,) ms: every upward passage of 0 mV so far
    """

    t: float
    reacted: float
    h: float
    quiet: bool
    y: Floats
    seen: Floats
    activation: Floats
    times: Floats
    frames: NDArray[np.float32]
    nodes: NDArray[np.int32]
    passages: Floats

    def without_history(self) -> "MarchState":
        """The same present with an empty past: the start of a branch."""
        none = np.full_like(self.activation, np.nan)
        at, frame = np.array([self.t]), self.seen.astype(np.float32)[None]
        empty = np.zeros(0, np.int32), np.zeros(0)
        return replace(self, activation=none, times=at, frames=frame, nodes=empty[0], passages=empty[1])


@dataclass(frozen=True)
class Checkpoint:
    """A file in which the state is kept while a computation runs, at every ``every`` ms and when it is cancelled.

    made_for  ``fingerprint`` of the computation; a state of another one is not loaded
    """

    path: Path
    every: float = 50.0
    made_for: str = ""

    def save(self, state: MarchState) -> None:
        """Replace the file in one go, so that a crash leaves the old one."""
        values = {one.name: getattr(state, one.name) for one in fields(state)}
        write_state(self.path, FORMAT, self.made_for, values)

    def load(self) -> MarchState:
        """What was kept; refuses a file that is missing, damaged, of another version, mesh, cell or step."""
        made_for, kept = read_state(self.path, FORMAT)
        for name, own, wanted in zip(_PARTS, made_for.split(), self.made_for.split(), strict=True):
            same = (
                own == wanted if name != "set of conductivities" else np.isclose(float(own), float(wanted), rtol=1e-3)
            )
            if not same:
                raise Refused(f"The checkpoint belongs to another {name}. Start from the beginning.")
        scalars: dict[str, Any] = {name: kept[name].item() for name in ("t", "reacted", "h", "quiet")}
        arrays: dict[str, Any] = {one.name: kept[one.name] for one in fields(MarchState) if one.name not in scalars}
        return MarchState(**scalars, **arrays)


_PARTS = ("mesh", "cell model", "pacing protocol", "set of conductivities")  # tuned ones differ by rounding


def fingerprint(mass: csr_array, stiffness: csr_array, cell: Cell, starts: list[Floats]) -> str:
    """Words that change with the mesh and its conductivities, with the cell model, and with the stimuli."""
    mesh = hashlib.sha256()
    mesh.update(mass.indices.tobytes())
    mesh.update(np.float32(mass.diagonal()).tobytes())
    model = (cell.name, cell.equations, *cell.parameters.items(), *cell.states, *cell.rates.items())
    pacing = hashlib.sha256(b"".join(one.tobytes() for one in starts))
    words = [one.hexdigest()[:16] for one in (mesh, hashlib.sha256(repr(model).encode()), pacing)]
    probe = np.cos(np.arange(stiffness.shape[0]))  # whose energy changes with the directions of the fibres too
    return " ".join([*words, f"{probe @ (stiffness @ probe):.9e}"])
