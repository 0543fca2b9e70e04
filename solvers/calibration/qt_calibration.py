"""Repolarising currents from the QT interval: what one time says of two currents.

QT of the model: from the onset of the QRS to the last cell that has repolarised by 90 %, each cell on its own, paced every
second; a measured QT is brought to that rate by Fridericia's rule.
"""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.progress import Progress, silent
from solvers.beat_records import Repolarization
from solvers.calibration.fit import Fitted, fitted
from solvers.calibration.posterior import Inference, Posterior, emulated
from solvers.cells.pace import action_potential_duration
from solvers.cells.steady import limit_cycles, next_beats
from solvers.cells.variants import CHANNELS
from solvers.drugs.markers import correct_qt
from solvers.electrophysiology.activation_metrics import qrs_bounds
from solvers.electrophysiology.cell_kinds import CYCLE, cell_kinds
from solvers.electrophysiology.drug_effect import last_repolarized
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Doubt, Electrophysiology
from solvers.threads import one_thread
from solvers.uncertainty.drawn import INPUT, drawn_inputs
from solvers.uncertainty.emulator import fit_emulator
from solvers.uncertainty.sampling import Varied, draws, varied_numbers

SPREAD = 0.3  # SD of a current between people, share of the published one; assumed
BOUNDS = {"rapid": "Kr", "slow": "Ks"}  # number of the scenario -> current
MEMBERS, SEED = 24, 1
BEATS = 100  # of each draw; the 400 after these move APD90 of TP06 by 3 ms at most
LABEL = "QT at 60 beats a minute"


@dataclass(frozen=True)
class QtError:
    """ms, SDs: of reading QT, of bringing it to another rate, and of what the model leaves out (coupling evens cells out)."""

    reading: float = 10.0
    rate: float = 5.0
    model: float = 10.0

    @property
    def whole(self) -> float:
        """ms, all three together."""
        return float(np.hypot(np.hypot(self.reading, self.rate), self.model))


@dataclass(frozen=True)
class QtCalibration:
    """An inference of the currents over a prior, and how well its emulator knows the model."""

    inference: Inference
    q2: float

    def posterior(self, qt: float, cycle: float, error: QtError) -> tuple[Posterior, Fitted]:
        """The currents given a QT (ms) measured at a cycle (ms), and the fit to it."""
        corrected = correct_qt(qt, cycle)["Fridericia"]
        with one_thread():
            found = self.inference.posterior(np.array([corrected]), np.array([[error.whole**2]]))
            after = self.inference.predicted(found.sample)[:, 0]
        return found, fitted(LABEL, "ms", corrected, error.whole, self.inference.predicted()[:, 0], after)


def learn_qt(
    model: EikonalModel, scenario: Electrophysiology, members: int = MEMBERS, progress: Progress = silent
) -> QtCalibration:
    """Pace the cells of ``members`` draws of the currents, and learn what each current does to QT.

    Refuses cells without such a current, and where too few draws repolarise.
    """
    activation = _from_onset(model, scenario)
    varied = varied_currents(scenario, model)
    names = {number.name for number in varied}
    doubts = tuple(Doubt(number=number.name, sd=number.sd) for number in varied)
    still = tuple(Doubt(number=number.name) for number in varied_numbers(scenario) if number.name not in names)
    asked = scenario.model_copy(update={"doubts": (*doubts, *still)})
    drawn = draws(asked, members, SEED)
    values = qt_of_draws(model, drawn, activation, progress)
    columns = drawn_inputs(drawn)
    inputs = np.column_stack([columns[INPUT + number.name] for number in varied])
    if np.isfinite(values).sum() < members // 2:
        raise Refused("Most draws of the currents did not repolarise within a second; choose another cell model.")
    known = np.isfinite(values)
    emulator = fit_emulator(inputs[known], values[known])
    with one_thread():
        return QtCalibration(Inference(varied, emulated([emulator]), SEED), emulator.q2)


def varied_currents(scenario: Electrophysiology, model: EikonalModel) -> list[Varied]:
    """IKr and IKs, as far as the cells have them, with the scenario's own SD or ``SPREAD``."""
    cells = cell_kinds(model.mesh, model.fields, model.substrate, scenario).cells
    has = [
        name
        for name, current in BOUNDS.items()
        if any(parameter in cell.parameters for cell in cells for parameter in CHANNELS[current])
    ]
    if not has:
        raise Refused(
            f"{cells[0].title} has neither IKr nor IKs, so QT tells nothing of it; choose another cell model."
        )
    own = {doubt.number: doubt for doubt in scenario.doubts}
    names = [f"repolarization.{name}" for name in has]
    doubts = tuple(own[name] if name in own and own[name].sd > 0 else _spread(name) for name in names)
    found = varied_numbers(scenario.model_copy(update={"doubts": doubts}))
    return [number for number in found if number.name in names]


def _spread(name: str) -> Doubt:
    return Doubt(number=name, sd=SPREAD, status="population default", source="spread between people assumed")


def qt_of_draws(
    model: EikonalModel, drawn: list[Electrophysiology], activation: Floats, progress: Progress = silent
) -> Floats:
    """(m,) ms, QT of each draw at one activation (n,) ms from the onset of the QRS; NaN where a cell does not repolarise."""
    kinds = [cell_kinds(model.mesh, model.fields, model.substrate, one) for one in drawn]
    every = [cell for one in kinds for cell in one.cells]
    settled = limit_cycles(every, CYCLE, BEATS, progress)
    times, potentials = next_beats(settled, CYCLE)
    durations = np.array([action_potential_duration(times, column) for column in potentials.T])
    ends = np.cumsum([len(one.cells) for one in kinds])
    own = np.split(durations, ends[:-1])
    return np.array([last_repolarized(activation, some[one.of_node]) for some, one in zip(own, kinds, strict=True)])


def qt_of(model: EikonalModel, scenario: Electrophysiology) -> float:
    """ms, QT of a scenario at 60 beats a minute."""
    return float(qt_of_draws(model, [scenario], _from_onset(model, scenario))[0])


def _from_onset(model: EikonalModel, scenario: Electrophysiology) -> Floats:
    """(n,) ms, the activation counted from the onset of the QRS."""
    plain = scenario.model_copy(update={"repolarization": Repolarization()})
    answer = model.answer(plain)
    return answer.activation - qrs_bounds(answer.ecg, float(np.nanmax(answer.activation)))[0]
