"""A process that keeps a heart in memory and answers what-if questions while the user drags; see ``app.warm_process``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.folders import replace_text
from app.warm_process import WarmProcess
from solvers.result import Trace
from solvers.scenario import Electrophysiology

DIED = "The what-if process ended unexpectedly; leave and enter the step 'Plan' to start it again."


@dataclass(frozen=True)
class Answer:
    """The beat of the asked scenario: activation (n,) ms, the 12-lead ECG, and the numbers a plan is judged by.

    ``draft``: on the companion mesh. With a ``refusal`` (a sentence, e.g. about a site in scar) there is neither.
    """

    number: int
    activation: NDArray[np.float64]
    ecg: Trace
    draft: bool = False
    refusal: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


class WarmWorker(WarmProcess):
    """The what-if process of one case and scenario; close it when done."""

    def __init__(self, case_folder: Path, scenario: str) -> None:
        super().__init__("app.warm_worker", str(case_folder), scenario)

    def ask(self, scenario: Electrophysiology, draft: bool = False) -> int:
        """Ask for the beat of ``scenario``, a quicker and coarser one with ``draft``; returns its number."""
        number = self.next_number()
        question = {"number": number, "draft": draft, "scenario": scenario.model_dump(mode="json")}
        replace_text(self.folder / "question.json", json.dumps(question))
        return number

    def poll(self) -> Answer | None:
        """The newest answer that was not given out yet, or None."""
        found = self.newest()
        return read_answer(found[1], found[0]) if found is not None else None

    def error(self, died: str = DIED) -> str:
        """A sentence when the process cannot answer; empty while all is well."""
        return super().error(died)


def write_answer(answer: Answer, path: Path) -> None:
    """Write an answer in one move."""
    fresh = path.with_suffix(".part.npz")
    ecg = answer.ecg
    arrays: dict[str, NDArray[Any]] = {"activation": answer.activation, "times": ecg.times, "values": ecg.values}
    words = {"channels": np.array(ecg.channels), "refusal": np.array(answer.refusal)}
    names, numbers = np.array(list(answer.values), dtype=str), np.array(list(answer.values.values()), float)
    arrays |= {"names": names, "numbers": numbers}
    np.savez(fresh, draft=np.array(answer.draft), **words, **arrays)  # type: ignore[arg-type]
    fresh.replace(path)


def read_answer(path: Path, number: int) -> Answer:
    """Read what ``write_answer`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        ecg = Trace(data["times"], data["values"], tuple(str(c) for c in data["channels"]), "mV", "12-lead ECG")
        values = {str(name): float(number) for name, number in zip(data["names"], data["numbers"], strict=True)}
        return Answer(number, data["activation"], ecg, bool(data["draft"]), str(data["refusal"]), values)


def refused(number: int, refusal: str) -> Answer:
    """An answer that says why there is none."""
    return Answer(number, np.zeros(0), Trace(np.zeros(0), np.zeros((0, 0)), (), "mV", ""), refusal=refusal)
