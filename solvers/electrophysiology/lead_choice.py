"""Which of some places for a lead is best, and how sure that is: every place under the same draws of what is not known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from solvers.comparison.best import shares_best
from solvers.comparison.outcomes import outcome_of
from solvers.comparison.pairing import Joint
from solvers.directions.coordinates import LaplaceFields
from solvers.electrophysiology.eikonal_ensemble import WORTH_PROCESSES
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.leads import (
    WORDS,
    lead_metrics,
    lead_values,
    own_beat,
    own_rhythm,
    planned_lead,
    with_lead,
)
from solvers.electrophysiology.lesions import ablated
from solvers.scenario import Electrophysiology, PacingSite
from solvers.uncertainty.ensemble import run_members
from solvers.uncertainty.sampling import draws
from solvers.uncertainty.summary import with_interval

DRAWS = 16  # where the scenario has no ensemble of its own
CRITERIA = ("total_activation_time", "lv_activation", "qrs_duration")  # the shorter the better


@dataclass(frozen=True)
class TriedLead:
    """A place for the lead: its numbers with intervals, and criterion -> probability that it is the best of those tried."""

    site: PacingSite
    metrics: tuple[Metric, ...]
    best: dict[str, float]


@dataclass(frozen=True)
class LeadChoice:
    """The beat without pacing, and every place that was tried; ``members`` of the ensemble that were solved."""

    own: tuple[Metric, ...]
    tried: tuple[TriedLead, ...]
    members: int
    notes: tuple[str, ...]


class LeadMember:
    """Solves one draw for all places: (1 + places, len(WORDS)) numbers, the beat without pacing first."""

    def __init__(self, mesh: HeartMesh, fields: LaplaceFields | None, options: tuple[Electrophysiology, ...]) -> None:
        self._mesh, self._fields, self._options = mesh, fields, options

    def __getstate__(self) -> dict[str, object]:
        """What is sent to a process: without the prepared model, which holds a compiled kernel."""
        return {name: value for name, value in self.__dict__.items() if name != "model"}

    @cached_property
    def model(self) -> EikonalModel:
        """The heart."""
        return EikonalModel(self._mesh, self._fields)

    def __call__(self, draw: Electrophysiology) -> Floats:
        """The numbers of this draw; its velocities and angles are laid on every option alike."""
        varied = {"velocities": draw.velocities, "fibers": draw.fibers, "grey_zone": draw.grey_zone}
        bare, own, rows = own_rhythm(draw), None, [dict[str, float]()]
        try:
            own = own_beat(self.model.answer(bare))
            rows = [lead_values(self._mesh, bare, own.answer, None)]
        except Refused:  # no surfaces for a conduction system: no beat without pacing, and no Q-LV
            pass
        for option in self._options:
            beat = option.model_copy(update=varied)
            rows.append(lead_values(self._mesh, beat, self.model.answer(beat), own))
        return np.array([[row.get(name, np.nan) for name in WORDS] for row in rows])


def compare_leads(
    mesh: HeartMesh, scenario: Electrophysiology, progress: Progress = silent, workers: int = 1
) -> LeadChoice:
    """The lead where it is and at each of the scenario's candidates, by the eikonal tier and under the same draws.

    As many draws as the scenario's ensemble has members, ``DRAWS`` where it has none.
    """
    place = planned_lead(scenario)
    if scenario.start != "paced" or place is None:
        raise Refused("This scenario paces nothing in the wall. Add a lead of the left ventricle, or another site.")
    sites = tuple(dict.fromkeys((scenario.sites[place], *scenario.candidates)))
    options = tuple(with_lead(scenario, site) for site in sites)
    member = LeadMember(ablated(mesh, scenario.lesions), None, options)
    count = scenario.ensemble.members or DRAWS
    plain = member(scenario)
    progress(0.1, "Every place once")
    wanted = draws(scenario, count, scenario.ensemble.seed)
    shared = LeadMember(ablated(mesh, scenario.lesions), member.model.fields, options)
    run = run_members(
        shared if workers > 1 and count >= WORTH_PROCESSES else member,
        wanted,
        workers if count >= WORTH_PROCESSES else 1,
        part(progress, 0.1, 1.0),
    )
    found = np.stack(run.good) if run.good else np.empty((0, *plain.shape))
    tried = tuple(
        TriedLead(site, _metrics(plain[k], found[:, k]), best)
        for (k, site), best in zip(enumerate(sites, 1), _best(found[:, 1:], len(sites)), strict=True)
    )
    return LeadChoice(_metrics(plain[0], found[:, 0]), tried, len(found), run.notes)


def _best(found: Floats, count: int) -> list[dict[str, float]]:
    names, best = list(WORDS), [dict[str, float]() for _ in range(count)]
    for name in CRITERIA:
        values = found[:, :, names.index(name)]
        if len(values) > 1 and np.isfinite(values).all():
            shares = shares_best(Joint(values, len(values), True), outcome_of(name, {}))
            for option, share in zip(best, shares, strict=True):
                option[name] = float(share)
    return best


def _metrics(values: Floats, members: Floats) -> tuple[Metric, ...]:
    """Metrics of one place (w,) with the interval over its members (m, w)."""
    known = {name: float(value) for name, value in zip(WORDS, values, strict=True) if np.isfinite(value)}
    columns = list(WORDS)
    return tuple(with_interval(metric, members[:, columns.index(metric.name)]) for metric in lead_metrics(known))
