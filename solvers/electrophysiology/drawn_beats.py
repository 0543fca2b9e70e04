"""The doubt of a beat while a site is dragged: some draws of the scenario, each kept warm; the band of ECG, map and numbers."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from solvers.electrophysiology.band import Band
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.leads import Judge, OwnBeat, own_beat, own_rhythm, planned_lead
from solvers.electrophysiology.outlines import model_of, needed_outlines
from solvers.result import Trace
from solvers.scenario import Electrophysiology
from solvers.uncertainty.sampling import draws, varied_numbers
from solvers.uncertainty.summary import interval

MOST = 16  # draws at most: as many as an ensemble has by default
LONGER = 60.0  # ms that a slow draw may last longer than the beat itself
ROUND = 20.0  # ms to which that is rounded up: the action potentials of the last question fit again


class DrawnBeats:
    """Beats of the same draws again and again, wherever the sites are: differences between two places are of the places.

    With at most ``MOST`` members the draws are those of the scenario's ensemble, so the band is that of its run (on this
    mesh); without an ensemble there are ``MOST`` draws. Each draw remembers its fibres, electrodes and last activation: a
    site that moves costs it no more than it costs the beat itself.
    """

    def __init__(self, model: EikonalModel) -> None:
        self._model, self._itself = model, model.sibling()
        self._siblings: list[EikonalModel] = []
        self._own: tuple[Electrophysiology, list[OwnBeat | None]] | None = None
        self._drawn: tuple[Electrophysiology, list[Electrophysiology]] | None = None
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, MOST))

    @property
    def model(self) -> EikonalModel:
        """The heart that they beat on."""
        return self._model

    def band(self, scenario: Electrophysiology, ecg: Trace, values: Mapping[str, float]) -> Band | None:
        """The band around an answer to the scenario; None where no number has an SD.

        ecg, values  of the answer, from this mesh or a finer one of the same heart: the draws differ from them as they differ
                     from the beat on this mesh
        """
        drawn = self._draws(scenario)
        if len(drawn) < 2:
            return None
        duration = float(ecg.times[-1])
        own = self._own_beats(scenario, drawn)
        itself = self._itself.answer(scenario, duration)
        lasting = ROUND * np.ceil((duration + LONGER) / ROUND)
        beats = list(self._threads.map(lambda one, draw: one.answer(draw, lasting), self._siblings, drawn))
        apart = np.array([beat.ecg.values[:, : len(ecg.times)] for beat in beats]) - itself.ecg.values
        low, high = ecg.values + interval(apart)
        judge = Judge.of(self._model.mesh, scenario, own[0])
        numbers = [judge.values(beat, rhythm) for beat, rhythm in zip((itself, *beats), own, strict=True)]
        late = np.array([beat.activation for beat in beats]) - itself.activation
        return Band(_bound(ecg, low), _bound(ecg, high), _intervals(values, numbers), len(beats), late, apart)

    def _own_beats(self, scenario: Electrophysiology, drawn: Sequence[Electrophysiology]) -> list[OwnBeat | None]:
        """The beat without pacing of the scenario and of each draw, which a lead is timed against; found once."""
        wanted = own_rhythm(scenario)
        if scenario.start != "paced" or planned_lead(scenario) is None:
            return [None] * (len(drawn) + 1)
        if self._own is None or self._own[0] != wanted:
            models, asked = (self._itself, *self._siblings), (scenario, *drawn)
            self._own = wanted, list(self._threads.map(_own_beat, models, asked))
        return self._own[1]

    def _draws(self, scenario: Electrophysiology) -> list[Electrophysiology]:
        """The scenario's draws; while only its sites move they are made once."""
        place = {"sites": scenario.sites, "candidates": scenario.candidates}
        wanted = scenario.model_copy(update=dict.fromkeys(place, ()))
        if self._drawn is None or self._drawn[0] != wanted:
            count = min(scenario.ensemble.members or MOST, MOST) if any(varied_numbers(wanted)) else 0
            self._drawn = wanted, draws(wanted, count, scenario.ensemble.seed)
            outlines = needed_outlines(self._model.mesh, scenario) if count else None
            self._siblings = [
                model_of(self._model.sibling(), outlines, scenario, draw).sibling() for draw in self._drawn[1]
            ]
        return [draw.model_copy(update=place) for draw in self._drawn[1]]


def _bound(ecg: Trace, values: Floats) -> Trace:
    return Trace(ecg.times, values, ecg.channels, ecg.unit, ecg.label)


def _own_beat(model: EikonalModel, scenario: Electrophysiology) -> OwnBeat | None:
    """The beat without pacing; None where nothing would start it."""
    try:
        return own_beat(model.answer(own_rhythm(scenario)))
    except Refused:
        return None


def _intervals(values: Mapping[str, float], numbers: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """The 90 % intervals of the answer's ``values``: ``numbers`` are those of the beat itself and of each draw."""
    itself, *draws = numbers
    found = {}
    for name, value in values.items():
        if name in itself and all(name in draw for draw in draws):
            low, high = interval(np.array([draw[name] - itself[name] for draw in draws]))
            found[name] = (value + float(low), value + float(high))
    return found
