"""What drugs do to this heart's cells, and an estimate of its QT: when the last cell has repolarised."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.currents import record_beat
from solvers.drugs.catalogue import find_drug
from solvers.drugs.markers import correct_qt, measure_beat
from solvers.electrophysiology.activation_metrics import qrs_bounds
from solvers.electrophysiology.cell_kinds import CYCLE
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.lesions import ablated
from solvers.scenario import DrugDose, Electrophysiology

QT_NOTE = (
    "QT is estimated from the onset of the QRS to the time at which the last cell of the wall is repolarised by 90 %, each "
    "cell on its own: coupling evens out what neighbours differ in, so it is an upper bound, and no T wave is read."
)


@dataclass(frozen=True)
class DrugEffect:
    """One drug at one dose ("" for none) on the heart of a scenario; times in ms.

    apd90, triangulation  of the kind of cell whose potential is longest
    shortest              APD90 of the kind whose potential is shortest
    afterdepolarised      whether any kind has an early afterdepolarisation
    qt, qtc               estimate, and by Fridericia's rule for 60 beats a minute; NaN where a cell does not repolarise
    """

    drug: str
    dose: float
    concentration: float
    apd90: float
    shortest: float
    triangulation: float
    afterdepolarised: bool
    qt: float
    qtc: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data; None for NaN."""
        return {key: None if value != value else value for key, value in asdict(self).items()}


def drug_effects(
    mesh: HeartMesh, scenario: Electrophysiology, doses: Sequence[DrugDose], progress: Progress = silent
) -> tuple[DrugEffect, ...]:
    """The heart of the scenario without any drug first, then under each; paced every ``CYCLE`` ms to the limit cycle."""
    model = EikonalModel(ablated(mesh, scenario.lesions), progress=part(progress, 0.0, 0.1))
    bare = scenario.model_copy(update={"drug": DrugDose()})
    answer = model.answer(bare)
    onset = qrs_bounds(answer.ecg, float(np.nanmax(answer.activation)))[0]
    found, wanted = [], (DrugDose(), *doses)
    for k, dose in enumerate(wanted):
        watch = part(progress, 0.1 + 0.9 * k / len(wanted), 0.1 + 0.9 * (k + 1) / len(wanted))
        found.append(_effect(model, bare.model_copy(update={"drug": dose}), answer.activation - onset, watch))
    return tuple(found)


def last_repolarized(activation: Floats, durations: Floats) -> float:
    """ms until the last of the activated nodes (n,) is repolarised; NaN where one never is."""
    present = np.isfinite(activation)
    return float((activation + durations)[present].max())


def _effect(model: EikonalModel, scenario: Electrophysiology, activation: np.ndarray, progress: Progress) -> DrugEffect:
    """``activation`` (n,) ms from the onset of the QRS."""
    given = scenario.drug
    kinds = model.kinds(scenario, progress)
    if not given.name and len(kinds.cells) == 1:  # was not paced: the comparison is with one that was
        kinds = replace(kinds, changed=True).settled(progress)
    beats = [record_beat(cell, CYCLE, 0) for cell in kinds.cells]
    markers = [measure_beat(beat.times, beat.V) for beat in beats]
    if not markers:
        raise Refused("This heart has no living cell.")
    durations = np.array([marker.apd90 for marker in markers])
    qt = last_repolarized(activation, durations[kinds.of_node])
    longest = markers[int(np.nanargmax(durations))] if np.isfinite(durations).any() else markers[0]
    return DrugEffect(
        given.name,
        given.dose if given.name else 0.0,
        given.dose * find_drug(given.name).free_peak if given.name else 0.0,
        longest.apd90,
        float(np.min(durations)),
        longest.triangulation,
        any(marker.early_afterdepolarisation for marker in markers),
        qt,
        correct_qt(qt, CYCLE)["Fridericia"] if np.isfinite(qt) else float("nan"),
    )
