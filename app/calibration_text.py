"""The sentences about a calibration, the same on the command line, in the window and in the report."""

from collections.abc import Mapping
from typing import Any

from app.calibration_file import TARGETS, kept_calibration, targets_of
from app.case import Case
from geometry.metric import with_sd, with_unit


def input_texts(facts: Mapping[str, Any]) -> list[str]:
    """For each input what it was and what it is."""
    return [
        f"{row['label'][:1].upper()}{row['label'][1:]}: {spread(row['before'], row['unit'])} before, "
        f"{spread(row['after'], row['unit'])} after ({100 * row['narrowed']:.0f} % of the SD left)"
        for row in facts["inputs"]
    ]


def spread(numbers: Mapping[str, float], unit: str) -> str:
    """E.g. "0.25 +- 0.04 m/s"."""
    return with_sd(numbers["mean"], numbers["sd"], unit)


def fit_texts(facts: Mapping[str, Any]) -> list[str]:
    """How well what was measured is met: each datum, and where there is one the ECG itself."""
    found = [_prediction(row) for row in facts.get("predictions", ())]
    fit = facts["fit"]
    before, after = fit.get("before", {}), fit.get("after", {})
    if "correlation" in after:
        found.append(
            f"QRS as run: {fit['measured_qrs_ms']:.0f} ms measured, {before['qrs_ms']:.0f} ms before, {after['qrs_ms']:.0f} ms "
            f"after; correlation of the leads {before['correlation']:.2f} before, {after['correlation']:.2f} after"
        )
    if "unexplained_share" in fit:
        found.append(
            f"No input explains {100 * fit['unexplained_share']:.0f} % of the measured QRS (share of its square)"
        )
    if "qt_ms" in after:
        found.append(
            f"QT as run: {fit['measured_qt_ms']:.0f} ms measured at a cycle of {fit['cycle_ms']:.0f} ms, "
            f"{fit['corrected_qt_ms']:.0f} ms at 1000 ms; {before['qt_ms']:.0f} ms before, {after['qt_ms']:.0f} ms after"
        )
    return found


def _prediction(row: Mapping[str, Any]) -> str:
    low, middle, high = row["after"]
    wide = f"{row['before'][0]:.0f} to {row['before'][2]:.0f}"
    measured = with_unit(f"{row['measured']:.0f} \u00b1 {row['sd']:.0f}", row["unit"])
    told = with_unit(f"{middle:.0f} ({low:.0f} to {high:.0f})", row["unit"])
    return f"{row['label']}: {measured} measured; model {told} after, {wide} before"


def calibrations_of(case: Case) -> list[dict[str, Any]]:
    """Every calibration that is kept, for the report: a title with its sentences."""
    found = []
    for name, scenario in case.scenarios().items():
        for target in targets_of(scenario):
            kept = kept_calibration(case, name, target)
            if kept is None or kept.facts.get("target") != target:
                continue
            old = [f"The {' and the '.join(kept.changed)} changed after this fit; fit again."] if kept.changed else []
            sentences = [*old, *input_texts(kept.facts), *fit_texts(kept.facts), *kept.facts["notes"]]
            title = f"{scenario.title}: {TARGETS[target]}"
            found.append({"scenario": name, "target": target, "title": title, "sentences": sentences})
    return found
