"""The doubt of a beat while a site is dragged: some draws of the scenario, each kept warm, and the band of their ECGs."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geometry.heart_mesh import Floats
from solvers.electrophysiology.activation_metrics import qrs_bounds
from solvers.electrophysiology.band import Band
from solvers.electrophysiology.eikonal_model import EikonalAnswer, EikonalModel
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
    mesh). Each draw remembers its fibres, electrodes and last activation: a site that moves costs it no more than it costs
    the beat itself.
    """

    def __init__(self, model: EikonalModel) -> None:
        self._model, self._itself = model, model.sibling()
        self._siblings: list[EikonalModel] = []
        self._drawn: tuple[Electrophysiology, list[Electrophysiology]] | None = None
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, MOST))

    @property
    def model(self) -> EikonalModel:
        """The heart that they beat on."""
        return self._model

    def band(self, scenario: Electrophysiology, ecg: Trace) -> Band | None:
        """The band around an ``ecg`` of the scenario; None where no number has an SD, or the ensemble is switched off.

        ecg  from this mesh or a finer one of the same heart: the draws differ from it as they differ from the beat on this mesh
        """
        drawn = self._draws(scenario)
        if len(drawn) < 2:
            return None
        duration = float(ecg.times[-1])
        itself = self._itself.answer(scenario, duration)
        lasting = ROUND * np.ceil((duration + LONGER) / ROUND)
        beats = list(self._threads.map(lambda one, draw: one.answer(draw, lasting), self._siblings, drawn))
        apart = np.array([beat.ecg.values[:, : len(ecg.times)] for beat in beats]) - itself.ecg.values
        low, high = ecg.values + interval(apart)
        return Band(_bound(ecg, low), _bound(ecg, high), _intervals(beats), len(beats))

    def _draws(self, scenario: Electrophysiology) -> list[Electrophysiology]:
        """The scenario's draws; while only its sites move they are made once."""
        place = {"sites": scenario.sites, "candidates": scenario.candidates}
        wanted = scenario.model_copy(update=dict.fromkeys(place, ()))
        if self._drawn is None or self._drawn[0] != wanted:
            count = min(scenario.ensemble.members, MOST) if any(varied_numbers(wanted)) else 0
            self._drawn = wanted, draws(wanted, count, scenario.ensemble.seed)
            outlines = needed_outlines(self._model.mesh, scenario) if count else None
            self._siblings = [
                model_of(self._model.sibling(), outlines, scenario, draw).sibling() for draw in self._drawn[1]
            ]
        return [draw.model_copy(update=place) for draw in self._drawn[1]]


def _bound(ecg: Trace, values: Floats) -> Trace:
    return Trace(ecg.times, values, ecg.channels, ecg.unit, ecg.label)


def _intervals(beats: list[EikonalAnswer]) -> dict[str, tuple[float, float]]:
    """The 90 % intervals of QRS duration and total activation time, ms."""
    lasts = [float(np.nanmax(beat.activation)) for beat in beats]
    bounds = [qrs_bounds(beat.ecg, last) for beat, last in zip(beats, lasts, strict=True)]
    totals = [last - float(np.nanmin(beat.activation)) for beat, last in zip(beats, lasts, strict=True)]
    widths = [end - begin for begin, end in bounds]
    found = {}
    for name, values in (("qrs_duration", widths), ("total_activation_time", totals)):
        low, high = interval(np.array(values))
        found[name] = (float(low), float(high))
    return found
