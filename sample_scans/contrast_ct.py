"""A synthetic contrast CT in systole of a patient with aortic stenosis."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, Segmentation
from sample_scans.anatomy_base import aorta_knots, arch_height, draw_base, paint_base
from sample_scans.anatomy_coronaries import paint_coronaries
from sample_scans.anatomy_frame import Frame, place_heart
from sample_scans.anatomy_heart import ANGLES, DENSITY, HEIGHTS, Heart, axis, draw_heart, fit, tables, volumes
from sample_scans.anatomy_surfaces import Array, Tube
from sample_scans.anatomy_torso import draw_torso, paint_torso
from sample_scans.anatomy_valve import Valve, draw_valve, paint_root, paint_root_wall, throat_area
from sample_scans.anatomy_ventricles import look_up, paint_mitral, paint_sac, paint_ventricles
from sample_scans.canvas import Canvas, blank
from sample_scans.imaging_ct import CtSettings, palette, scan
from sample_scans.patient import Patient

LABELS = (LV, MYOCARDIUM, ROOT, AORTA)


def make_ct(
    seed: int,
    *,
    spacing: float = 1.0,
    orifice: float = 100.0,
    state: float = 0.55,
    settings: CtSettings | None = None,
    progress: Progress = silent,
) -> Patient:
    """A patient with aortic stenosis by ``seed``: one phase with the valve open as far as it goes.

    ``spacing`` mm (isotropic), ``orifice`` mm2, ``state`` of contraction (0 end-diastole, 1 end-systole). Labels: left
    ventricular blood with the outflow tract up to the leaflet roots, its wall, the root up to the sinotubular junction
    (leaflets left out), the ascending aorta up to the arch.
    """
    rng = np.random.default_rng([seed, 2])
    settings = settings or CtSettings()
    heart = _draw_hypertrophied(rng)
    frame = place_heart(heart.length, rng)
    annulus = float(rng.uniform(11.2, 12.2))
    ascending = float(rng.uniform(15.5, 17.5))
    shift = heart.descent * state
    torso = draw_torso(rng)
    base = draw_base(heart, frame, rng, torso, annulus, ascending)
    knots = aorta_knots(heart, frame, torso.descending) - np.array([0.0, 0.0, shift])
    line = Tube(base.aorta.centres - np.array([0.0, 0.0, shift]), base.aorta.radii, base.aorta.arc)
    valve = draw_valve(line, knots[2], knots[5], knots[8], orifice, rng)
    grid, affine = _grid(heart, frame, valve, state, spacing)
    values = []
    for slab in np.array_split(np.arange(grid[2]), max(grid[2] // 24, 1)):
        progress(int(slab[0]) / grid[2], "painting the scan")
        canvas = _slab(slab, grid, affine, frame, palette(settings), spacing)
        paint_torso(canvas, torso, frame, arch_height(base.aorta, frame))
        places = look_up(canvas, heart)
        paint_sac(canvas, heart, state, places)
        paint_base(canvas, base, state, shift, aorta=False)
        paint_root_wall(canvas, valve)
        paint_ventricles(canvas, heart, state, places)
        paint_mitral(canvas, heart, state, places)
        paint_coronaries(canvas, heart, state)
        paint_root(canvas, valve)
        values.append(canvas.values.reshape(len(canvas.values), *grid[:2], len(slab)))
    dense = np.concatenate(values, axis=-1)
    voxels = np.round(scan(dense[0], spacing, settings, rng)).astype(np.int16)
    share = np.concatenate([1.0 - dense[1:].sum(axis=0, keepdims=True), dense[1:]])
    labels = _connected(np.array((0, *LABELS), np.uint8)[np.argmax(share, axis=0)])
    image = Image(voxels, affine, "CT", source="synthetic contrast CT in systole, seeded generator")
    truth = Segmentation(labels, affine, method="generator", notes=TRUTH_NOTES)
    return Patient(image, truth, _facts(heart, valve, dense[1:], spacing) | _throat(valve, frame))


TRUTH_NOTES = (
    "Left ventricular blood reaches through the outflow tract to the roots of the aortic leaflets.",
    "The leaflets and their calcium are not part of the root.",
    "Papillary muscles count as cavity; the right ventricle is not labelled.",
)


def _draw_hypertrophied(rng: np.random.Generator) -> Heart:
    heart = draw_heart(rng, length=float(rng.uniform(88.0, 96.0)), wall=13.0)
    edv = float(rng.uniform(105.0, 135.0))
    return fit(
        heart,
        edv=edv,
        ef=float(rng.uniform(0.55, 0.65)),
        mass=float(rng.uniform(175.0, 220.0)),
        rv_edv=edv * float(rng.uniform(1.1, 1.25)),
        rv_ef=float(rng.uniform(0.50, 0.58)),
    )


def _grid(heart: Heart, frame: Frame, valve: Valve, state: float, spacing: float) -> tuple[tuple[int, int, int], Array]:
    """Size and affine (axial; columns to the left, rows to the back) of the box around heart and arch."""
    made = tables(heart, state)
    inside = (HEIGHTS > 0) & (heart.length + 5 > HEIGHTS)
    around = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
    ring = axis(heart, HEIGHTS)[:, None] + np.maximum(made.rv_outer, made.epi)[..., None] * around
    shell = np.concatenate([ring, np.broadcast_to(HEIGHTS[:, None, None], (*ring.shape[:2], 1))], axis=-1)[inside]
    body = frame.to_patient(np.concatenate([shell.reshape(-1, 3), valve.line.centres]))
    low, high = body.min(axis=0) - np.array([12, 16, 10]), body.max(axis=0) + np.array([14, 12, 20])
    counts = np.ceil((high - low) / spacing).astype(int)
    affine = np.diag([-spacing, -spacing, spacing, 1.0])
    affine[:3, 3] = (high[0], high[1], low[2])
    return (int(counts[0]), int(counts[1]), int(counts[2])), affine


def _connected(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The labels without the few voxels of blood that the leaflets cut off from the rest."""
    blood = np.isin(labels, (LV, ROOT, AORTA))
    parts, _ = label(blood)
    largest = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.where(blood & (parts != largest), 0, labels).astype(np.uint8)


