"""Conduction velocities, exits of the conduction system (and every other number with an SD) from a measured 12-lead ECG.

By an ensemble of the eikonal model. The members' QRS shapes span a few components; each component and the QRS duration has an
emulator over the inputs. The measured ECG is compared in those, with an error of the model that lasts in time: template
electrodes and a template chest do not give anybody's own lead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.progress import Progress, part, silent
from solvers.calibration.ecg_shape import LONGEST, MARGIN, STEP, Qrs, qrs_of_trace
from solvers.calibration.fit import Fitted, fitted
from solvers.calibration.posterior import Inference, Posterior, emulated
from solvers.calibration.root_sites import without_doubt_of
from solvers.electrophysiology.activation_metrics import INDEPENDENT
from solvers.electrophysiology.eikonal_ensemble import EikonalMemberAnswer, run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Electrophysiology
from solvers.threads import one_thread
from solvers.uncertainty.drawn import INPUT, drawn_inputs
from solvers.uncertainty.emulator import fit_emulator
from solvers.uncertainty.interval import INTERVAL
from solvers.uncertainty.sampling import Varied, draws, varied_numbers

COMPONENTS, EXPLAINED = 8, 0.99  # at most so many, fewer where they hold this share of the members' variance
FEWEST, OF_EACH = 24, 6  # members at least, and for each input
CURVES = 512  # draws of the prior from which the bands of the curves are taken
AXIS_ERROR = 15.0  # deg, SD for electrodes that are not where the template has them; assumed
ONSETS, ONSETS_WITHIN = 11, 2.5  # places of the onset that are tried, and within how many SDs


@dataclass(frozen=True)
class EcgError:
    """How far a perfect input's ECG may be from the measured one.

    shape     share of the root mean square of the QRS by which a lead may be off, lasting for ``lasting`` ms
    onset     ms, SD of where the QRS is taken to begin
    duration  ms, SD of the QRS duration (readers differ by 5 to 10 ms)
    """

    shape: float = 0.3
    lasting: float = 15.0
    onset: float = 3.0
    duration: float = 6.0


@dataclass(frozen=True)
class EcgCalibration:
    """An inference over the inputs of one heart, and how its data are made of an ECG.

    mean (8 t,), basis (q, 8 t) components of the shapes in units of the members' SDs;  window  ms of the shapes
    """

    inference: Inference
    mean: Floats
    basis: Floats
    window: float
    q2: tuple[float, ...]

    def data(self, qrs: Qrs, late: float = 0.0) -> Floats:
        """(q + 1,) components of the shape, and the duration, were the onset ``late`` ms after where it was taken to be."""
        return np.append(self.basis @ (qrs.moved(late).ravel() - self.mean), qrs.duration)

    def covariance(self, error: EcgError) -> Floats:
        """(q + 1, q + 1) of the data, for a known onset."""
        rows = self.basis.reshape(len(self.basis), len(INDEPENDENT), -1)
        within = error.shape**2 * lasting_error(rows.shape[2], error.lasting)
        whole = np.zeros((len(self.basis) + 1,) * 2)
        whole[:-1, :-1] = np.einsum("qlt,rlt->qr", rows @ within, rows)
        whole[-1, -1] = error.duration**2
        return whole

    def posterior(self, qrs: Qrs, error: EcgError) -> Posterior:
        """The inputs given a measured QRS, whatever its onset was."""
        late = np.linspace(-ONSETS_WITHIN, ONSETS_WITHIN, ONSETS) * error.onset
        late = np.unique(np.clip(late, -MARGIN, MARGIN))
        chances = norm.logpdf(late, scale=error.onset) if error.onset > 0 else np.zeros(len(late))
        data = np.array([self.data(qrs, one) for one in late])
        with one_thread():
            return self.inference.posterior(data, self.covariance(error), chances)

    def shapes(self, data: Floats) -> Floats:
        """(p, 8, t) of the QRS that data (p, q + 1) are made of, without what the components leave out."""
        flat = self.mean + data[:, :-1] @ np.linalg.pinv(self.basis).T
        return np.asarray(flat.reshape(len(data), len(INDEPENDENT), -1))

    def fit(self, qrs: Qrs, found: Posterior, error: EcgError) -> tuple[tuple[Fitted, ...], dict[str, Floats]]:
        """Duration and axis of the QRS, and its curves (8, t) by name: measured, and bands before and after."""
        before, after = self.inference.predicted(), self.inference.predicted(found.sample)
        measured, drawn = qrs.shape, [self.shapes(some) for some in (before[:: len(before) // CURVES], after)]
        towards = float(axis_of(measured[None])[0])
        turned = [towards + (axis_of(some) - towards + 180.0) % 360.0 - 180.0 for some in drawn]
        rows = (
            fitted("QRS duration", "ms", qrs.duration, error.duration, before[:, -1], after[:, -1]),
            fitted("QRS axis", "deg", towards, AXIS_ERROR, *turned),
        )
        curves = {"measured": measured}
        for word, some in zip(("before", "after"), drawn, strict=True):
            curves[f"{word}_low"], curves[f"{word}_high"] = np.quantile(some, INTERVAL, axis=0)
        return rows, curves

    def unexplained(self, qrs: Qrs) -> float:
        """The share of the shape's square that no combination of the components has: what the model cannot make."""
        apart = qrs.shape.ravel() - self.mean
        inside, *_ = np.linalg.lstsq(self.basis.T, apart, rcond=None)
        return float(((apart - self.basis.T @ inside) ** 2).sum() / (qrs.shape**2).sum())


