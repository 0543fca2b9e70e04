"""The contours of a short-axis stack, slice by slice, apex first, brought into line along the long axis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.meshing.base_plane import Tops, shown_above
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

Mask = NDArray[np.bool_]
FEWEST = 3
COMPLETE = 0.9  # share of the cavity's rim that must have wall beside it
SPECK = 0.2  # a second piece smaller than this share of the first one is dropped; a larger one is refused


@dataclass(frozen=True)
class Slices:
    """One phase of a short-axis stack from apex to base, cut where the wall is no longer closed.

    cavity, disc, rv  (k, nx, ny) masks: LV cavity; cavity and wall filled; RV cavity (all False without one)
    z                 (k,) mm of each slice, ascending from apex to base
    shift             (k, 2) mm to add in the plane so that the slices line up
    pixel             (2,) mm; gap mm between slices
    tops              where both ventricles end at the base
    drawn             mm3 of LV cavity, wall and RV cavity in all slices, those beyond the base too
    to_patient        (4, 4) from (x, y, z) mm here to mm in the patient
    notes             sentences
    """

    cavity: Mask
    disc: Mask
    rv: Mask
    z: Floats
    shift: Floats
    pixel: Floats
    gap: float
    tops: Tops
    drawn: tuple[float, float, float]
    to_patient: Floats
    notes: tuple[str, ...]


def read_slices(segmentation: Segmentation, phase: int) -> Slices:
    """Check one phase and take its contours out; raises Refused naming the place of what is wrong."""
    labels = segmentation.phase(phase)
    if labels.shape[2] < FEWEST:
        raise Refused(
            f"The stack has {labels.shape[2]} slices; at least {FEWEST} through the left ventricle are needed."
        )
    _check_border(labels)
    rows = [k for k in range(labels.shape[2]) if (labels[..., k] == LV).sum() >= FEWEST]
    if not rows:
        raise Refused(f"Phase {phase + 1} has no left-ventricular cavity (label {LV}); segment it first.")
    if len(rows) < FEWEST:
        raise Refused(f"Phase {phase + 1} shows the left ventricle in {len(rows)} slices only; {FEWEST} are needed.")
    if not (labels == MYOCARDIUM).any():
        raise Refused(
            f"Phase {phase + 1} has no myocardium (label {MYOCARDIUM}); the wall cannot be meshed without it."
        )
    notes: list[str] = []
    order = np.flatnonzero(np.isin(labels, (LV, MYOCARDIUM)).any(axis=(0, 1)))
    ventricle = np.stack([np.isin(labels[..., k], (LV, MYOCARDIUM)) for k in order])
    wall = np.stack([_largest(mask) for mask in ventricle])
    cavity = np.stack([_one_cavity((labels[..., k] == LV) & wall[row], int(k), notes) for row, k in enumerate(order)])
    rv = np.stack([_without_specks(labels[..., k] == RV) for k in order])
    disc = np.stack([ndimage.binary_fill_holes(mask) for mask in wall])
    keep, flipped = _closed_part(cavity, disc, rv, labels, order, notes)
    cavity, disc, rv, order, ventricle = cavity[keep], disc[keep], rv[keep], order[keep], ventricle[keep]
    for mask, k in zip(ventricle, order, strict=True):
        _check_pieces(mask, int(k), notes)
    steps = np.diff(order)
    if len(steps) and (np.abs(steps) != 1).any():
        at = int(np.flatnonzero(np.abs(steps) != 1)[0])
        missing = int(min(order[at], order[at + 1])) + 2
        raise Refused(f"Slice {missing} between labelled ones has no wall; draw it or remove the slices beyond it.")
    spacing = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    z = np.abs(order - order[0]) * spacing[2]
    shift = line_up(disc, z, spacing[:2])
    if np.abs(shift).max() > 0.5:
        worst = int(np.linalg.norm(shift, axis=1).argmax())
        notes.append(
            f"Slices were brought into line along the axis; slice {order[worst] + 1} moved most, "
            f"by {np.linalg.norm(shift[worst]):.1f} mm."
        )
    placed = _placement(segmentation.affine, spacing, int(order[0]), flipped)
    gap = float(spacing[2])
    tops = _tops(labels, cavity, rv, order, z, shift, spacing)
    volumes = [float((labels == label).sum() * spacing.prod()) for label in (LV, MYOCARDIUM, RV)]
    drawn = (volumes[0], volumes[1], volumes[2])
    return Slices(cavity, disc, rv, z, shift, spacing[:2], gap, tops, drawn, placed, tuple(notes))


def _tops(
    labels: NDArray[np.uint8],
    cavity: Mask,
    rv: Mask,
    order: NDArray[np.integer],
    z: Floats,
    shift: Floats,
    spacing: Floats,
) -> Tops:
    """Where the chambers end: in the used slices, apex first, and in those beyond the last of them."""
    towards = 1 if order[-1] > order[0] else -1
    beyond = np.arange(order[-1] + towards, labels.shape[2] if towards > 0 else -1, towards)
    middles, heights, areas = [], [], []
    for label, masks in ((LV, cavity), (RV, rv)):
        present = np.flatnonzero(masks.any(axis=(1, 2)))
        row = int(present[-1]) if len(present) else len(z) - 1
        above = (labels[..., beyond] == label).sum(axis=(0, 1)) if row + 1 == len(z) else []
        shown = np.array([masks[row].sum(), *above], dtype=float)
        heights.append(float(z[row] + spacing[2] * shown_above(shown)))
        areas.append(float(shown[0] * spacing[:2].prod()))
        middles.append(np.asarray(ndimage.center_of_mass(masks[row])) * spacing[:2] + shift[row] if shown[0] else None)
    assert middles[0] is not None
    return Tops(middles[0], middles[1], (heights[0], heights[1]), (areas[0], areas[1]))


def _check_border(labels: NDArray[np.uint8]) -> None:
    for label, name in ((LV, "left-ventricular cavity"), (MYOCARDIUM, "myocardium"), (RV, "right-ventricular cavity")):
        mask = labels == label
        touched = mask[0].any(0) | mask[-1].any(0) | mask[:, 0].any(0) | mask[:, -1].any(0)
        if touched.any():
            k = int(np.flatnonzero(touched)[0]) + 1
            raise Refused(
                f"The {name} touches the border of the image in slice {k}: part of the heart is missing there."
            )


def _largest(mask: Mask) -> Mask:
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))


def _without_specks(mask: Mask) -> Mask:
    """Near the base the right ventricle may show twice in a slice, as inflow and as outflow: both stay."""
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if count < 2:
        return mask
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray((sizes > SPECK * sizes.max())[pieces])


def _check_pieces(mask: Mask, k: int, notes: list[str]) -> None:
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if count < 2:
        return
    sizes = np.sort(np.bincount(pieces.ravel())[1:])[::-1]
    if sizes[1] > SPECK * sizes[0]:
        raise Refused(
            f"The left ventricle with its wall is in {count} separate pieces in slice {k + 1}; "
            "join them or erase the wrong one."
        )
    notes.append(f"Specks away from the left ventricle were left out in slice {k + 1}.")


def _one_cavity(mask: Mask, k: int, notes: list[str]) -> Mask:
    """A cavity cut up by muscle (near the apex) becomes the hull of its pieces; specks beside a large one go."""
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if count < 2:
        return mask
    sizes = np.sort(np.bincount(pieces.ravel())[1:])[::-1]
    if sizes[1:].sum() <= SPECK * sizes[0]:
        return _largest(mask)
    notes.append(f"Muscle cuts the cavity into {count} pieces in slice {k + 1}; they were joined.")
    return np.asarray(convex_hull_image(mask))


def _closed_part(
    cavity: Mask, disc: Mask, rv: Mask, labels: NDArray[np.uint8], order: NDArray[np.integer], notes: list[str]
) -> tuple[NDArray[np.integer], bool]:
    """The rows between the outermost slices with a closed wall, apex first, and whether that turns the stack around.

    Both cavities taper towards the apex: where most of their blood is, there is the base. Muscle without a cavity caps the apex; at
    the base it is a strip of wall beyond the last slice that counts.
    """
    share = np.array([_closed_share(cavity[row], disc[row], labels[..., k]) for row, k in enumerate(order)])
    blood = (cavity | rv).sum(axis=(1, 2)).astype(float)
    rows = np.flatnonzero(blood)
    flipped = bool((blood[rows] * (rows - rows.mean())).sum() < 0)
    capped = np.arange(len(order)) > rows[-1] if flipped else np.arange(len(order)) < rows[0]
    whole = (share >= COMPLETE) & (disc & ~cavity).any(axis=(1, 2)) & (cavity.any(axis=(1, 2)) | capped)
    closed = np.flatnonzero(whole)
    if len(closed) < FEWEST:
        raise Refused(
            f"Only {len(closed)} slices have wall all around the cavity; at least {FEWEST} are needed. "
            "Close the myocardium in the slices around mid-ventricle."
        )
    rows = np.arange(closed[0], closed[-1] + 1)
    above = order[: closed[0]] if flipped else order[closed[-1] + 1 :]
    if len(above):
        names = ", ".join(str(k + 1) for k in above)
        notes.append(
            f"The wall is not closed around the cavity in slice(s) {names}: the base is cut flat there, "
            "so high that the cavities keep the volume of their labels."
        )
    gaps = [str(order[row] + 1) for row in rows if share[row] < COMPLETE]
    if gaps:
        notes.append(f"The wall has gaps in slice(s) {', '.join(gaps)}; at least 2 mm were assumed there.")
    return (rows[::-1] if flipped else rows), flipped


def _closed_share(cavity: Mask, disc: Mask, labels: NDArray[np.uint8]) -> float:
    """0..1, how much of the cavity's rim has wall beside it; 0 where the label is in pieces."""
    drawn = np.isin(labels, (LV, MYOCARDIUM))
    if (drawn & ~disc).sum() > SPECK * disc.sum():
        return 0.0
    rim = ndimage.binary_dilation(cavity, np.ones((3, 3))) & ~cavity
    if not rim.any():
        return 1.0
    wall = ndimage.binary_dilation(labels == MYOCARDIUM, np.ones((3, 3)))
    return float((wall & rim).sum() / rim.sum())


