"""What if the beat started there? Answers while the user drags a pacing site over the heart."""

from collections.abc import Sequence

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.companion import weights_between, with_regions_of
from geometry.progress import Progress, silent
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.substrate import substrate_of
from solvers.result import Trace
from solvers.scenario import Electrophysiology, PacingSite


class WhatIf:
    """A heart kept warm in memory: fibres, connectivity, electrodes and action potential are ready before the question.

    Eikonal tier whatever the scenario's tier; needs no finite-element library.
    """

    def __init__(self, mesh: HeartMesh, scenario: Electrophysiology, progress: Progress = silent) -> None:
        self._model = EikonalModel(mesh, progress=progress)
        self._scenario = scenario
        self._model.answer(
            scenario.model_copy(update={"start": "his_purkinje" if not scenario.sites else scenario.start})
        )

    def answer(self, sites: Sequence[PacingSite]) -> tuple[Floats, Trace]:
        """Activation times (n,) ms and 12-lead ECG of a beat from these sites, without any from the conduction system."""
        start = "paced" if sites else "his_purkinje"
        answer = self._model.answer(self._scenario.model_copy(update={"start": start, "sites": tuple(sites)}))
        return answer.activation, answer.ecg


class QuickWhatIf:
    """The same on a coarser mesh of the heart, with activation carried onto the nodes of the fine one."""

    def __init__(self, coarse: HeartMesh, mesh: HeartMesh, scenario: Electrophysiology) -> None:
        coarse = with_regions_of(mesh, coarse)
        self._what_if = WhatIf(coarse, scenario)
        self._nodes, self._weights = weights_between(coarse, mesh.points)
        self._dead = substrate_of(mesh).dead

    def answer(self, sites: Sequence[PacingSite]) -> tuple[Floats, Trace]:
        """As ``WhatIf.answer``, coarser: for the time of a drag."""
        activation, ecg = self._what_if.answer(sites)
        at = activation[self._nodes]
        known = np.where(np.isfinite(at), self._weights, 0.0)  # a corner in scar says nothing
        total = known.sum(axis=1)
        with np.errstate(invalid="ignore"):
            carried = (np.nan_to_num(at) * known).sum(axis=1) / np.where(total > 0, total, np.nan)
        return np.asarray(np.where(self._dead, np.nan, carried)), ecg
