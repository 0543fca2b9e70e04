"""The verbs about one cell: its action potential and currents, and what drugs do to it."""

from collections.abc import Mapping
from csv import writer as csv_writer
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from app.console import print_json, say
from geometry.errors import Refused
from solvers.cells.catalogue import find_cell
from solvers.cells.currents import CellBeat, record_beat
from solvers.drugs.block import under_drug
from solvers.drugs.catalogue import find_drug, find_drugs
from solvers.drugs.markers import measure_beat

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def cell(
    name: str,
    *,
    cycle: float = 1000.0,
    beats: int = 500,
    set: Annotated[tuple[str, ...], Parameter("--set")] = (),
    drug: str | None = None,
    concentration: float | None = None,
    csv: Path | None = None,
    json: Json = None,
) -> None:
    """Pace a cell model to its limit cycle and measure the beat: APD, potentials, calcium; --csv writes V and the currents.

    Parameters
    ----------
    name
        Cell model, e.g. ohara_rudy_2011_endo
    cycle
        Cycle length in ms
    beats
        Beats before the one that is measured
    set
        Parameter of the model to change, as g_Kr=0.02; may be repeated
    drug
        One of the CiPA drugs, at its free peak or at --concentration nM
    concentration
        nM of the drug
    csv
        File for times, V, calcium and currents
    """
    model = find_cell(name).with_parameters(**_settings(set))
    if drug is not None:
        known = find_drug(drug)
        model = under_drug(model, known, known.free_peak if concentration is None else concentration)
    elif concentration is not None:
        raise Refused("A concentration was given without a drug. Name one with --drug.")
    if beats < 0:
        raise Refused(f"{beats} beats were asked for. Give 0 or more.")
    beat = record_beat(model, cycle, beats)
    numbers = _measure(beat)
    say(f"{model.title}, beat {beats + 1} at {cycle:g} ms (doi {model.source})")
    for label, (value, unit) in numbers.items():
        say(
            f"  {label}: {value:.4g} {unit}".rstrip()
            if value == value
            else f"  {label}: none; the cell did not repolarise"
        )
    if csv is not None:
        _write(csv, beat)
        say(f"  V and {len(beat.currents)} currents: {csv}")
    print_json(
        {"cell": name, "cycle": cycle, "beats": beats, **{key: value for key, (value, _) in numbers.items()}}, json
    )


def _settings(pairs: tuple[str, ...]) -> dict[str, float]:
    changed = {}
    for pair in pairs:
        key, _, text = pair.partition("=")
        try:
            changed[key.strip()] = float(text)
        except ValueError:
            raise Refused(f"--set {pair!r} is not NAME=NUMBER, e.g. g_Kr=0.02.") from None
        if not np.isfinite(changed[key.strip()]):
            raise Refused(f"--set {pair!r} is not a finite number.")
    return changed


def _measure(beat: CellBeat) -> dict[str, tuple[float, str]]:
    markers = measure_beat(beat.times, beat.V)
    numbers = {
        "APD90": (markers.apd90, "ms"),
        "APD50": (markers.apd50, "ms"),
        "triangulation": (markers.triangulation, "ms"),
        "resting potential": (markers.resting, "mV"),
        "peak potential": (markers.peak, "mV"),
        "early afterdepolarisation": (float(markers.early_afterdepolarisation), "(1: yes)"),
    }
    if beat.calcium is not None:
        numbers["calcium transient amplitude"] = (1e6 * float(np.ptp(beat.calcium)), "nM")
    return numbers


def _write(path: Path, beat: CellBeat) -> None:
    columns = {"time_ms": beat.times, "V_mV": beat.V}
    if beat.calcium is not None:
        columns["Ca_i_mM"] = beat.calcium
    columns |= {f"{name}_pA_per_pF": values for name, values in beat.currents.items()}
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv_writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*(np.round(values, 9) for values in columns.values()), strict=True))
    except OSError as failure:
        raise Refused(f"{path} cannot be written ({failure.strerror}). Choose another file.") from failure


def drugs(*names: str, beats: int = 300, json: Json = None) -> None:
    """Run the torsade panel of CiPA on drugs (all 28, or those named): qNet, APD90 and risk at 1 to 4 times the free peak."""
    from solvers.drugs.panel import run_panel

    chosen = [find_drug(name) for name in names] or list(find_drugs().values())
    rows = []
    for result in run_panel(chosen, beats):
        flag = ", early afterdepolarisation" if result.afterdepolarised else ""
        say(
            f"  {result.drug.name}: {result.risk} risk (judged: {result.drug.risk}), mean qNet {result.mean_qnet:.4f} uC/uF{flag}"
        )
        durations = [None if np.isnan(beat.apd90) else round(beat.apd90, 1) for beat in result.beats]
        rows.append(
            {
                "drug": result.drug.name,
                "risk": result.risk,
                "judged": result.drug.risk,
                "mean_qnet": result.mean_qnet,
                "qnet": list(result.qnet),
                "apd90_ms": durations,
                "early_afterdepolarisation": result.afterdepolarised,
            }
        )
    print_json({"beats": beats, "drugs": rows}, json)


CELL_VERBS: Mapping[str, Any] = {"cell": cell, "drugs": drugs}
