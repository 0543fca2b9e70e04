"""A synthetic contrast CT of any patient on any scanner: what the CT method is tuned and judged on."""

import numpy as np
from scipy.ndimage import affine_transform

from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT, Segmentation
from sample_scans.anatomy_base import arch_height, moved
from sample_scans.anatomy_coronaries import paint_coronaries
from sample_scans.anatomy_heart import ANGLES, HEIGHTS, axis, base_height, tables
from sample_scans.anatomy_mitral import mark, mark_mouth, paint_valve
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_torso import Torso, paint_torso
from sample_scans.anatomy_valve import paint_root, paint_root_wall
from sample_scans.anatomy_ventricles import look_up, paint_sac, paint_ventricles
from sample_scans.canvas import Canvas, blank
from sample_scans.ct_artefacts import colours, expose
from sample_scans.ct_patient import CtCase, draw_case
from sample_scans.patient import Patient

type Shape = tuple[int, ...]

LABELS = (LV, MYOCARDIUM, ROOT, AORTA, LEFT_ATRIUM)
NOTES = (
    "Left ventricular blood reaches through the outflow tract to the roots of the aortic leaflets.",
    "The left atrium holds its appendage, but not the pulmonary veins; the mitral ring divides it from the ventricle.",
    "Papillary muscles and mitral leaflets count as cavity; right heart and aortic arch are not labelled.",
)


def draw_ct_patient(seed: int, *, finest: float = 0.0, progress: Progress = silent) -> Patient:
    """Any patient on any scanner by ``seed``: anatomy, phase, contrast, noise, artefacts, directions and field of view.

    ``finest`` mm: no axis is sampled finer (a quick scan for tests). Facts: ml of each label, HU of the left and right
    blood, and where annulus and sinotubular junction lie (RAS mm).
    """
    case = draw_case(seed)
    spacing = np.maximum(case.acquisition.spacing, finest)
    heart = _near(case)
    if case.acquisition.view == "chest":
        affine, shape, dense = _chest(case, spacing, heart, progress)
    else:
        affine, shape = _box(heart @ case.acquisition.turn, case.acquisition.turn, spacing)
        dense = _sampled(case, shape, affine, progress)
    voxels = expose(dense[0], spacing, case.acquisition, np.random.default_rng([seed, 6]))
    share = np.concatenate([1.0 - dense[1:].sum(axis=0, keepdims=True), dense[1:]])
    labels = np.array((0, *LABELS), np.uint8)[np.argmax(share, axis=0)]
    image = Image(voxels, affine, "CT", source="synthetic contrast CT, seeded generator")
    facts = _facts(case, dense[1:], float(np.prod(spacing)))
    return Patient(image, Segmentation(labels, affine, method="generator", notes=NOTES), facts)


def _near(case: CtCase) -> Array:
    """(n, 3) mm RAS around the heart: its surface, the aorta as far as it is in view, the left atrium."""
    made = tables(case.heart, case.state)
    inside = (HEIGHTS > 0) & (case.heart.length + 5 > HEIGHTS)
    around = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
    ring = axis(case.heart, HEIGHTS)[:, None] + np.maximum(made.rv_outer, made.epi)[..., None] * around
    shell = np.concatenate([ring, np.broadcast_to(HEIGHTS[:, None, None], (*ring.shape[:2], 1))], axis=-1)[inside]
    line = case.valve.line
    tight = case.acquisition.view == "tight"
    reach = case.valve.stj + 28.0 if tight else line.arc[-1]
    points = [shell.reshape(-1, 3), line.centres[line.arc <= reach], case.base.left_atrium.centre[None] + 30 * _cube()]
    body = case.frame.to_patient(np.concatenate(points))
    margin = 7.0 if tight else 14.0
    return np.concatenate([body - margin, body + margin])


def _box(along: Array, turn: Array, spacing: Array) -> tuple[Array, Shape]:
    """Affine and size of the box around points (n, 3) mm along the turned axes."""
    low, high = along.min(axis=0), along.max(axis=0)
    counts = np.ceil((high - low) / spacing).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = turn * spacing
    affine[:3, 3] = turn @ low
    return affine, (int(counts[0]), int(counts[1]), int(counts[2]))


