"""Volume, mass and wall thickness of shapes with a known answer, on the grids of real scans, at random places and directions.

Half ellipsoid of 25 x 25 x 80 mm: 2/3 pi 25^2 80 = 104.72 ml; shell to 35 x 35 x 90 mm: 132.5 g at 1.05 g/ml; sphere of 30 in one
of 40 mm: a wall of 10 mm. Whole slices cannot know where in its slice a flat base lies: with 8 and 10 mm slices the volume is
measured with each voxel counted by the share of it that is filled, and what labels alone lose is given beside it against its bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.measure import MYOCARDIAL_DENSITY
from geometry.measures.volumes import base_step, expected_volumes, volume_curve
from geometry.measures.wall import wall_thickness
from geometry.progress import Progress
from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from solvers.result import Check

NAME = "imaging-phantoms"
TITLE = "Volume, mass and thickness of analytic shapes"
GRIDS = {"1 mm voxels": (1.0, 1.0, 1.0), "8 mm slices": (1.4, 1.4, 8.0), "10 mm slices": (1.8, 1.8, 10.0)}
TRIALS = 8
CAVITY, OUTSIDE = (25.0, 80.0), (35.0, 90.0)  # mm: radius, height
VOLUME = 2 / 3 * np.pi * 25.0**2 * 80.0 / 1000.0
MASS = MYOCARDIAL_DENSITY * 2 / 3 * np.pi * (35.0**2 * 90.0 - 25.0**2 * 80.0) / 1000.0
SPHERES = (30.0, 30.0), (40.0, 40.0)
THICKNESS = 10.0
SUBSAMPLES = 5
SOURCE = "exact; random offsets and directions"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Phantom:
    """A shell around a cavity: (radius, height) in mm of both, closed or cut flat through its middle."""

    inner: tuple[float, float]
    outer: tuple[float, float]
    closed: bool = False


def verify(progress: Progress) -> list[Check]:
    """Measure each shape on each grid, several times; relative errors, the worst and the mean of them."""
    checks: list[Check] = []
    random = np.random.default_rng(11)
    for number, (words, spacing) in enumerate(GRIDS.items()):
        progress(number / len(GRIDS), f"Phantoms on {words}")
        found = np.array(list(_half_ellipsoids(np.array(spacing), random)))
        checks += _volume_checks(words, found, thick=spacing[2] > 2 * spacing[0])
        errors = np.array(list(_spheres(np.array(spacing), random)))
        checks += _worst_and_mean(f"sphere shell, {words}: wall thickness", errors, 0.03)
    return checks


def label_phantom(shape: Phantom, spacing: Floats, tilt: float, random: np.random.Generator) -> Segmentation:
    """A phantom with its axis turned away from the slices by ``tilt`` rad, at a random place on the grid.

    A voxel is labelled where its centre lies inside; in thick slices its probability is the share of it that is filled.
    """
    upright = shape.outer[0] + np.sin(tilt) * (max(shape.outer) - shape.outer[0]) + 12.0
    size = np.array([upright, upright, max(shape.outer) + 5.0])
    count = np.ceil(2 * size / spacing).astype(int) + 1
    shift = random.uniform(-0.5, 0.5, 3)
    axes = [
        ((np.arange(n) - (n - 1) / 2 + at) * step).astype(np.float32)
        for n, at, step in zip(count, shift, spacing, strict=True)
    ]
    turn = _rotation(tilt, random)
    places = _turned(axes, turn)
    labels = np.where(_inside(places, shape.outer, shape.closed), MYOCARDIUM, 0).astype(np.uint8)
    labels[_inside(places, shape.inner, shape.closed)] = LV
    chance = {}
    if spacing[2] > 2 * spacing[0]:
        inner, outer = np.zeros(count, np.float32), np.zeros(count, np.float32)
        for lift in ((np.arange(SUBSAMPLES) + 0.5) / SUBSAMPLES - 0.5) * spacing[2]:
            places = _turned([axes[0], axes[1], axes[2] + np.float32(lift)], turn)
            inner += _inside(places, shape.inner, shape.closed) / SUBSAMPLES
            outer += _inside(places, shape.outer, shape.closed) / SUBSAMPLES
        chance = {LV: inner, MYOCARDIUM: outer - inner}
    return Segmentation(labels, np.diag([*spacing, 1.0]), chance, "phantom")


def _half_ellipsoids(spacing: Floats, random: np.random.Generator) -> Iterator[tuple[float, ...]]:
    """Relative errors: volume and mass by label, by share of the voxel, and of the label's volume over its bound."""
    fine = spacing[2] < 2 * spacing[0]
    for _ in range(TRIALS):
        tilt = random.uniform(0.0, np.pi / 2) if fine else np.deg2rad(random.uniform(0.0, 20.0))
        made = label_phantom(Phantom(CAVITY, OUTSIDE), spacing, tilt, random)
        labelled, shares = ((f(made, LV)[0], f(made, MYOCARDIUM)[0]) for f in (volume_curve, expected_volumes))
        yield (
            labelled[0] / VOLUME - 1,
            labelled[1] * MYOCARDIAL_DENSITY / MASS - 1,
            shares[0] / VOLUME - 1,
            shares[1] * MYOCARDIAL_DENSITY / MASS - 1,
            abs(labelled[0] - VOLUME) / base_step(made, LV, 0),
        )


