"""Left ventricle with its wall, left atrium, aortic root and ascending aorta in a contrast CT, without a trained network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, part, silent
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, ROOT, Segmentation
from geometry.segmenters.contrast.grid import Floats, Grid, Points, to_scan
from geometry.segmenters.contrast.locate import locate
from geometry.segmenters.contrast.regions import find_chances

NAME = "contrast_ct"
TITLE = "Contrast CT: left ventricle, atrium, root and ascending aorta"
MODALITY = "CT"
MOST = 8e7  # voxels of all phases: their chances take 1.6 GB
CRUMB = 0.02  # of the largest piece of blood, what is no part of the heart
MODEL_CARD = """
How it works: no trained network. On voxels of 2.5 mm the left ventricle is looked for: of all bright chambers, at every level
that the histogram (or a click) offers for blood, the one with the thickest coat of muscle. About it the scan is put on voxels
of 1 to 1.5 mm along the body's axes, whatever way it lay, and smoothed as much as its own noise asks. Blood is what lies above
halfway to the muscle measured about the ventricle; calcium and metal, far brighter, are not blood. A watershed on the distance
to the wall cuts it at its necks, and what hangs on a part by less than 5 mm is no part of it. The aorta begins at the ventricle
in front, above and to the right and rises as a round vessel; the left atrium is what else touches the ventricle most, veins
that reach further than 24 mm left out. An open mitral valve is cut by the plane of its narrowest section. One centre line
runs from the ventricle into the aorta; of its sections a narrow, a wide and a narrow one at the distances of a root are annulus,
sinuses and junction. The ascending aorta ends where the line leans 31 degrees into an arch that goes on to lie flat. Large parts
that are brighter or darker than the ventricle belong to the right heart, and so do large ones with a coat of muscle. The wall is
as thick as neighbouring rays from the cavity agree on, up to halfway between muscle and what lies beyond; where no border is seen,
as thick as usual where one is; within 7 mm of atrium and aorta there is none. Papillary muscles and mitral leaflets count as
cavity, whose surface lies 0.5 mm further out than the brightness says (at 100 ml; more in smaller cavities), because ridges and
papillary muscles have grown together with the wall. Noise above a quarter of the contrast is told in a note. Doubt: the level of
the surface by 0.15 of the contrast, cuts between parts by 2 mm, the wall by what the rays leave open; widths fitted on generated
patients.
Tuned on: synthetic patients of any build, phase, contrast, noise and direction, with roots of 16 to 30 mm (seeds 0-50, 100-159,
2000-2039 and, for what went wrong altogether, 3012, 4000-4089 and 5000-5085 of the generator of any CT, sampled at 2 mm) by hand.
Tested on: two hundred others (5100-5199, 6000-6099, at 2 mm, one click): none refused; mean Dice ventricle 0.93, wall 0.89, atrium
0.94, root 0.88, aorta 0.95; volume error -1 (SD 3), +2 (4), -1 (5), -4 (16) and 0 (11) %. Six of the two hundred have a part that
is wrong altogether (an aorta cut short in two, a root joined to the right heart in two, an atrium partly missed in two), mostly
where the right heart is as bright as the left; no interval tells that, and a note only one of them (noise). No real CT was tried.
The 90 % intervals held 85, 94, 90, 93 and 90 % of the volumes of the five parts of two hundred others (7000-7199).
`cardiotwin verify imaging-ct` and `imaging-doubt-ct` repeat it.
Limits: the arch and the descending aorta are not labelled. Where the right ventricle is as bright as muscle the thickness of the
septum is a guess. An atrium and a ventricle that open into each other without a waist are cut where the watershed says. The root
comes out 5 % too small, because thin leaflets take up more than they should at 2 mm. Streaks are not removed. Review before use.
"""


def segment(
    image: Image, seeds: Sequence[tuple[float, float, float]] = (), progress: Progress = silent
) -> Segmentation:
    """The left heart; an optional seed (RAS mm) lies in the left ventricle, the left atrium or the aorta."""
    extent = np.array(image.voxels.shape[:3]) * image.spacing
    if min(image.voxels.shape[:3]) < 16 or extent.min() < 50.0:
        raise Refused(f"The CT is too small to hold a heart ({image.voxels.shape}); choose the contrast series.")
    seed = _seed(image, seeds)
    if image.phases > 1:
        return _every_phase(image, seeds, progress)
    progress(0.02, "Looking for the left ventricle")
    found = locate(image, 0, seed)
    chances, grid, notes = find_chances(image, found, part(progress, 0.2, 0.8))
    progress(0.8, "Marking voxels")
    probability, labels = _on_scan(chances, grid, image, part(progress, 0.8, 1.0))
    progress(1.0, "Segmented")
    return Segmentation(labels, image.affine, probability, NAME, seeds=tuple(seeds), notes=notes)


def _every_phase(image: Image, seeds: Sequence[tuple[float, float, float]], progress: Progress) -> Segmentation:
    """The phases one by one, from the same click; end-diastole is where the ventricle is largest."""
    if image.voxels.size > MOST:
        raise Refused(
            f"This CT has {image.phases} phases of {image.voxels[..., 0].size / 1e6:.0f} million voxels, too many to segment "
            "at once; choose one phase (the one with the stillest heart, often 75 % of the beat) and segment it by itself."
        )
    found = []
    for index in range(image.phases):
        step = part(progress, index / image.phases, (index + 1) / image.phases)
        found.append(segment(Image(image.phase(index), image.affine, image.modality), seeds, step))
    sizes = [int((one.labels == LV).sum()) for one in found]
    known = sorted({label for one in found for label in one.probability})
    return Segmentation(
        np.stack([one.labels for one in found], axis=-1),
        image.affine,
        {label: np.stack([one.chance(label, 0) for one in found], axis=-1) for label in known},
        NAME,
        ed=int(np.argmax(sizes)),
        es=int(np.argmin(sizes)),
        seeds=tuple(seeds),
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
    )


def _seed(image: Image, seeds: Sequence[tuple[float, float, float]]) -> Points | None:
    if not seeds:
        return None
    voxel = (np.linalg.inv(image.affine) @ (*seeds[0], 1.0))[:3]
    if np.any(voxel < -0.5) or np.any(voxel > np.array(image.voxels.shape[:3]) - 0.5):
        raise Refused("The seed point lies outside the scan; place it in the aorta or in the left ventricle.")
    return np.asarray(seeds[0], dtype=float)


def _on_scan(
    chances: dict[int, Floats], grid: Grid, image: Image, progress: Progress
) -> tuple[dict[int, Floats], NDArray[np.uint8]]:
    """The chances on the voxels of the scan, and the likeliest label of each voxel."""
    shape = image.voxels.shape[:3]
    labels = np.zeros(shape, dtype=np.uint8)
    best = np.zeros(shape, dtype=np.float32)
    total = np.zeros(shape, dtype=np.float32)
    probability = {}
    for number, (label, chance) in enumerate(chances.items()):
        progress(number / len(chances), "Marking voxels")
        box, values = to_scan(chance, grid, image.affine, shape)
        probability[label] = np.zeros(shape, dtype=np.float32)  # pages that stay 0 take no memory
        probability[label][box] = values
        total[box] += values
        better = values > best[box]
        labels[box][better] = label
        best[box] = np.maximum(best[box], values)
    for k in range(shape[2]):  # slice by slice, which takes no further memory
        labels[:, :, k][best[:, :, k] <= 1.0 - total[:, :, k]] = 0
    labels[_crumbs(labels)] = 0
    return probability, labels


def _crumbs(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Blood from ventricle to aorta, and of the atrium, that is not in one piece with the most of it."""
    out = np.zeros(labels.shape, dtype=bool)
    found = ndimage.find_objects((labels > 0).astype(np.uint8))
    for group in ((LV, ROOT, AORTA), (LEFT_ATRIUM,)) if found else ():
        pieces, _ = ndimage.label(np.isin(labels[found[0]], group))
        size = np.bincount(pieces.ravel())
        size[0] = 0
        out[found[0]] |= (pieces > 0) & (size[pieces] < CRUMB * size.max())
    return out
