"""What if the beat started there, or that tissue were ablated? Answers while the user drags a site over the heart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.companion import weights_between, with_regions_of
from geometry.progress import Progress, silent
from solvers.electrophysiology.eikonal_model import EikonalAnswer, EikonalModel
from solvers.electrophysiology.leads import OwnBeat, lead_values, own_beat, own_rhythm
from solvers.electrophysiology.lesions import ablated
from solvers.electrophysiology.substrate import substrate_of
from solvers.result import Trace
from solvers.scenario import Electrophysiology, PacingSite


@dataclass(frozen=True)
class Found:
    """Activation times (n,) ms, the 12-lead ECG, and the numbers that a plan with leads is judged by."""

    activation: Floats
    ecg: Trace
    values: Mapping[str, float]


class WhatIf:
    """A heart kept warm in memory: fibres, connectivity, electrodes and action potential are ready before the question.

    Eikonal tier whatever the scenario's tier; needs no finite-element library.
    """

    def __init__(self, mesh: HeartMesh, scenario: Electrophysiology, progress: Progress = silent) -> None:
        self._whole, self._scenario, self._lesions = mesh, scenario, scenario.lesions
        self._model = EikonalModel(ablated(mesh, scenario.lesions), progress=progress)
        self._own: tuple[Electrophysiology, OwnBeat] | None = None
        self._beat(own_rhythm(scenario) if not scenario.sites else scenario)

    def model(self, scenario: Electrophysiology) -> EikonalModel:
        """The heart with the lesions of a scenario."""
        if scenario.lesions != self._lesions:
            self._model = EikonalModel(ablated(self._whole, scenario.lesions), self._model.fields)
            self._lesions = scenario.lesions
        return self._model

    def answer(self, sites: Sequence[PacingSite]) -> tuple[Floats, Trace]:
        """Activation times (n,) ms and 12-lead ECG of a beat from these sites, without any from the conduction system."""
        start = "paced" if sites else "his_purkinje"
        answer = self._beat(self._scenario.model_copy(update={"start": start, "sites": tuple(sites)}))
        return answer.activation, answer.ecg

    def ask(self, scenario: Electrophysiology) -> Found:
        """The beat of any scenario on this heart; lesions that differ cost a second."""
        answer = self._beat(scenario)
        own = self._own_beat(scenario) if scenario.start == "paced" else None
        return Found(answer.activation, answer.ecg, lead_values(self._model.mesh, scenario, answer, own))

    def _beat(self, scenario: Electrophysiology) -> EikonalAnswer:
        return self.model(scenario).answer(scenario)

    def _own_beat(self, scenario: Electrophysiology) -> OwnBeat | None:
        """The beat without pacing; None where nothing would start it."""
        wanted = own_rhythm(scenario)
        if self._own is None or self._own[0] != wanted:
            try:
                self._own = wanted, own_beat(self._model.answer(wanted))
            except Refused:  # no surfaces for a conduction system
                return None
        return self._own[1]


class QuickWhatIf:
    """The same on a coarser mesh of the heart, with activation carried onto the nodes of the fine one."""

    def __init__(self, coarse: HeartMesh, mesh: HeartMesh, scenario: Electrophysiology) -> None:
        self._mesh = mesh
        coarse = with_regions_of(mesh, coarse)
        self._what_if = WhatIf(coarse, scenario)
        nodes, weights = weights_between(coarse, mesh.points)
        begins = np.arange(0, weights.size + 1, 4)
        self._weights = csr_array(
            (weights.ravel().astype(np.float32), nodes.ravel(), begins), shape=(len(mesh.points), len(coarse.points))
        )
        self._dead = scenario.lesions, substrate_of(ablated(mesh, scenario.lesions)).dead

    def model(self, scenario: Electrophysiology) -> EikonalModel:
        """The coarse heart with the lesions of a scenario."""
        return self._what_if.model(scenario)

    def answer(self, sites: Sequence[PacingSite]) -> tuple[Floats, Trace]:
        """As ``WhatIf.answer``, coarser: for the time of a drag."""
        activation, ecg = self._what_if.answer(sites)
        return self._carried(activation), ecg

    def ask(self, scenario: Electrophysiology) -> Found:
        """As ``WhatIf.ask``, coarser."""
        if scenario.lesions != self._dead[0]:
            self._dead = scenario.lesions, substrate_of(ablated(self._mesh, scenario.lesions)).dead
        found = self._what_if.ask(scenario)
        return replace(found, activation=self._carried(found.activation))

    def spread(self, values: Floats) -> Floats:
        """(k, n) values at the nodes of the coarse heart carried onto the fine one; a corner that has none says nothing."""
        known = np.isfinite(values)
        alike = known[:1] if (known == known[0]).all() else known
        total = self._weights @ alike.T.astype(np.float32)
        with np.errstate(invalid="ignore"):
            carried = (self._weights @ np.nan_to_num(values).T) / np.where(total > 0, total, np.nan)
        return np.asarray(carried.T)

    def _carried(self, activation: Floats) -> Floats:
        return np.where(self._dead[1], np.nan, self.spread(activation[None])[0])
