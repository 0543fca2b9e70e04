"""Measures the window on a sample patient: change of phase, slice and step, and frames dropped while the heart beats.

    python scripts/measure_window.py A

CPU time of this process, so that what else runs on the machine does not count; numbers are ms, median and largest.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.case import Case
from geometry.image import load_image
from geometry.segmentation import load_segmentation
from sample_scans.catalogue import sample
from ui.main import make_application, open_window
from ui.window import Window

STEPS = ("images", "segment", "heart", "case")
SECONDS = 5  # of the beating heart


def main(key: str) -> None:
    """Open the sample's scan with its known segmentation and measure."""
    patient = sample(key)
    assert patient is not None
    with tempfile.TemporaryDirectory() as place:
        case = Case.create(Path(place) / "case", patient.title)
        case.save_image(load_image(patient.scan))
        case.save_segmentation(load_segmentation(patient.truth), ())
        window = open_window(make_application(), case.folder)
        window.resize(1900, 1100)
        window.show()
        QTest.qWaitForWindowExposed(window)
        window.go("segment")
        QTest.qWait(500)
        print(json.dumps(measure(window)))
        window.close()


def measure(window: Window) -> dict[str, object]:
    """All numbers by name."""
    session, slices = window.session, window.workplace.slices
    phases = session.image.phases if session.image is not None else 1
    found: dict[str, object] = {
        "slice": _several([lambda s=s: slices.views[0].scrolled.emit(s) for s in (1, 1, 1, -1, -1, -1) * 2], window)
    }
    if phases > 1:
        changes = [lambda p=p: session.set_phase(p) for p in range(phases)]
        slices.cache.look_at(None, None, None)
        found["phase, first time"] = _several(changes, window)
        found["phase, again"] = _several(changes, window)
        bar = window.workplace.strip.bar
        bar.play.setChecked(True)
        QTest.qWait(1000 * SECONDS)
        found["frames shown"], found["frames dropped"] = bar.player.shown, bar.player.dropped
        bar.play.setChecked(False)
    found["step"] = _several([lambda s=s: window.go(s) for s in STEPS * 2], window)
    return found


def _several(acts: list[Callable[[], object]], window: Window) -> dict[str, float]:
    spent = []
    for act in acts:
        QTest.qWait(5)
        began = time.process_time()
        act()
        window.workplace.slices.draw_now()
        window.workplace.slices.finish()
        QApplication.processEvents()
        spent.append(1000 * (time.process_time() - began))
    return {"median": round(float(np.median(spent)), 1), "largest": round(max(spent), 1)}


if __name__ == "__main__":
    main(sys.argv[1])
