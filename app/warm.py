"""A process that keeps a heart in memory and answers what-if questions while the user drags; see ``app.warm_process``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.band_file import read_band
from app.warm_process import WarmProcess
from solvers.electrophysiology.band import Band
from solvers.result import Trace
from solvers.scenario import Electrophysiology

KEPT_BANDS = 50  # questions back for which a band is still looked for
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


class WarmWorker(WarmProcess[Answer]):
    """The what-if process of one case and scenario; close it when done."""

    def __init__(self, case_folder: Path, scenario: str) -> None:
        super().__init__("app.warm_worker", str(case_folder), scenario, read=read_answer, died=DIED)

        self._banded = 0

    def ask(self, scenario: Electrophysiology, draft: bool = False) -> int:
        """Ask for the beat of ``scenario``, a quicker and coarser one with ``draft``; returns its number."""
        return self.put({"draft": draft, "scenario": scenario.model_dump(mode="json")})

    @property
    def banding(self) -> bool:
        """Whether a band is still to come."""
        return self._banded < self.asked and not self.error()

    def band(self) -> tuple[int, Band | None] | None:
        """The newest band that was not given out yet, with the number of the answer around which it lies.

        None while there is none; a band that is None: this answer has none.
        """
        for number in range(self.asked, max(self._banded, self.asked - KEPT_BANDS), -1):
            path = self.folder / f"{number}.band.npz"
            if path.exists():
                self._banded = number
                return number, read_band(path)
        return None


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
