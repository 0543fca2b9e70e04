"""A process that keeps one heart's lead field in memory and gives the electrogram of each place that is clicked."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.warm_process import WarmProcess

DIED = "The process that computes electrograms ended unexpectedly; close the electrogram and open it again."


@dataclass(frozen=True)
class ElectrogramQuestion:
    """A run, a place (mm, RAS), and how far (mm) from it along the fibres the second pole of the bipole is."""

    run: str
    place: tuple[float, float, float]
    spacing: float = 4.0


@dataclass(frozen=True)
class ElectrogramAnswer:
    """times (t,) ms, unipolar and bipolar (t,) mV, activation (ms) of the nearest node, NaN: never; or a refusal."""

    number: int
    times: NDArray[np.float64]
    unipolar: NDArray[np.float64]
    bipolar: NDArray[np.float64]
    activation: float
    refusal: str = ""


class WarmElectrogram(WarmProcess[ElectrogramAnswer]):
    """The process of one case; close it when done."""

    def __init__(self, case_folder: Path) -> None:
        super().__init__("app.warm_electrogram_worker", str(case_folder), read=read_electrogram, died=DIED)

    def ask(self, question: ElectrogramQuestion) -> int:
        """Ask for an electrogram; returns the number that the answer will carry."""
        return self.put(asdict(question))


def write_electrogram(answer: ElectrogramAnswer, path: Path) -> None:
    """Write an answer in one move."""
    fresh = path.with_suffix(".part.npz")
    np.savez(
        fresh,
        times=answer.times,
        unipolar=answer.unipolar,
        bipolar=answer.bipolar,
        activation=np.array(answer.activation),
        refusal=np.array(answer.refusal),
    )
    fresh.replace(path)


def read_electrogram(path: Path, number: int) -> ElectrogramAnswer:
    """Read what ``write_electrogram`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        times, unipolar, bipolar = (data[name] for name in ("times", "unipolar", "bipolar"))
        return ElectrogramAnswer(number, times, unipolar, bipolar, float(data["activation"]), str(data["refusal"]))
