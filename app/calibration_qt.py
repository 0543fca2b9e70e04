"""Repolarising currents from the QT interval: read off the measured ECG, or given."""

from collections.abc import Mapping
from typing import Any

from app.calibration_facts import doubts_after, posterior_facts
from app.calibration_file import child_name, keep_calibration
from app.case import Case
from app.measured_ecg import kept_ecg
from app.needed import needed_mesh
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.progress import Progress, part
from solvers.calibration.qt_calibration import QtError, learn_qt, qt_of
from solvers.electrophysiology.drug_effect import QT_NOTE
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.lesions import ablated
from solvers.electrophysiology.measured_ecg import median_beat
from solvers.electrophysiology.measured_qt import MeasuredQt, qt_of_beat
from solvers.scenario import Electrophysiology
from solvers.uncertainty.sampling import with_numbers

SOURCE = "calibrated to the QT interval"
CANNOT = "The cells cannot make this QT: another cell model, a drug or an electrolyte may be behind it."
ONE_TIME = (
    "QT is one time: it tells one combination of the repolarising currents. How that is shared between IKr and IKs follows from "
    "the cell model and from the spread assumed for each, not from the measurement: more of one and less of the other give the "
    "same QT and another answer to a drug."
)
SHORTEST = 200.0  # ms, of a QT that is given


def calibrate_to_qt(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Options: scenario, qt (ms) and pulse (beats a minute) where they are known, else as on the measured ECG."""
    name = str(options["scenario"])
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"The scenario {scenario.title!r} has no cells; choose one of the heart's activation.")
    measured = measured_qt(case, options.get("qt"), options.get("pulse"))
    model = EikonalModel(ablated(needed_mesh(case), scenario.lesions), progress=part(progress, 0.0, 0.1))
    learned = learn_qt(model, scenario, progress=part(progress, 0.1, 0.9))
    found, row = learned.posterior(measured.qt, measured.cycle, QtError())
    progress(0.9, "Looking at the calibrated cells")
    numbers = {number.path: float(mean) for number, mean in zip(found.varied, found.mean, strict=True)}
    changes = {"doubts": doubts_after(scenario.doubts, found, SOURCE), "title": f"{scenario.title}, fitted to QT"}
    child = with_numbers(scenario, numbers).model_copy(update=changes)
    facts = posterior_facts(found, [row], CANNOT)
    facts["fit"] |= {"measured_qt_ms": measured.qt, "cycle_ms": measured.cycle, "corrected_qt_ms": row.measured}
    facts["fit"] |= {word: {"qt_ms": qt_of(model, one)} for word, one in (("before", scenario), ("after", child))}
    facts["notes"] += [ONE_TIME, QT_NOTE]
    facts["emulators_q2"] = [learned.q2]
    case.save_scenario(child_name(name, "qt"), as_child(case.scenarios(), name, child))
    keep_calibration(case, name, scenario, facts, "qt")


def measured_qt(case: Case, qt: float | None, pulse: float | None) -> MeasuredQt:
    """The QT that is given (at a pulse in beats a minute), else that of the measured ECG; refuses where neither tells it."""
    recording = kept_ecg(case)
    if qt is None:
        if recording is None:
            raise Refused(
                f"The case {case.title!r} has no measured ECG. Take one in with --ecg FILE, or give --qt and --pulse."
            )
        return qt_of_beat(median_beat(recording))
    cycle = 60_000.0 / pulse if pulse else median_beat(recording).cycle if recording is not None else float("nan")
    if not SHORTEST <= qt <= 1000.0 or not 250.0 <= cycle <= 2500.0:
        raise Refused(
            f"QT {qt:g} ms at a cycle of {cycle:g} ms cannot be used: QT lies between {SHORTEST:g} and 1000 ms, the pulse between "
            "24 and 240 beats a minute. Give the pulse with --pulse where no measured ECG tells it."
        )
    return MeasuredQt(float(qt), cycle)