def _sampled(case: CtCase, shape: Shape, affine: Array, progress: Progress) -> Array:
    """(channels, nx, ny, nz): what the scanner sees and the share of each label."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    count = max(round(shape[2] * spacing[2] / case.acquisition.slab), 1)
    values = []
    for number, slab in enumerate(np.array_split(np.arange(shape[2]), count)):
        progress(number / count, "painting the scan")
        canvas = _part(slab, shape, affine, case, number, float(spacing.mean()))
        _paint(canvas, case)
        values.append(canvas.values.reshape(len(canvas.values), *shape[:2], len(slab)))
    return np.concatenate(values, axis=-1)


def _chest(case: CtCase, spacing: Array, heart: Array, progress: Progress) -> tuple[Array, Shape, Array]:
    """The whole chest, sampled three times coarser, with the heart in it sampled finely."""
    turn, torso = case.acquisition.turn, case.torso
    wide, deep = torso.width + torso.fat + 80.0, torso.depth + torso.fat + 55.0
    low, high = heart.min(axis=0) - 10.0, heart.max(axis=0) + 10.0
    low[:2] = np.minimum(low[:2], (torso.middle - wide, -9.0 - deep))
    high[:2] = np.maximum(high[:2], (torso.middle + wide, -29.0 + deep))
    affine, shape = _box((0.5 * (low + high) + 0.5 * (high - low) * _cube()) @ turn, turn, spacing)
    coarse = affine.copy()
    coarse[:3, :3] *= 3
    rough = _sampled(case, tuple(n // 3 + 2 for n in shape), coarse, progress)
    dense = np.stack([affine_transform(each, np.full(3, 1 / 3), 0.0, shape, order=1) for each in rough])
    at = (heart - affine[:3, 3]) @ turn / spacing
    first = np.maximum(np.floor(at.min(axis=0)).astype(int), 0)
    last = np.minimum(np.ceil(at.max(axis=0)).astype(int), shape)
    inner = affine.copy()
    inner[:3, 3] += affine[:3, :3] @ first
    x, y, z = (slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    size = (int(last[0] - first[0]), int(last[1] - first[1]), int(last[2] - first[2]))
    dense[:, x, y, z] = _sampled(case, size, inner, progress)
    return affine, shape, dense


def _cube() -> Array:
    """(8, 3) corners of a cube of half side 1."""
    return np.array([(i, j, k) for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], dtype=float)


def _part(slab: Array, shape: Shape, affine: Array, case: CtCase, number: int, edge: float) -> Canvas:
    """The sample points of some slices; every other slab is shifted by the step artefact."""
    i, j, k = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), slab, indexing="ij")
    voxel = np.stack([i, j, k], axis=-1).reshape(-1, 3).astype(np.float32)
    body = voxel @ affine[:3, :3].T.astype(np.float32) + affine[:3, 3].astype(np.float32)
    body += (number % 2) * (case.acquisition.turn[:, :2] @ case.acquisition.step).astype(np.float32)
    return blank(case.frame.to_heart(body), colours(case.acquisition), LABELS, edge, "air")


def _paint(canvas: Canvas, case: CtCase) -> None:
    heart, state = case.heart, case.state
    paint_torso(canvas, case.torso, case.frame, arch_height(case.valve.line, case.frame))
    _paint_beside(canvas, case.torso, case)
    places = look_up(canvas, heart)
    paint_sac(canvas, heart, state, places)
    mark_mouth(canvas, heart, state, places)
    _paint_atria(canvas, case)
    paint_root_wall(canvas, case.valve)
    paint_ventricles(canvas, heart, state, places)
    paint_valve(canvas, heart, case.mitral, state, places)
    paint_coronaries(canvas, heart, state)
    paint_root(canvas, case.valve)
    if case.lead is not None:
        canvas.paint(case.lead, "metal")


def _paint_beside(canvas: Canvas, torso: Torso, case: CtCase) -> None:
    """The table under the patient, and arms that could not be lifted, where the view is wide."""
    if case.acquisition.view != "chest":
        return
    x, y, z = case.frame.to_patient(canvas.points).T
    every = np.arange(len(x))
    under = y + 9.0 + torso.depth + torso.fat + 24.0
    canvas.cover(every, np.maximum(np.abs(under) - 4.0, np.abs(x - torso.middle) - 200.0), "intercostal")
    for side in (-1.0, 1.0):
        away = np.hypot(x - torso.middle - side * (torso.width + torso.fat + 55.0), y + 15.0 + 0.1 * z)
        canvas.cover(every, away - 36.0, "muscle")
        canvas.cover(every, away - 11.0, "cortex")


def _paint_atria(canvas: Canvas, case: CtCase) -> None:
    """Right atrium and caval veins, left atrium with what opens into it, right outflow: walls first, then blood."""
    base, shift, fill = case.base, case.shift, 1.0 + 0.07 * case.state
    body, ear = moved(base.left_atrium, shift, fill), moved(base.appendage, shift, fill)
    atrium, upper, lower = moved(base.right_atrium, shift, fill), *base.caval
    outflow = moved(base.outflow, 0.8 * shift)
    groups = (
        (1.6, "atrial wall", ((upper, "caval blood"), (lower, "right blood"), (atrium, "right blood"))),
        (1.6, "atrial wall", tuple((part, "atrial blood") for part in (*base.veins, body, ear))),
        (2.0, "rv wall", ((outflow, "rv blood"),)),
    )
    for wall, tissue, parts in groups:
        found = [(i, p, p.distance(canvas.points[i]), blood) for p, blood in parts if (i := canvas.select(p)).size]
        for index, _, distance, _ in found:
            canvas.cover(index, distance - wall, tissue)
        for index, part, distance, blood in found:
            canvas.cover(index, distance, blood)
            if part is body or part is ear:
                mark(canvas, index, distance, LEFT_ATRIUM)


def _facts(case: CtCase, shares: Array, voxel: float) -> dict[str, float]:
    names = ("lv", "wall", "root", "aorta", "atrium")
    facts = {f"{n}_ml": float(s.sum(dtype=float)) * voxel / 1000 for n, s in zip(names, shares, strict=True)}
    line, valve = case.valve.line, case.valve
    for name, arc in (("annulus", valve.annulus), ("stj", valve.stj)):
        spot = np.array([np.interp(arc, line.arc, line.centres[:, k]) for k in range(3)])
        place = case.frame.to_patient(spot[None])[0]
        facts |= {f"{name}_{axis_name}_mm": float(v) for axis_name, v in zip("xyz", place, strict=True)}
    middle = np.array([*case.mitral.middle, 0.0])
    middle[2] = float(base_height(case.heart, case.state, np.arctan2(middle[1], middle[0])))
    place = case.frame.to_patient(middle[None])[0]
    facts |= {f"mitral_{axis_name}_mm": float(v) for axis_name, v in zip("xyz", place, strict=True)}
    return facts | {
        "left_hu": case.acquisition.left,
        "right_hu": case.acquisition.right,
        "noise_hu": case.acquisition.noise,
        "contraction": case.state,
        "orifice_area_mm2": case.valve.orifice,
    }
