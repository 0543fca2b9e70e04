"""Whether 90 % intervals hold the truth in about 90 % of 200 synthetic twins whose inputs are known.

One generated heart; each twin's inputs are drawn from their distributions and its beat is solved by the eikonal model. Asked are
the intervals of an ensemble of its own for each twin, those of emulated answers, and those after a calibration to the twin's
ECG, which was spoilt by as much as the calibration believes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.progress import Progress
from geometry.shapes import two_chamber_heart
from solvers.calibration.ecg_calibration import EcgCalibration, EcgError, calibration_from, lasting_error
from solvers.calibration.ecg_shape import STEP, Qrs, qrs_of_trace
from solvers.electrophysiology.eikonal_ensemble import EikonalMember, EikonalMemberAnswer
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.result import Check
from solvers.scenario import Doubt, Electrophysiology
from solvers.uncertainty.emulator import Emulator, fit_emulator
from solvers.uncertainty.interval import HALF_WIDTH
from solvers.uncertainty.sampling import Varied, latin_hypercube, varied_numbers, with_numbers
from solvers.uncertainty.summary import interval
from solvers.wall_records import Outlines

NAME = "uncertainty-honesty"
TITLE = "90 % intervals on 200 synthetic twins with known inputs"
LONG = True
TWINS, MEMBERS, EDGE = 200, 64, 3.2
SMALL = 16  # members of the ensembles that twins have by default
NUMBERS = {"total_activation_time": "total activation time", "qrs_duration": "QRS duration"}
WINDOW = 160.0  # ms
SOURCE = "known inputs; target 85 to 95 %"


@dataclass(frozen=True)
class _Twins:
    """Inputs (p, k) and what the eikonal model answers."""

    inputs: Floats
    answers: list[EikonalMemberAnswer]

    def column(self, name: str) -> Floats:
        return np.array([answer.values[name] for answer in self.answers])


def verify(progress: Progress) -> list[Check]:
    """How often each kind of interval holds the truth, in %."""
    sure = tuple(Doubt(number=f"outlines.{name}") for name in Outlines.model_fields)  # twins of one geometry
    scenario, rng = Electrophysiology(tier="eikonal", doubts=sure), np.random.default_rng(20)
    varied = list(varied_numbers(scenario))
    member = EikonalMember.with_model(EikonalModel(two_chamber_heart(EDGE)), scenario, WINDOW + 60.0)
    runs = [latin_hypercube(varied, MEMBERS, rng), _drawn(varied, TWINS, rng)]
    solved: list[_Twins] = []
    for inputs in runs:
        answers: list[EikonalMemberAnswer] = []
        for row in inputs:
            progress(
                0.8 * (len(answers) + sum(len(one.answers) for one in solved)) / (MEMBERS + TWINS), "Solving twins"
            )
            answers.append(member(with_numbers(scenario, dict(zip((v.path for v in varied), row, strict=True)))))
        solved.append(_Twins(inputs, answers))
    training, twins = solved
    emulators = {name: fit_emulator(training.inputs, training.column(name)) for name in NUMBERS}
    checks = [check for name in NUMBERS for check in _of_number(name, emulators[name], twins, varied, rng)]
    calibration = calibration_from(varied, training.inputs, training.answers, WINDOW, 1)
    progress(0.85, "Calibrating twins")
    return checks + _after_calibration(calibration, emulators, twins, rng)


def _of_number(
    name: str, emulator: Emulator, twins: _Twins, varied: list[Varied], rng: np.random.Generator
) -> list[Check]:
    """Ensembles of every twin's own (their members emulated: Q2 is told), and emulated answers at the twins' inputs."""
    truth = twins.column(name)
    spans = [interval(emulator.mean(latin_hypercube(varied, SMALL, rng))) for _ in truth]
    low, high = np.array(spans).reshape(-1, 2).T
    mean, sd = emulator.answer(twins.inputs)
    label = NUMBERS[name]
    return [
        _share(f"{label}: ensemble of {SMALL} members", (low <= truth) & (truth <= high)),
        _share(f"{label}: emulated (Q2 {emulator.q2:.3f})", np.abs(mean - truth) <= HALF_WIDTH * sd),
    ]


def _after_calibration(
    calibration: EcgCalibration, emulators: dict[str, Emulator], twins: _Twins, rng: np.random.Generator
) -> list[Check]:
    error = EcgError()
    varied = calibration.inference.varied
    labels = [*(number.label for number in varied), *NUMBERS.values()]
    held: dict[str, list[bool]] = {label: [] for label in labels}
    narrowed = []
    for inputs, answer in zip(twins.inputs, twins.answers, strict=True):
        found = calibration.posterior(_spoilt(qrs_of_trace(answer.ecg, WINDOW), error, rng), error)
        low, high = found.interval()
        narrowed.append(found.narrowed)
        for k, number in enumerate(varied):
            held[number.label].append(bool(low[k] <= inputs[k] <= high[k]))
        for name, label in NUMBERS.items():
            mean, sd = emulators[name].answer(found.sample)
            span = interval(mean + sd * rng.standard_normal(len(mean)))
            held[label].append(bool(span[0] <= answer.values[name] <= span[1]))
    ratio = dict(zip((number.label for number in varied), np.median(narrowed, axis=0), strict=True))
    return [
        _share(
            f"{label}, calibrated{f' (SD {ratio[label]:.0%} of before)' if label in ratio else ''}", np.array(inside)
        )
        for label, inside in held.items()
    ]


def _spoilt(qrs: Qrs, error: EcgError, rng: np.random.Generator) -> Qrs:
    """A QRS as it would be measured: with an error that lasts in time, a wrong onset and a wrong duration."""
    samples = qrs.wide.shape[1]
    at, late = STEP * np.arange(samples), rng.normal(0.0, error.onset)
    moved = np.array([np.interp(at + late, at, row) for row in qrs.wide])
    whole = error.shape**2 * lasting_error(samples, error.lasting)
    noise = rng.multivariate_normal(np.zeros(samples), whole, size=len(moved), method="eigh")
    return Qrs(moved + noise, qrs.duration + rng.normal(0.0, error.duration))


def _drawn(varied: list[Varied], count: int, rng: np.random.Generator) -> Floats:
    return np.column_stack([number.quantile(rng.random(count)) for number in varied])


def _share(name: str, inside: Sequence[bool] | NDArray[np.bool_]) -> Check:
    return Check(name, 100.0 * float(np.mean(inside)), 90.0, 5.0, "%", SOURCE)