def learn_calibration(
    model: EikonalModel,
    scenario: Electrophysiology,
    members: int,
    workers: int,
    window: float = LONGEST,
    progress: Progress = silent,
) -> EcgCalibration:
    """Run an ensemble over the numbers of the scenario that have an SD, and learn what each does to the QRS up to ``window`` ms.

    Refuses fewer than ``FEWEST`` members, and a scenario without doubt.
    """
    scenario = without_doubt_of(scenario, "repolarization")
    varied = list(varied_numbers(scenario))
    if not varied:
        raise Refused("No number of this scenario has a standard deviation, so there is nothing to calibrate.")
    fewest = max(FEWEST, OF_EACH * len(varied))
    if members < fewest:
        raise Refused(
            f"A calibration of {len(varied)} numbers needs {fewest} members at least, and {members} were asked for."
        )
    asked = scenario.model_copy(update={"ensemble": scenario.ensemble.model_copy(update={"members": members})})
    found = run_eikonal_ensemble(model, asked, window + 60.0, workers, part(progress, 0.0, 0.8))
    drawn = drawn_inputs(draws(asked, members, asked.ensemble.seed))
    good = [k for k, value in enumerate(found.values) if value is not None]
    inputs = np.column_stack([drawn[INPUT + number.name][good] for number in varied])
    return calibration_from(varied, inputs, found.good, window, asked.ensemble.seed, part(progress, 0.8, 1.0))


def calibration_from(
    varied: Sequence[Varied],
    inputs: Floats,
    answers: Sequence[EikonalMemberAnswer],
    window: float,
    seed: int,
    progress: Progress = silent,
) -> EcgCalibration:
    """What members with these inputs (m, k) and answers teach of the ECG."""
    all_qrs = [qrs_of_trace(answer.ecg, window) for answer in answers]
    shapes = np.array([qrs.shape.ravel() for qrs in all_qrs])
    mean = shapes.mean(axis=0)
    scores, sizes, components = np.linalg.svd(shapes - mean, full_matrices=False)
    share = np.cumsum(sizes**2) / (sizes**2).sum()
    count = min(COMPONENTS, int(np.searchsorted(share, EXPLAINED)) + 1)
    spread = sizes[:count] / np.sqrt(len(shapes))
    basis = components[:count] / spread[:, None]
    columns = [*(scores[:, :count] * np.sqrt(len(shapes))).T, np.array([qrs.duration for qrs in all_qrs])]
    emulators = []
    for number, column in enumerate(columns):
        progress(number / len(columns), "Learning what each input does to the QRS")
        emulators.append(fit_emulator(inputs, column))
    with one_thread():
        inference = Inference(varied, emulated(emulators), seed)
    return EcgCalibration(inference, mean, basis, window, tuple(one.q2 for one in emulators))


def axis_of(shapes: Floats) -> Floats:
    """(p,) deg, the frontal axis of QRS shapes (p, 8, t) from their net areas, as ``qrs_axis`` has it."""
    one, two = (shapes[:, INDEPENDENT.index(name)].sum(axis=1) for name in ("I", "II"))
    return np.asarray(np.degrees(np.arctan2(2 / np.sqrt(3) * (two - one / 2), one)))


def lasting_error(samples: int, lasting: float) -> Floats:
    """(t, t) correlation of an error over the samples of a shape, with a length of ``lasting`` ms."""
    at = STEP * np.arange(samples)
    return np.asarray(np.exp(-0.5 * ((at[:, None] - at) / lasting) ** 2))
