"""Both ventricles in every phase of a cine short-axis MR stack, by a small network trained on synthetic hearts alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, part, silent
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from geometry.segmenters.short_axis.anatomy import CORE, in_time, most_likely, one_heart, round_outline
from geometry.segmenters.short_axis.base import read_base
from geometry.segmenters.short_axis.compact import up_to_compact_muscle
from geometry.segmenters.short_axis.locate import find_heart
from geometry.segmenters.short_axis.network import CAVITY, MUSCLE, NOTHING, OTHER, RIGHT, chances
from geometry.segmenters.short_axis.window import Floats, Window

NAME = "cine_short_axis"
TITLE = "Cine short-axis MR: both ventricles, all phases"
MODALITY = "MR"
MODEL_CARD = """
How it works: a small network (U-Net, 3 million weights, in this program's files) reads all slices of a phase together, each
with how much its pixels change over the beat, in a window around what beats and looks like a left ventricle. Its answers are
smoothed over the beat, kept where they hang together in space and time, and drawn as readers draw: the endocardium at the
compact muscle (what is brighter than 40 % of the way from muscle to blood belongs to the cavity), papillary muscles and
blood that may be cavity within its convex hull. Orientation, mirror and slice order do not matter to it.
Learned from: some 3000 synthetic hearts alone, contrasts drawn anew for each picture (see training/README.md); no patient's
scan was used to learn. Six choices were made while looking at one real patient (Sunnybrook SC-HF-I-1): that fine trabeculae
count as cavity, the 40 %, the greys of muscle and blood from the whole stack, the hull, that basal slices enclosed by less than
half are left out, and slivers too.
Tested on: 50 generated patients kept apart (``cardiotwin verify imaging-generated``): mean Dice LV cavity 0.95, myocardium 0.92,
RV cavity 0.95; EDV 0 +- 6 %, EF -0.7 +- 3.1 points, none refused. One real failing heart (Sunnybrook SC-HF-I-1, which the
choices were made on): Dice cavity 0.93, epicardium 0.96; EDV -1 %, ESV -3 %, EF 28 against 26 %.
Doubt: the chances of the network, read as surfaces that may lie aside together; widths were fitted on generated patients,
then scaled for each quantity so that nine of ten intervals held the truth of 137 others (EDV 0.96, ESV 1.15, EF 0.99, mass
1.30, RV EDV 0.77, RV ESV 0.69, RV EF 0.65; seeds in ``geometry/measures/interval_scale.py``), and judged on seeds from 501600
(``imaging-doubt``). On real scans the intervals may be too narrow.
Limits: the basal slice is the largest error (one slice is 10 to 20 ml): taken by the method and not by the reader, or the other
way round. A sliver of ventricle beside blood of atrium or outflow tract does not count (under half of the blood enclosed, under
half of the area of the slice before, at both ends of the beat; the truth of generated patients is read so too), and a note tells
the volumes with it; another those without larger slices that a stricter reader leaves out. Leaving all of these out was tried: on
30 generated patients errors of EF deviated by 3.6 to 4.2 points instead of 2. The right ventricle at its base and outflow
tract. Bright-blood cine is assumed. Never tried on congenital disease, devices with large artefacts, real-time cine or scans of
children. Review before use.
"""

CLASSES = {LV: CAVITY, MYOCARDIUM: MUSCLE, RV: RIGHT}
VIEWS = (0, 5)  # of each picture, see ``chances``
STILL_LEFT = 0.3  # of the chance of a sliver at the base that is left out: another reader may count it
IN_TIME = 0.03  # of the beat, over which chances are smoothed


def segment(
    image: Image, seeds: Sequence[tuple[float, float, float]] = (), progress: Progress = silent
) -> Segmentation:
    """LV cavity, myocardium and RV cavity of a cine stack; an optional seed (RAS mm) lies in the LV cavity."""
    slices = _cine(image)
    progress(0.0, "Looking for the heart")
    place = find_heart(slices, image.spacing, _seed_in_plane(image, seeds), part(progress, 0.02, 0.2))
    seen = place.window.look(slices, image.spacing)
    chance = chances(seen, range(image.phases), VIEWS, part(progress, 0.2, 0.85))
    progress(0.85, "Putting the heart together")
    chance = one_heart(in_time(chance, IN_TIME * image.phases), place.inside)
    chance = round_outline(up_to_compact_muscle(chance, seen))
    labels, probability = _on_grid(chance, place.window, image)
    volume = chance[:, :, CAVITY].sum(axis=(0, 2, 3), dtype=float)
    ed, es = int(volume.argmax()), int(volume.argmin())
    elsewhere = place.window.back(chance[:, [ed, es], OTHER], labels.shape[:2], image.spacing) > CORE
    base = read_base(labels, np.moveaxis(elsewhere, (0, 1), (2, 3)), image.spacing, (ed, es))
    labels[np.isin(labels, (LV, MYOCARDIUM)) & base.left_out[:, None]] = 0
    for label in (LV, MYOCARDIUM):
        probability[label][:, :, base.left_out] *= STILL_LEFT
    progress(1.0, "Segmented")
    return Segmentation(
        labels=labels,
        affine=image.affine,
        probability=probability,
        method=NAME,
        ed=ed,
        es=es,
        seeds=tuple(seeds),
        notes=base.notes,
    )


def _cine(image: Image) -> NDArray[np.generic]:
    """(slices, phases, nx, ny) grey values."""
    if image.phases < 5:
        raise Refused(
            "The cine short-axis method needs a beating heart: a stack with at least 5 phases, "
            f"and this scan has {image.phases}; choose the cine series."
        )
    if min(image.voxels.shape[:2]) < 32 or image.voxels.shape[2] < 3:
        raise Refused(f"The stack is too small to hold a heart ({image.voxels.shape}); at least 3 slices are needed.")
    return np.moveaxis(image.voxels, (2, 3), (0, 1))


def _seed_in_plane(image: Image, seeds: Sequence[tuple[float, float, float]]) -> tuple[float, float, float] | None:
    """(x mm, y mm, slice index) of the first seed."""
    if not seeds:
        return None
    i, j, k = (np.linalg.inv(image.affine) @ (*seeds[0], 1.0))[:3]
    nx, ny, nz = image.voxels.shape[:3]
    if not (-0.5 <= i < nx and -0.5 <= j < ny and -0.5 <= k < nz):
        raise Refused("The seed point lies outside the scan; place it in the cavity of the left ventricle.")
    return float(i * image.spacing[0]), float(j * image.spacing[1]), float(k)


def _on_grid(chance: Floats, window: Window, image: Image) -> tuple[NDArray[np.uint8], dict[int, Floats]]:
    """Labels and chances (nx, ny, nz, phases) on the voxels of the scan; slice by slice, to hold little at a time."""
    shape = image.voxels.shape[:2]
    best = np.empty((*chance.shape[:2], *shape), dtype=np.uint8)
    probability = {label: np.empty(image.voxels.shape, dtype=np.float32) for label in CLASSES}
    for k in range(len(chance)):
        native = window.back(chance[k], shape, image.spacing)
        native[:, NOTHING] += 1.0 - native.sum(axis=1)
        best[k] = native.argmax(axis=1)
        for label, number in CLASSES.items():
            probability[label][:, :, k] = np.moveaxis(native[:, number], 0, 2)
    labels = np.moveaxis(most_likely(best, float(np.prod(image.spacing[:2]))), (0, 1), (2, 3))
    return np.ascontiguousarray(labels), probability
