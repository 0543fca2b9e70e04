"""A synthetic short-axis cine MR: of a normal adult, or of anybody on any scanner."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.reading import as_read, without_slivers
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from sample_scans.anatomy_base import HeartBase, arch_height, draw_base, paint_base
from sample_scans.anatomy_frame import place_heart
from sample_scans.anatomy_heart import DENSITY, Heart, draw_heart, fit, volumes
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_torso import draw_torso, paint_torso
from sample_scans.anatomy_ventricles import look_up, paint_sac, paint_ventricles
from sample_scans.canvas import Canvas, blank
from sample_scans.heart_beat import contraction
from sample_scans.imaging_mr import (
    MrSettings,
    bands,
    coil_shading,
    draw_settings,
    palette,
    receive,
    slice_profile,
    texture,
)
from sample_scans.patient import Patient
from sample_scans.population import draw_person
from sample_scans.stack import Stack

LABELS = (LV, MYOCARDIUM, RV)
ELSEWHERE = 9  # label of blood in atria and great vessels, which decides what of the base a reader counts
BLOOD_ELSEWHERE = ("right blood", "atrial blood", "aorta blood")
REACH = 92.0  # mm about the long axis: what the beating heart of an adult can touch, and 15 more of a dilated one
FINE, RIDGES = 1.1, 2.5  # fine and visible trabeculae of the normal adult: the middle of what ``draw_person`` draws
FIRST_FOR_JUDGING = 500_000  # no method is trained on seeds from here on (interval widths saw some up to 501 599)


def make_cine_mr(
    seed: int,
    *,
    phases: int = 20,
    spacing: float = 1.7,
    thickness: float = 8.0,
    gap: float = 2.0,
    field_of_view: tuple[float, float] = (218.0, 204.0),
    breath_hold: float = 1.3,
    settings: MrSettings | None = None,
    progress: Progress = silent,
) -> Patient:
    """A normal adult by ``seed``: 4D short-axis stack (RAS affine, oblique), truth labels and facts; mm and ms.

    ``breath_hold`` is the standard deviation (mm) of the in-plane shift of each slice. The truth labels follow the shifted
    picture and count papillary muscles as cavity; the right ventricular wall is not labelled.
    """
    rng = np.random.default_rng([seed, 1])
    settings = settings or MrSettings()
    heart = _draw_adult(rng)
    frame = place_heart(heart.length, rng)
    torso = draw_torso(rng)
    base = draw_base(heart, frame, rng, torso)
    cycle = float(np.round(rng.normal(900.0, 0.0)))
    times = np.arange(phases) * cycle / phases
    squeeze = contraction(times, cycle, 0.37 * cycle, rng.uniform(-0.05, 0.05) * cycle)
    stack = _plan(heart, rng, spacing, thickness, gap, field_of_view, breath_hold)
    still = blank(stack.points(), _tissues(settings), LABELS, 1.15 * spacing, "air")
    paint_torso(still, torso, frame, arch_height(base.aorta, frame))
    seen, painted = _beat(still, heart, base, squeeze, stack, progress)
    labels = np.where(painted == ELSEWHERE, 0, painted).astype(np.uint8)
    voxels = _acquire(seen, stack, settings, rng)
    return _patient(voxels, labels, stack.affine(frame), times, cycle, _facts(heart, squeeze), TRUTH_NOTES)


def draw_cine_patient(seed: int, *, phases: int = 20, progress: Progress = silent) -> Patient:
    """Anybody by ``seed``, well or ill, on a scanner and with a protocol of their own: as ``make_cine_mr`` otherwise.

    Gaps make slices lie 5 to 18 mm apart; planes are tilted by some degrees and turned in the plane; the first phase need
    not be end-diastole. The truth is what a reader without error would draw and count: slices whose cavity is enclosed by
    less than half, and slivers at the base, are left out; the right ventricle goes up to the pulmonary valve.
    """
    rng = np.random.default_rng([seed, 3])
    person = draw_person(rng)
    heart = person.heart
    settings = draw_settings(rng)
    cycle = float(np.round(rng.uniform(550.0, 1200.0)))
    times = np.arange(phases) * cycle / phases
    onset = rng.uniform(-0.06, 0.06) if rng.random() < 0.7 else rng.uniform(0.0, 1.0)
    squeeze = contraction(times, cycle, rng.uniform(0.30, 0.46) * cycle, onset * cycle)
    stack = _any_plan(heart, rng)
    points = stack.points()
    still = blank(person.bend(points), _tissues(settings), LABELS, 1.15 * stack.spacing, "air")
    paint_torso(still, person.torso, person.frame, arch_height(person.base.aorta, person.frame))
    seen, painted = _beat(still, heart, person.base, squeeze, stack, progress, REACH + 15.0, RV)
    labels = _as_drawn(painted, stack, squeeze)
    voxels = _acquire(seen, stack, settings, rng)
    facts = _facts(heart, squeeze) | _counted(labels, stack, squeeze)
    return _patient(voxels, labels, stack.affine(person.frame), times, cycle, facts, (*TRUTH_NOTES, READING_NOTE))


def _patient(
    voxels: Array,
    labels: NDArray[np.uint8],
    affine: Array,
    times: Array,
    cycle: float,
    facts: dict[str, float],
    notes: tuple[str, ...],
) -> Patient:
    source = "synthetic short-axis cine MR (balanced SSFP), seeded generator"
    image = Image(voxels, affine, "MR", tuple(float(t) for t in times), cycle, source)
    ed, es = int(facts["ed_phase"]), int(facts["es_phase"])
    return Patient(image, Segmentation(labels, affine, method="generator", ed=ed, es=es, notes=notes), facts)


TRUTH_NOTES = (
    "Papillary muscles and trabeculae count as cavity.",
    "Myocardium is that of the left ventricle; the right ventricular wall is not labelled.",
    "The labels follow the breath-hold shift of each slice.",
)
READING_NOTE = (
    "The right ventricle includes its outflow tract up to the pulmonary valve; "
    "slices whose left cavity is enclosed by less than half, and slivers beside the atrium, are left out."
)


def _draw_adult(rng: np.random.Generator) -> Heart:
    heart = draw_heart(rng, length=float(rng.uniform(88.0, 96.0)), wall=9.0)
    heart = replace(heart, layer=FINE, trabeculae=RIDGES)
    edv = float(rng.uniform(138.0, 162.0))
    return fit(
        heart,
        edv=edv,
        ef=float(rng.uniform(0.59, 0.66)),
        mass=float(rng.uniform(110.0, 138.0)),
        rv_edv=edv * float(rng.uniform(1.05, 1.15)),
        rv_ef=float(rng.uniform(0.52, 0.60)),
    )


def _plan(
    heart: Heart,
    rng: np.random.Generator,
    spacing: float,
    thickness: float,
    gap: float,
    field_of_view: tuple[float, float],
    breath_hold: float,
) -> Stack:
    """As a radiographer would: from below the apex to over the base, the heart near the middle."""
    pitch = thickness + gap
    top = heart.length + rng.uniform(9.0, 13.0)
    slices = int(np.ceil((top + 7.0) / pitch)) + 1
    columns, rows = (round(extent / spacing) for extent in field_of_view)
    corner = (
        -0.5 * columns * spacing - 14.0 + rng.uniform(-4, 4),
        -0.5 * rows * spacing + rng.uniform(-4, 4),
        top - pitch * (slices - 1),
    )
    shifts = rng.normal(0.0, breath_hold, (slices, 2))
    return Stack(columns, rows, slices, spacing, thickness, gap, corner, shifts)


def _any_plan(heart: Heart, rng: np.random.Generator) -> Stack:
    """As many a radiographer would: planes a little tilted, turned as the scanner likes, from apex to over the base."""
    spacing, thickness = rng.uniform(1.2, 2.2), rng.uniform(5.0, 10.0)
    gap = rng.choice([0.0, rng.uniform(0.5, 4.0), rng.uniform(4.0, 18.0 - thickness)], p=[0.4, 0.45, 0.15])
    pitch = thickness + gap
    tilt = Rotation.from_euler("xy", rng.normal(0.0, 5.0, 2), degrees=True)
    turn = (tilt * Rotation.from_euler("z", rng.normal(0.0, 25.0), degrees=True)).as_matrix().T
    top = heart.length + rng.uniform(6.0, 22.0)
    slices = int(np.ceil((top + rng.uniform(5.0, 18.0)) / pitch)) + 1
    extent = rng.uniform(190.0, 300.0, 2)
    columns, rows = (int(each / spacing) for each in extent)
    middle = turn @ np.array([-12.0, 0.0, 0.5 * heart.length]) + rng.normal(0, 8.0, 3) * [1, 1, 0]
    corner = (
        middle[0] - 0.5 * columns * spacing,
        middle[1] - 0.5 * rows * spacing,
        middle[2] + (top - 0.5 * heart.length) - pitch * (slices - 1),
    )
    shifts = rng.normal(0.0, rng.uniform(0.3, 2.2), (slices, 2))
    return Stack(columns, rows, slices, spacing, thickness, float(gap), corner, shifts, turn, samples=3)


def _tissues(settings: MrSettings) -> dict[str, tuple[float, float, float]]:
    """Water and fat of each tissue, and whether it is blood outside the ventricles."""
    return {name: (*seen, float(name in BLOOD_ELSEWHERE)) for name, seen in palette(settings).items()}


def _as_drawn(painted: NDArray[np.uint8], stack: Stack, squeeze: Array) -> NDArray[np.uint8]:
    """The labels that a reader draws of what is there."""
    spacing = np.array([stack.spacing, stack.spacing, stack.thickness + stack.gap])
    elsewhere = painted == ELSEWHERE
    labels = as_read(np.where(elsewhere, 0, painted).astype(np.uint8), spacing)
    return without_slivers(labels, elsewhere, spacing, (int(np.argmin(squeeze)), int(np.argmax(squeeze))))


def _counted(labels: NDArray[np.uint8], stack: Stack, squeeze: Array) -> dict[str, float]:
    """The numbers as a reader without error would find them by counting voxels: the warp changed those of the surfaces."""
    voxel = stack.spacing**2 * (stack.thickness + stack.gap) * 1e-3
    ed, es = int(np.argmin(squeeze)), int(np.argmax(squeeze))
    found = {"lv_mass_g": DENSITY * float((labels[..., ed] == MYOCARDIUM).sum()) * voxel}
    for name, label in (("lv", LV), ("rv", RV)):
        edv, esv = (float((labels[..., phase] == label).sum()) * voxel for phase in (ed, es))
        found |= {f"{name}_edv_ml": edv, f"{name}_esv_ml": esv, f"{name}_ef_percent": 100.0 * (1.0 - esv / edv)}
    return found


def _beat(
    still: Canvas,
    heart: Heart,
    base: HeartBase,
    squeeze: Array,
    stack: Stack,
    progress: Progress,
    reach: float = REACH,
    outflow_label: int = 0,
) -> tuple[Array, Array]:
    """Signal (nx, ny, nz, phases) and labels of each phase: the moving heart painted over the still body."""
    weights = slice_profile(stack.samples).astype(np.float32)
    resting = _receive(still, stack, weights)[0]
    seen = np.repeat(resting[:, None], len(squeeze), axis=1)
    labels = np.zeros(seen.shape, np.uint8)
    near = (np.hypot(still.points[:, 0] + 10.0, still.points[:, 1]) < reach).reshape(-1, stack.samples)
    moving = np.flatnonzero(near.any(axis=1))
    around = still.part((moving[:, None] * stack.samples + np.arange(stack.samples)).ravel())
    places = look_up(around, heart)
    for phase, state in enumerate(squeeze):
        progress(phase / len(squeeze), f"phase {phase + 1} of {len(squeeze)}")
        canvas = around.copy()
        paint_sac(canvas, heart, float(state), places)
        paint_base(canvas, base, float(state), heart.descent * float(state), outflow_label=outflow_label)
        paint_ventricles(canvas, heart, float(state), places)
        seen[moving, phase], labels[moving, phase] = _receive(canvas, stack, weights)
    shape = (*stack.shape, len(squeeze))
    return seen.reshape(shape), labels.reshape(shape)


def _receive(canvas: Canvas, stack: Stack, weights: Array) -> tuple[Array, NDArray[np.uint8]]:
    """(voxels,) signal, water against fat, and label by majority, summed through the slice."""
    water, fat, elsewhere, *fractions = (channel.reshape(-1, stack.samples) @ weights for channel in canvas.values)
    share = np.stack([1.0 - np.sum(fractions, axis=0), *fractions])
    labels = np.array((0, *LABELS), np.uint8)[np.argmax(share, axis=0)]
    labels[(labels == 0) & (elsewhere > 0.5)] = ELSEWHERE
    return np.abs(water - fat), labels


def _acquire(seen: Array, stack: Stack, settings: MrSettings, rng: np.random.Generator) -> Array:
    grain = 1.0 + settings.grain * texture(stack.shape, 1.6, rng)
    shading = coil_shading(stack.shape, settings, rng)
    if settings.banding:
        shading *= bands(stack.shape, settings.banding, rng)
    if settings.blur:
        seen = gaussian_filter(seen, (settings.blur, settings.blur, 0, 0))
    received = receive(seen * (grain * shading)[..., None], settings.noise, rng)
    return np.clip(np.round(received * settings.blood), 0, 255).astype(np.uint8)


def _facts(heart: Heart, squeeze: Array) -> dict[str, float]:
    each = [volumes(heart, float(state)) for state in squeeze]
    ed, es = int(np.argmin(squeeze)), int(np.argmax(squeeze))
    lv = (each[ed]["lv"], each[es]["lv"])
    rv = (each[ed]["rv"], each[es]["rv"])
    return {
        "ed_phase": float(ed),
        "es_phase": float(es),
        "lv_edv_ml": lv[0],
        "lv_esv_ml": lv[1],
        "lv_ef_percent": 100.0 * (1.0 - lv[1] / lv[0]),
        "lv_mass_g": DENSITY * each[ed]["wall"],
        "rv_edv_ml": rv[0],
        "rv_esv_ml": rv[1],
        "rv_ef_percent": 100.0 * (1.0 - rv[1] / rv[0]),
        "base_descent_mm": heart.descent * float(squeeze[es] - squeeze[ed]),
    }
