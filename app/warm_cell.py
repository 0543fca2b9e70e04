"""A process that paces one cell while the user turns its knobs: the beat, its currents, and both without the drug."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.folders import replace_text
from app.warm_process import WarmProcess
from geometry.errors import Refused
from solvers.cells.catalogue import find_cell
from solvers.cells.cell import Cell
from solvers.cells.currents import CellBeat, record_beat
from solvers.cells.steady import limit_cycle
from solvers.drugs.block import under_drug
from solvers.drugs.catalogue import find_drug

BEATS = 100  # before the one that is shown, and as many again under a drug: what a slider can wait for
DIED = "The process that paces the cell ended unexpectedly; close the cell view and open it again."


@dataclass(frozen=True)
class CellQuestion:
    """A cell model paced every ``cycle`` ms, with a drug at ``dose`` times its free peak or without (""), and with another."""

    cell: str
    cycle: float = 1000.0
    drug: str = ""
    dose: float = 1.0
    other: str = ""
    other_dose: float = 1.0


@dataclass(frozen=True)
class CellAnswer:
    """The beat, the one without the drug where there is a drug, the one with the other drug, or a refusal."""

    number: int
    beat: CellBeat | None = None
    before: CellBeat | None = None
    refusal: str = ""
    other: CellBeat | None = None


class WarmCell(WarmProcess):
    """The pacing process; close it when done."""

    def __init__(self) -> None:
        super().__init__("app.warm_cell_worker")

    def ask(self, question: CellQuestion) -> int:
        """Ask for a beat; returns the number that the answer will carry."""
        number = self.next_number()
        replace_text(self.folder / "question.json", json.dumps({"number": number, "question": asdict(question)}))
        return number

    def poll(self) -> CellAnswer | None:
        """The newest answer that was not given out yet, or None."""
        found = self.newest()
        return read_cell_answer(found[1], found[0]) if found is not None else None

    def error(self, died: str = DIED) -> str:
        """A sentence when the process cannot answer; empty while all is well."""
        return super().error(died)


def answer_question(question: CellQuestion, number: int) -> CellAnswer:
    """Pace the cell; a refusal is part of the answer."""
    try:
        cell = limit_cycle(find_cell(question.cell), question.cycle, BEATS)
        free = record_beat(cell, question.cycle, 0)
        doses = ((question.drug, question.dose), (question.other, question.other_dose))
        first, second = (_under(cell, name, dose, question.cycle) if name else None for name, dose in doses)
        return CellAnswer(number, first or free, free if first else None, other=second)
    except Refused as refusal:
        return CellAnswer(number, refusal=str(refusal))


def _under(cell: Cell, name: str, dose: float, cycle: float) -> CellBeat:
    drug = find_drug(name)
    return record_beat(under_drug(cell, drug, dose * drug.free_peak), cycle, BEATS)


def write_cell_answer(answer: CellAnswer, path: Path) -> None:
    """Write an answer in one move."""
    arrays: dict[str, NDArray[Any]] = {"refusal": np.array(answer.refusal)}
    for word, beat in (("beat", answer.beat), ("before", answer.before), ("other", answer.other)):
        if beat is not None:
            arrays |= {f"{word}/times": beat.times, f"{word}/V": beat.V}
            arrays |= {f"{word}/state/{name}": values for name, values in beat.states.items()}
            arrays |= {f"{word}/current/{name}": values for name, values in beat.currents.items()}
    fresh = path.with_suffix(".part.npz")
    np.savez(fresh, **arrays)  # type: ignore[arg-type]
    fresh.replace(path)


def read_cell_answer(path: Path, number: int) -> CellAnswer:
    """Read what ``write_cell_answer`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    beat, before, other = (_beat(arrays, word) for word in ("beat", "before", "other"))
    return CellAnswer(number, beat, before, str(arrays["refusal"]), other)


def _beat(arrays: dict[str, NDArray[Any]], word: str) -> CellBeat | None:
    if f"{word}/times" not in arrays:
        return None
    states, currents = (
        {name.removeprefix(head): values for name, values in arrays.items() if name.startswith(head)}
        for head in (f"{word}/state/", f"{word}/current/")
    )
    return CellBeat(arrays[f"{word}/times"], arrays[f"{word}/V"], states, currents)
