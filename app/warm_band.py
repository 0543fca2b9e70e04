"""The band around a what-if answer: computed beside the answers in a thread of the what-if process, in a file of its own."""

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Condition, Thread

import numpy as np

from app.band_file import write_band
from app.warm import Answer
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.electrophysiology.band import Band
from solvers.electrophysiology.drawn_beats import DrawnBeats
from solvers.electrophysiology.what_if import WhatIf
from solvers.scenario import Electrophysiology

Carried = Callable[[Floats], Floats]


class BandThread:
    """Follows the answers: finishes the band it is at, then takes the newest, so that a long drag has bands too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._news = Condition()
        self._newest: tuple[Answer, Electrophysiology] | None = None

    def begin(self, mesh: HeartMesh | None, scenario: Electrophysiology, carried: Carried = lambda late: late) -> None:
        """Start on a mesh that is quick to answer; None: there is none, and no answer has a band.

        carried  from the nodes of that mesh (draws, n) onto those of the answers
        """
        Thread(target=self._run, args=(mesh, scenario, carried), daemon=True).start()

    def follow(self, answer: Answer, scenario: Electrophysiology) -> None:
        """Make a band around this answer to this scenario, as soon as there is time."""
        with self._news:
            self._newest = answer, scenario
            self._news.notify()

    def _run(self, mesh: HeartMesh | None, scenario: Electrophysiology, carried: Carried) -> None:
        what_if: WhatIf | None = None  # of its own: it shares nothing with the answers
        with suppress(Refused):
            what_if = None if mesh is None else WhatIf(mesh, scenario)
        beats: DrawnBeats | None = None
        while True:
            with self._news:
                self._news.wait_for(lambda: self._newest is not None)
                assert self._newest is not None
                (answer, asked), self._newest = self._newest, None
            band = None
            if what_if is not None:
                model = what_if.model(asked)
                beats = beats if beats is not None and beats.model is model else DrawnBeats(model)
                band = _band(beats, asked, answer)
                band = replace(band, apart=carried(band.apart.astype(np.float32))) if band is not None else None
            write_band(band, self._folder / f"{answer.number}.band.npz")


def _band(beats: DrawnBeats, scenario: Electrophysiology, answer: Answer) -> Band | None:
    """The band, or None where a draw has no answer; a fault of the program is one too, and goes to the log."""
    try:
        return beats.band(scenario, answer.ecg, answer.values)
    except Refused:
        return None
    except Exception:
        traceback.print_exc()
        return None
