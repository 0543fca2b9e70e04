"""How a valve of one size at one depth fits an annulus: oversizing, gaps, leak, neighbours, gradient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from geometry.aortic_root import AorticRoot
from geometry.metric import Metric
from solvers.devices.records import ImplantedValve
from solvers.devices.sealing import ASSUMED, CONTRACTION, OPEN, Sealing, leak_grade, leak_volume, sealing
from solvers.devices.sizing import SizeChoice, choose_size, oversizing
from solvers.devices.valve_risk import ostium_metrics, septum_metrics
from solvers.devices.valve_sizes import ValveSize, find_size
from solvers.scenario import Flow

SURE = float(norm.ppf(0.95))  # SDs to either end of a 90 % interval
GORLIN = 44.3  # mL/s through 1 cm2 under 1 mmHg (Gorlin 1951, doi 10.1016/0002-8703(51)90002-6)
JET = (
    0.64  # effective over geometric area of the narrowing as the flow solver has it: 0.66 and 0.64 at 1.05 and 1.42 cm2
)
WIDEST = 4.0  # cm2 that a scenario's orifice can have
MISMATCH = ((0.65, "severe"), (0.85, "moderate"))  # cm2/m2, VARC-3; lower from a body mass index of 30
SELF_EXPANDING = (
    "Of a self-expanding frame only the part that seals is modelled, as a cylinder of its labelled size; its waist and what "
    "leans on the aorta are not."
)


@dataclass(frozen=True)
class ValveFit:
    """The answer for one valve.

    size, choice, seal   the size tried, the sizes that the ranges give, the gaps
    metrics              numbers with 90 % intervals from the doubt of the annulus' edge
    warnings, notes      sentences: what speaks against it, and what was assumed
    """

    size: ValveSize
    choice: SizeChoice
    seal: Sealing
    metrics: tuple[Metric, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "family": self.size.family,
            "size": self.size.size,
            "fits": [size.size for size in self.choice.fits],
            "likely": [size.size for size in self.choice.likely],
            "borderline": self.choice.borderline,
            "chances": {str(size.size): chance for size, chance in self.choice.chances},
            "chance_of_none": self.choice.none,
            "words": self.choice.words(),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


def fit_valve(root: AorticRoot, valve: ImplantedValve, flow: Flow, body: float | None = None) -> ValveFit:
    """Try a valve on a root; ``flow`` tells stroke volume and times, ``body`` (m2) indexes the orifice.

    Refuses a size that its family does not have.
    """
    size = find_size(valve.family, valve.size)
    choice = choose_size(valve.family, root.ring, valve.edge_doubt)
    seal = sealing(root, size.radius, valve.depth)
    metrics = [
        *_annulus_metrics(root, valve),
        *_oversizing_metrics(root, size, valve),
        *_leak_metrics(root, size, valve, flow, seal),
        *ostium_metrics(root, valve, size.radius),
        *septum_metrics(valve),
        *_flow_metrics(size, flow, body),
    ]
    notes = (ASSUMED, SELF_EXPANDING) if valve.family == "self_expanding" else (ASSUMED,)
    return ValveFit(size, choice, seal, tuple(metrics), _warnings(size, choice, metrics), notes)


def _warnings(size: ValveSize, choice: SizeChoice, metrics: list[Metric]) -> tuple[str, ...]:
    found = {metric.name: metric for metric in metrics}
    told = []
    if size not in choice.fits:
        told.append(f"The annulus lies outside the range of {size.size} mm ({_range(size)}).")
    grade = found["leak_volume"].note
    if not grade.startswith("none"):
        told.append(f"The leak beside it would be {grade} if the wall does not yield.")
    for side in ("left", "right"):
        near = [found[name] for name in (f"{side}_coronary_height", f"{side}_coronary_clearance") if name in found]
        if any(metric.note.startswith(("low", "close")) for metric in near):
            told.append(f"The {side} coronary is low or close to the frame: it may be obstructed.")
    overlap = found.get("septum_overlap")
    if overlap is not None and overlap.value > 0:
        told.append(f"The frame reaches {overlap.value:.1f} mm below the membranous septum: conduction may suffer.")
    return tuple(told)


def valve_child(parent: Flow, valve: ImplantedValve) -> Flow:
    """The parent's beat with the narrowing opened so that its jet is that of the valve's expected effective orifice.

    The opened narrowing keeps its shape, and its jet contracts: its geometric area is the effective one over ``JET``.
    """
    area = round(min(find_size(valve.family, valve.size).orifice / 100.0 / JET, WIDEST), 3)
    kept = {"device": valve, "orifice": "prosthesis", "orifice_area": area, "opening": 1.0}
    return parent.model_copy(update=kept)


def _annulus_metrics(root: AorticRoot, valve: ImplantedValve) -> list[Metric]:
    ring, away = root.ring, SURE * valve.edge_doubt
    note = f"SD {valve.edge_doubt:g} mm of its edge"
    rows = (
        ("area", "area", ring.area, ring.perimeter * away, "mm2"),
        ("perimeter", "perimeter", ring.perimeter, 2 * np.pi * away, "mm"),
        ("min_diameter", "smallest diameter", ring.least, 2 * away, "mm"),
        ("max_diameter", "largest diameter", ring.most, 2 * away, "mm"),
    )
    return [
        Metric(f"annulus_{key}", f"Annulus, {words}", value, unit, value - off, value + off, note)
        for key, words, value, off, unit in rows
    ]


def _oversizing_metrics(root: AorticRoot, size: ValveSize, valve: ImplantedValve) -> list[Metric]:
    away = SURE * valve.edge_doubt
    middle, small, large = (oversizing(size, root.ring, moved) for moved in (0.0, away, -away))
    told = (
        "usual for self-expanding valves: 10 to 20 % by perimeter"
        if size.family == "self_expanding"
        else "PARTNER 3: 7.9 +- 8.7 % by area"
    )
    return [
        Metric(f"oversizing_{way}", f"Oversizing by {way}", middle[k], "%", small[k], large[k], told)
        for k, way in enumerate(("area", "perimeter"))
    ]


def _leak_metrics(root: AorticRoot, size: ValveSize, valve: ImplantedValve, flow: Flow, seal: Sealing) -> list[Metric]:
    away = SURE * valve.edge_doubt
    diastole = 60_000.0 / flow.heart_rate - flow.ejection_time
    ends = [sealing(root, size.radius, valve.depth, moved) for moved in (-away, away)]
    volume, *bounds = (leak_volume(found.rigid, diastole) for found in (seal, *ends))
    least = leak_volume(seal.yielding, diastole)
    grade = leak_grade(volume, CONTRACTION * seal.rigid)
    gaps, shares = (
        [float(part) for part in of] for of in zip(*((f.gap.max(), 100 * f.share) for f in (seal, *ends)), strict=True)
    )
    orifices = [CONTRACTION * found.rigid / 100 for found in (seal, *ends)]
    volumes = [volume, *bounds]
    return [
        _ranged("largest_gap", "Largest gap to the wall", gaps, "mm", "narrowest place along the sealing part"),
        _ranged("open_share", "Circumference left open", shares, "%", f"gaps from {OPEN:g} mm; VARC: severe from 30 %"),
        _ranged("leak_volume", "Leak a beat, if the wall does not yield", volumes, "ml", f"{grade} (VARC-3)"),
        Metric("leak_volume_yielding", "Leak a beat, if it becomes round", least, "ml", note="its perimeter kept"),
        _ranged(
            "leak_orifice", "Leak, effective orifice", orifices, "cm^2", "moderate from 0.10, severe from 0.30 (VARC-3)"
        ),
    ]


def _ranged(name: str, label: str, values: list[float], unit: str, note: str) -> Metric:
    """A number with its interval: its value and the two ends."""
    return Metric(name, label, values[0], unit, min(values), max(values), note)


def _flow_metrics(size: ValveSize, flow: Flow, body: float | None) -> list[Metric]:
    area = size.orifice / 100.0
    gradient = (flow.stroke_volume / (flow.ejection_time / 1000.0) / (GORLIN * area)) ** 2
    found = [
        Metric("expected_orifice", "Expected effective orifice", area, "cm^2", note="mean of this size, Hahn 2019"),
        Metric("expected_gradient", "Expected mean gradient", size.gradient, "mmHg", note="mean of this size, Hahn 2019"),
        Metric("gradient_at_flow", "Mean gradient at this patient's flow", gradient, "mmHg",
               note=f"Gorlin, {flow.stroke_volume:.0f} mL in {flow.ejection_time:.0f} ms; run the scenario for the flow itself"),
    ]  # fmt: skip
    if body:
        index = area / body
        word = next((f"{word} mismatch" for limit, word in MISMATCH if index <= limit), "no mismatch")
        found.append(Metric("orifice_index", "Effective orifice per body surface", index, "cm2/m2", note=word))
    return found


def _range(size: ValveSize) -> str:
    unit = "mm2" if size.measure == "area" else "mm"
    return f"{size.measure} {size.low:g} to {size.high:g} {unit}"