def _spheres(spacing: Floats, random: np.random.Generator) -> Iterator[float]:
    """Relative errors of the thickness of every segment that could be measured."""
    for trial in range(TRIALS):
        closed = trial % 2 == 1
        tilt = random.uniform(0.0, np.pi / 2 if closed or spacing[2] < 2 * spacing[0] else np.deg2rad(20.0))
        wall = wall_thickness(label_phantom(Phantom(*SPHERES, closed), spacing, tilt, random))
        if wall is None:
            yield np.inf
        else:
            yield float(np.nanmean(wall.thickness) / THICKNESS - 1)


def _volume_checks(words: str, found: Floats, thick: bool) -> list[Check]:
    shape = f"half ellipsoid, {words}"
    checks: list[Check] = []
    for column, (what, most) in enumerate((("volume", 0.01), ("mass", 0.015))):
        if thick:
            checks += _worst_and_mean(f"{shape}: {what} by filled share", found[:, 2 + column], most)
        else:
            checks += _worst_and_mean(f"{shape}: {what}", found[:, column], most)
    if thick:
        bound = "half of the basal slice: labels of whole slices know no more"
        checks.append(
            Check(
                f"{shape}: volume by label, worst error over its bound", float(found[:, 4].max()), 0.0, 1.0, "1", bound
            )
        )
    return checks


def _worst_and_mean(what: str, errors: Floats, most: float) -> list[Check]:
    return [
        Check(f"{what}, worst of {len(errors)}", float(np.abs(errors).max()), 0.0, most, "1", SOURCE),
        Check(f"{what}, mean", float(errors.mean()), 0.0, most, "1", SOURCE),
    ]


def _turned(axes: list[NDArray[np.float32]], turn: Floats) -> list[NDArray[np.float32]]:
    """x, y, z of every voxel in the frame of the shape."""
    x, y, z = axes[0][:, None, None], axes[1][:, None], axes[2]
    t = turn.astype(np.float32)
    return [x * t[0, i] + y * t[1, i] + z * t[2, i] for i in range(3)]


def _inside(places: list[NDArray[np.float32]], size: tuple[float, float], closed: bool) -> NDArray[np.bool_]:
    x, y, z = places
    within = (x * x + y * y) / size[0] ** 2 + z * z / size[1] ** 2 < 1
    return np.asarray(within if closed else within & (z < 0))


def _rotation(tilt: float, random: np.random.Generator) -> Floats:
    def about_z(angle: float) -> Floats:
        c, s = np.cos(angle), np.sin(angle)
        return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])

    c, s = np.cos(tilt), np.sin(tilt)
    lean = np.array([[c, 0, s], [0, 1.0, 0], [-s, 0, c]])
    first, second = random.uniform(0, 2 * np.pi, 2)
    return np.asarray(about_z(first) @ lean @ about_z(second))
