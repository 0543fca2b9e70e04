"""Surfaces made from sparse slices against the dense truth they were cut from: generated hearts, breath-hold shifts and all.

Distances are taken both ways between the surfaces of the walls, up to the last slice that has wall all around: there the true
base, which is tilted, begins to cut them. Volumes are those of the whole chambers up to the valves. What nobody can see in a
stack, shifts that all slices share and those that grow evenly along it, counts as error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from geometry.meshing.long_axis import LongAxisPlane
from geometry.meshing.shape_grid import STEP
from geometry.meshing.smooth_chambers import smooth_chambers
from geometry.meshing.ventricle_shape import Field, VentricleShape, walled
from geometry.meshing.ventricle_slices import read_slices
from geometry.progress import Progress, part, silent
from geometry.segmentation import LV, MYOCARDIUM, RV
from sample_scans.sparse_slices import CutHeart, cut_heart, cut_long_axis
from solvers.result import Check
from solvers.verification.each_core import on_each_core

NAME = "mesh-shape"
TITLE = "Ventricles from sparse slices against their dense truth"
LONG = True
FIRST, COUNT = 510_000, 20
GAPS = {8.0: (1.0, 3.0), 18.0: (1.8, 6.0)}  # mm between slices -> mm of mean distance, % of volume
SURFACES = {"lv": (LV,), "lv_outer": (LV, MYOCARDIUM), "rv": (RV,)}
SOURCE = "generator's truth, issue 4"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """One heart: mean distance (mm) and relative error of the volume inside each surface, mm that the outer apex is off."""

    distance: dict[str, float]
    volume: dict[str, float]
    apex: float = 0.0


def verify(progress: Progress) -> list[Check]:
    """Cut, rebuild and compare; the mean over hearts, and the means of the absolute errors of the volumes."""
    checks: list[Check] = []
    for number, (gap, (near, off)) in enumerate(GAPS.items()):
        doing = part(progress, number / len(GAPS), (number + 1) / len(GAPS))
        judged, seen = _judge_all(range(FIRST, FIRST + COUNT), gap, doing)
        checks += _against(f"{gap:g} mm gaps", judged, seen)
        for name in SURFACES:
            away = float(np.mean([each.distance[name] for each in judged]))
            checks.append(Check(f"{gap:g} mm gaps: {name}, mean surface distance", away, 0.0, near, "mm", SOURCE))
        for name in ("lv", "rv"):
            error = 100 * float(np.mean([abs(each.volume[name]) for each in judged]))
            checks.append(Check(f"{gap:g} mm gaps: {name} cavity volume", error, 0.0, off, "%", SOURCE))
    return checks


def _against(where: str, plain: Sequence[Judgement], seen: Sequence[Judgement]) -> list[Check]:
    """What three long-axis planes add: the apex nearer, the surfaces no farther off (5 % more counts as no farther)."""
    apex = [float(np.mean([each.apex for each in judged])) for judged in (plain, seen)]
    checks = [Check(f"{where}, with long-axis planes: apex", apex[1], 0.0, apex[0], "mm", SOURCE)]
    for name in SURFACES:
        away = [float(np.mean([each.distance[name] for each in judged])) for judged in (plain, seen)]
        words = f"{where}, with long-axis planes: {name}, mean surface distance"
        checks.append(Check(words, away[1], 0.0, 1.05 * away[0], "mm", SOURCE))
    return checks


def judge(heart: CutHeart, planes: Sequence[LongAxisPlane] = ()) -> Judgement:
    """Rebuild the surfaces of one heart, with long-axis planes where there are any, and compare."""
    shape = walled(smooth_chambers(slices := read_slices(heart.sparse, 0), silent, planes), 3.0, 2.0)
    labels = heart.dense.labels[..., 0]
    to_stack = np.linalg.inv(slices.to_patient) @ heart.dense.affine
    voxel, top = abs(np.linalg.det(heart.dense.affine[:3, :3])), slices.z[-1]
    distance, volume, apex = {}, {}, 0.0
    for name, members in SURFACES.items():
        field = getattr(shape, name)
        soft = ndimage.gaussian_filter(np.isin(labels, members).astype(np.float32), 0.8)
        corners, faces, _, _ = marching_cubes(soft, 0.5)
        true = _spread(corners @ to_stack[:3, :3].T + to_stack[:3, 3], faces)
        made = shape.base.to_stack(_surface(field, shape))
        apex = abs(float(made[:, 2].min() - true[:, 2].min())) if name == "lv_outer" else apex
        true = true[true[:, 2] < top]
        made = made[made[:, 2] < top]
        away = [np.abs(field(shape.base.from_stack(true))), cKDTree(true).query(made)[0]]
        distance[name] = float(np.mean([each.mean() for each in away]))
        volume[name] = _volume(field, shape) / (float((soft > 0.5).sum()) * voxel) - 1
    return Judgement(distance, volume, apex)


def _surface(field: Field, shape: VentricleShape) -> Floats:
    """(n, 3) mm, points spread evenly over the surface."""
    values = _on_grid(field, shape)
    corners, faces, _, _ = marching_cubes(values, 0.0)
    return _spread(corners * STEP + shape.bounds[0], faces)


def _on_grid(field: Field, shape: VentricleShape) -> Floats:
    low, high = shape.bounds
    axes = [np.arange(a, b + STEP, STEP) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return np.asarray(field(points.reshape(-1, 3)).reshape(points.shape[:3]))


def _volume(field: Field, shape: VentricleShape) -> float:
    low, high = shape.bounds
    axes = [np.arange(a, b, STEP) + STEP / 2 for a, b in zip(low[:2], high[:2], strict=True)]
    count = int(np.ceil((high[2] - low[2]) / STEP))
    step = (high[2] - low[2]) / count
    levels = low[2] + step * (np.arange(count) + 0.5)
    points = np.stack(np.meshgrid(*axes, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    return float(np.clip(0.5 - field(points) / STEP, 0.0, 1.0).sum() * STEP**2 * step)


def _spread(corners: Floats, faces: NDArray[np.integer]) -> Floats:
    """Middles of triangles: marching cubes makes them of about one size."""
    return np.asarray(corners[faces].mean(axis=1))


def _judge_all(seeds: Sequence[int], gap: float, progress: Progress) -> tuple[list[Judgement], ...]:
    """All hearts from their slices alone, and with long-axis planes."""
    found = on_each_core(partial(_judge_seed, gap=gap), seeds, progress, f"hearts cut every {gap:g} mm")
    alone, seen = zip(*found, strict=True)
    return list(alone), list(seen)


def _judge_seed(seed: int, gap: float) -> tuple[Judgement, Judgement]:
    heart = cut_heart(seed, gap)
    planes = [LongAxisPlane(one.labels[..., 0], one.affine) for one in cut_long_axis(seed)]
    return judge(heart), judge(heart, planes)
