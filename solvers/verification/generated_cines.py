"""Generated cine patients judged in parallel: how the automatic method compares with what is known of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from geometry.errors import Refused
from geometry.measure import ventricular_measures
from geometry.progress import Progress
from geometry.segmentation import LV, MYOCARDIUM, RV
from geometry.segmenters.catalogue import segment
from sample_scans.cine_mr import draw_cine_patient
from sample_scans.patient import Patient
from solvers.verification.each_core import on_each_core

LABELS = {"lv": LV, "myocardium": MYOCARDIUM, "rv": RV}
FACTS = {  # name of the measure -> name of the fact
    "lv_edv": "lv_edv_ml",
    "lv_esv": "lv_esv_ml",
    "ejection_fraction": "lv_ef_percent",
    "lv_mass": "lv_mass_g",
    "rv_edv": "rv_edv_ml",
    "rv_esv": "rv_esv_ml",
    "rv_ejection_fraction": "rv_ef_percent",
}


@dataclass(frozen=True)
class Judgement:
    """What the method made of one patient.

    dice      label name -> mean Dice of end-diastole and end-systole (phases of the truth)
    measured  measure -> (value, low, high, truth)
    refused   the sentence where the method refused
    """

    seed: int
    dice: dict[str, float]
    measured: dict[str, tuple[float, float, float, float]]
    refused: str = ""

    def error(self, name: str) -> float:
        """Measured minus true."""
        value, _, _, truth = self.measured[name]
        return value - truth

    def covered(self, name: str) -> bool:
        """Whether the 90 % interval holds the truth."""
        _, low, high, truth = self.measured[name]
        return low <= truth <= high


def judge(patient: Patient, seed: int) -> Judgement:
    """Segment one patient without help and compare with the truth."""
    try:
        found = segment(patient.image)
    except Refused as refusal:
        return Judgement(seed, dict.fromkeys(LABELS, 0.0), {}, str(refusal))
    truth, dice = patient.truth, {}
    for name, label in LABELS.items():
        moments = [(found.phase(t) == label, truth.phase(t) == label) for t in (truth.ed, truth.es or 0)]
        dice[name] = float(np.mean([2 * (a & b).sum() / max(a.sum() + b.sum(), 1) for a, b in moments]))
    measures = {metric.name: metric for metric in ventricular_measures(found, patient.image)}
    measured = {}
    for name, fact in FACTS.items():
        metric = measures.get(name)
        if metric is not None and metric.low is not None and metric.high is not None:
            measured[name] = (metric.value, metric.low, metric.high, patient.facts[fact])
    return Judgement(seed, dice, measured)


def judge_all(seeds: Sequence[int], phases: int, progress: Progress) -> tuple[Judgement, ...]:
    """Generate and judge patients, one a core, in the order of their seeds."""
    return on_each_core(partial(_judge_seed, phases=phases), seeds, progress, "generated patients")


def errors(judged: Sequence[Judgement], name: str) -> Iterator[float]:
    """The errors of one measure, of the patients who have it."""
    return (each.error(name) for each in judged if name in each.measured)


def _judge_seed(seed: int, phases: int) -> Judgement:
    return judge(draw_cine_patient(seed, phases=phases), seed)