def _slab(
    slab: Array,
    grid: tuple[int, int, int],
    affine: Array,
    frame: Frame,
    colours: dict[str, tuple[float]],
    spacing: float,
) -> Canvas:
    i, j, k = np.meshgrid(np.arange(grid[0]), np.arange(grid[1]), slab, indexing="ij")
    voxel = np.stack([i, j, k], axis=-1).reshape(-1, 3).astype(np.float32)
    body = voxel * np.diag(affine)[:3].astype(np.float32) + affine[:3, 3].astype(np.float32)
    return blank(frame.to_heart(body), colours, LABELS, spacing, "air")


def _facts(heart: Heart, valve: Valve, shares: Array, spacing: float) -> dict[str, float]:
    millilitre = spacing**3 * 1e-3
    parts = {
        name: float(share.sum(dtype=np.float64)) * millilitre
        for name, share in zip(("lv", "wall", "root", "aorta"), shares, strict=True)
    }
    rest, end = volumes(heart, 0.0), volumes(heart, 1.0)
    middle = 0.5 * (valve.stj + valve.end)
    return {
        "lv_edv_ml": rest["lv"],
        "lv_esv_ml": end["lv"],
        "lv_ef_percent": 100.0 * (1.0 - end["lv"] / rest["lv"]),
        "lv_mass_g": DENSITY * rest["wall"],
        "lv_volume_here_ml": parts["lv"],
        "root_volume_ml": parts["root"],
        "ascending_aorta_volume_ml": parts["aorta"],
        "orifice_area_mm2": throat_area(valve),
        "lvot_diameter_mm": 2 * float(np.interp(valve.annulus - 8.0, valve.line.arc, valve.line.radii)),
        "annulus_diameter_mm": 2 * valve.annulus_radius,
        "stj_diameter_mm": 2 * float(np.interp(valve.stj, valve.line.arc, valve.line.radii)),
        "ascending_aorta_diameter_mm": 2 * float(np.interp(middle, valve.line.arc, valve.line.radii)),
    }


def _throat(valve: Valve, frame: Frame) -> dict[str, float]:
    """Where the orifice lies (RAS mm) and which way the blood goes through it (unit vector)."""
    centre = frame.to_patient((valve.hinge + valve.height * valve.axes[2])[None])[0]
    flow = valve.axes[2] @ frame.axes
    names = ("orifice_x_mm", "orifice_y_mm", "orifice_z_mm", "flow_x", "flow_y", "flow_z")
    return {name: float(value) for name, value in zip(names, (*centre, *flow), strict=True)}
