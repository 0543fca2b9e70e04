"""Reduced synthetic patients, each made and segmented once."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.segmentation import Segmentation
from geometry.segmenters import cine_short_axis, contrast_ct
from sample_scans.cine_mr import draw_cine_patient
from sample_scans.generate import make_ct
from sample_scans.patient import Patient


@dataclass(frozen=True)
class Judged:
    """A patient with truth and what the method made of it."""

    patient: Patient
    found: Segmentation

    def dice(self, label: int, phase: int = 0) -> float:
        return overlap(self.found.phase(phase) == label, self.patient.truth.phase(phase) == label)


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float(2 * np.sum(a & b) / (np.sum(a) + np.sum(b)))


@pytest.fixture(scope="session")
def cine() -> Judged:
    patient = draw_cine_patient(400_000, phases=8)
    return Judged(patient, cine_short_axis.segment(patient.image))


@pytest.fixture(scope="session")
def ct() -> Judged:
    patient = make_ct(7, spacing=1.5)
    return Judged(patient, contrast_ct.segment(patient.image))