def line_up(disc: Mask, z: Floats, pixel: Floats) -> Floats:
    """(k, 2) mm that moves the centre of each slice onto a smooth curve: what breath-hold shifts left behind.

    The curve is a parabola in z (a straight line below five slices), fitted to the centres weighted by radius, with
    outliers weighted down (Huber). Small slices at the apex, whose centre says little, are moved less.
    """
    center = np.array([ndimage.center_of_mass(mask) for mask in disc]) * pixel
    weight = np.sqrt(disc.sum(axis=(1, 2)).astype(float))
    degree = 2 if len(z) >= 5 else 1
    scale = max(float(z[-1]), 1.0)
    basis = np.vander(z / scale, degree + 1)
    robust = np.ones(len(z))
    for _ in range(10):
        total = weight * robust
        curve = basis @ np.linalg.lstsq(basis * total[:, None], center * total[:, None], rcond=None)[0]
        off = np.linalg.norm(center - curve, axis=1)
        robust = np.sqrt(np.minimum(1.0, 1.0 / np.maximum(off, 1e-9)))
    trust = np.minimum(1.0, (weight / weight.max()) ** 2 / 0.25)
    return np.asarray((curve - center) * trust[:, None])


def _placement(affine: Floats, spacing: Floats, first: int, flipped: bool) -> Floats:
    """(4, 4), from mm along the stack (x along i, y along j, z from apex to base) to mm in the patient."""
    axes = affine[:3, :3] / spacing
    if np.abs(axes.T @ axes - np.eye(3)).max() > 0.02:
        raise Refused("The slices of this stack are not perpendicular to its axis; resample the scan first.")
    placed = np.eye(4)
    placed[:3, :3] = axes * (1, 1, -1 if flipped else 1)
    placed[:3, 3] = affine[:3, 3] + affine[:3, 2] * first
    return placed
