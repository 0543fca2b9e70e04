"""The torsade panel of CiPA: drugs at one to four times their free peak, in one run of many cells (doi 10.1002/cpt.1184)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.progress import Progress, part, silent
from solvers.cells.catalogue import find_cell
from solvers.cells.cell import Cell
from solvers.cells.kernel import Floats, compile_cell
from solvers.cells.steady import limit_cycle, settle
from solvers.drugs.block import changed_parameters
from solvers.drugs.catalogue import Drug
from solvers.drugs.markers import QNET_CURRENTS, BeatMarkers, classify, measure_beat

CELL = "ohara_rudy_cipa_2017"
CYCLE = 2000.0
MULTIPLES = (1.0, 2.0, 3.0, 4.0)
_DT = 0.05


@dataclass(frozen=True)
class DrugResult:
    """qNet (uC/uF) and the markers of the last beat at each multiple of the free peak."""

    drug: Drug
    qnet: tuple[float, ...]
    beats: tuple[BeatMarkers, ...]

    @property
    def mean_qnet(self) -> float:
        """Torsade metric score: the mean over the multiples."""
        return float(np.mean(self.qnet))

    @property
    def afterdepolarised(self) -> bool:
        """Whether any concentration gave an early afterdepolarisation: qNet means nothing then."""
        return any(beat.early_afterdepolarisation for beat in self.beats)

    @property
    def risk(self) -> str:
        """low, intermediate or high."""
        return classify(self.mean_qnet, self.afterdepolarised)


def _last_beat(cell: Cell, y: Floats) -> tuple[Floats, Floats, Floats]:
    """times (t,), V (t, n), charge of the net current (n,) in uC/uF, over one beat from states y."""
    counting = cell.integrating("net_charge", " + ".join(QNET_CURRENTS))
    kernel, n = compile_cell(counting, 2), y.shape[1]
    states, steps = np.vstack([y, np.zeros((1, n))]), round(CYCLE / _DT)
    stimulus = np.zeros((steps, n))
    stimulus[: round(cell.stimulus[1] / _DT)] = cell.stimulus[0]
    V = kernel.record(states, stimulus, _DT)
    return _DT * np.arange(1.0, steps + 1.0), V, states[-1] / 1000.0


def run_panel(drugs: Sequence[Drug], beats: int = 300, progress: Progress = silent) -> list[DrugResult]:
    """Pace every drug at every multiple for ``beats`` beats of 2 s from the drug-free limit cycle, and measure the next beat."""
    cell = limit_cycle(find_cell(CELL), CYCLE, 100, part(progress, 0.0, 0.1))
    changes = [changed_parameters(cell, drug, k * drug.free_peak) for drug in drugs for k in MULTIPLES]
    names = sorted(set().union(*changes))
    columns = {name: np.array([change.get(name, cell.parameters[name]) for change in changes]) for name in names}
    varied, y = settle(cell, CYCLE, beats, columns, part(progress, 0.1, 0.95))
    times, V, charge = _last_beat(varied, y)
    markers = [measure_beat(times, V[:, k]) for k in range(len(changes))]
    size = len(MULTIPLES)
    return [
        DrugResult(drug, tuple(charge[k * size : (k + 1) * size]), tuple(markers[k * size : (k + 1) * size]))
        for k, drug in enumerate(drugs)
    ]
