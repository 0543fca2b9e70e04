"""How long a person who edits has to wait: per stroke of Grow, per move of the brush, per tool, on 256 x 256 x 12 voxels."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy import ndimage

from app.demo import MEGABYTE, Step
from geometry.editing.brush import brush, reach
from geometry.editing.catalogue import run_tool
from geometry.editing.change import apply
from geometry.editing.grow import OUTSIDE, UNKNOWN, grow
from geometry.image import load_image
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation, load_segmentation
from sample_scans.catalogue import samples

SIDE = 256
Labels = NDArray[np.uint8]


def benchmark_editing() -> list[Step]:
    """Strokes of Grow one after the other, then brush and tools, on the end-diastole of sample patient A."""
    grey, truth, affine = _enlarged()
    steps: list[Step] = []
    seeds, kept = np.zeros(truth.shape, dtype=np.uint8), dict[bytes, Labels]()
    for number, (name, label, where) in enumerate(_strokes(truth), start=1):
        seeds[where] = label
        grown: list[Labels] = []
        step = _timed("", lambda: grown.append(grow(grey, seeds, affine, 2, kept)))  # noqa: B023 - called at once
        steps.append(Step(f"grow, stroke {number} ({name}): {_scores(grown[0], truth)}", step.seconds, step.megabytes))
    path = np.array([[128.0, 128.0, 6.0], [131.0, 129.0, 6.0]])
    steps.append(_timed("brush, one move of the mouse, 20 mm", lambda: reach(truth.shape, affine, path, 20.0, 2)))
    long = np.stack([np.linspace(60, 190, 80), np.linspace(60, 190, 80), np.full(80, 6.0)], axis=1)
    whole = Segmentation(np.repeat(truth[..., None], 20, axis=3), affine)
    change = brush(truth, affine, long, 8.0, LV, axis=2).in_phase(0, whole.labels.shape)
    steps.append(_timed("brush, a stroke of 80 moves", lambda: brush(truth, affine, long, 8.0, LV, axis=2)))
    steps.append(_timed("ball, a stroke of 80 moves", lambda: brush(truth, affine, long, 8.0, LV)))
    steps.append(_timed("put an edit into 20 phases", lambda: apply(whole, change)))
    for tool, options in (
        ("smooth", {"label": LV}),
        ("islands", {"label": RV}),
        ("fill", {"label": LV, "drawn": [3, 8]}),
    ):
        steps.append(_timed(f"{tool}, one phase", lambda t=tool, o=options: run_tool(t, truth, affine, 2, [0], o)))  # type: ignore[misc]
    return steps


def _enlarged() -> tuple[NDArray[np.float32], Labels, NDArray[np.float64]]:
    """Grey values, true labels and affine of patient A's end-diastole on 256 x 256 pixels a slice."""
    patient = samples()[0]
    image, truth = load_image(patient.scan), load_segmentation(patient.truth)
    volume, labels = np.asarray(image.phase(truth.ed), dtype=np.float32), truth.phase(truth.ed)
    factors = (SIDE / volume.shape[0], SIDE / volume.shape[1], 1)
    affine = image.affine @ np.diag([1 / factors[0], 1 / factors[1], 1.0, 1.0])
    return ndimage.zoom(volume, factors, order=1), ndimage.zoom(labels, factors, order=0), affine


def _strokes(truth: Labels) -> Iterator[tuple[str, int, NDArray[np.bool_]]]:
    """Strokes as a person draws them on a basal, a middle and an apical slice: name, label, and the voxels they mark."""
    found = np.flatnonzero((truth == LV).any(axis=(0, 1)))
    for place, k in (("middle", found[len(found) // 2]), ("base", found[-2]), ("apex", found[1])):
        here = truth[..., k]
        u, v = np.indices(here.shape)
        x, y = ndimage.center_of_mass(here == LV)
        turn = np.arctan2(v - y, u - x)
        depth = {n: ndimage.distance_transform_edt(here == n) for n in (0, MYOCARDIUM, RV)}
        marks = [
            ("cavity", LV, (np.abs(u - x) < 8) & (np.abs(v - y) < 2)),
            ("wall", MYOCARDIUM, (depth[MYOCARDIUM] > 0.6 * depth[MYOCARDIUM].max()) & (turn > -2.5) & (turn < 1.5)),
            ("right ventricle", RV, (depth[RV] > 0.7 * depth[RV].max()) & (depth[RV] > 2)),
            ("outside", OUTSIDE, (depth[0] > 10) & (depth[0] < 12.5) & (np.abs(turn) % 1.0 < 0.45)),
        ]
        for name, label, mark in marks:
            where = np.zeros(truth.shape, dtype=bool)
            where[..., k] = mark
            if mark.any():
                yield f"{name}, {place}", label, where


def _scores(grown: Labels, truth: Labels) -> str:
    """Dice of what has grown so far, on the slices that were looked at."""
    looked = (grown != UNKNOWN).any(axis=(0, 1))
    words = []
    for name, label in (("LV", LV), ("wall", MYOCARDIUM), ("RV", RV)):
        one, other = (grown == label)[..., looked], (truth == label)[..., looked]
        if one.any():
            words.append(f"{name} {2 * (one & other).sum() / max(one.sum() + other.sum(), 1):.2f}")
    return "Dice " + ", ".join(words) if words else "nothing yet"


def _timed(what: str, act: Callable[[], object]) -> Step:
    began = time.perf_counter()
    act()
    return Step(what, time.perf_counter() - began, psutil.Process().memory_info().rss / MEGABYTE)
