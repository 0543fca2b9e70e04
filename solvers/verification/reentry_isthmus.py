"""Re-entry through the isthmus of an infarct, by programmed stimulation beside the scar; gone after a lesion across it.

By hand: in the isthmus (40 mm of grey zone with its mouths, some 0.15 m/s) a wave needs some 250 ms, around the scar (70 to
90 mm at 0.35 to 0.7 m/s) some 150 ms. That is longer than the grey zone is refractory (some 370 ms after beats 500 ms
apart), so a wave that goes around meets tissue at rest. It begins when the mouth beside the electrode is still refractory
and the other, which the premature beat reaches later than its predecessor did, is not.
"""

from dataclasses import replace

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part, silent
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from geometry.shapes import half_ellipsoid_ventricle
from solvers.arrhythmia.induction import induction
from solvers.arrhythmia.protocol import Protocol
from solvers.arrhythmia.sites import scar_sites
from solvers.directions.fibers import add_fibers
from solvers.result import Check
from solvers.scenario import Electrophysiology, FiberAngles, GreyZone, Lesion, Velocities

NAME = "ep-isthmus"
TITLE = "Re-entry through the isthmus of a scar is induced, and not after a lesion across it"
LONG = True

EDGE, NOMINAL = 1.75, 0.83  # mm; of the mean edge: those across its prisms are longer than the ellipsoid is asked for
RADIUS, DEPTH, WALL = 23.0, 60.0, 6.0  # mm, of the cavity; of the wall
MIDDLE = -20.0  # mm, height of the scar's middle below the base of the ellipsoid
LENGTH, WIDTH, CORE, RIM = 28.0, 8.0, 14.0, 3.0  # mm: of the isthmus; across it; across each core; grey zone around
SITE = "apical of the scar"
PROTOCOL = Protocol(s1=500.0, train=2, extras=((350.0, 340.0, 330.0),), watch=1200.0)
TISSUE = Electrophysiology(
    velocities=Velocities(fiber=0.7, cross=0.35),
    grey_zone=GreyZone(fiber=0.25, cross=0.6, sodium=0.4, calcium=0.5, rapid=0.25, slow=0.25),
)


def verify(progress: Progress = silent) -> list[Check]:
    """The same protocol from the same site before and after the lesion."""
    mesh = scarred_ventricle()
    site = {SITE: scar_sites(mesh)[SITE]}
    treated = TISSUE.model_copy(update={"lesions": (lesion(mesh),)})
    before = induction(mesh, TISSUE, site, PROTOCOL, part(progress, 0.0, 0.6))
    after = induction(mesh, treated, site, PROTOCOL, part(progress, 0.6, 1.0))
    last, source = before["attempts"][-1], "a circuit longer than its wave"
    captured = sum(one["captured"] for one in after["attempts"])
    return [
        Check("sites with re-entry before", len(before["inducible_from"]), 1.0, 0.0, "", source),
        Check("cycle length", last["cycle_length_ms"], 410.0, 80.0, "ms", "by hand: isthmus and way around"),
        Check("sites with re-entry after the lesion", len(after["inducible_from"]), 0.0, 0.0, "", "no way back"),
        Check("premature beats that captured after it", float(captured), 2.0, 1.0, "", "paced as before"),
    ]


def scarred_ventricle(edge: float = EDGE) -> HeartMesh:
    """A left ventricle with two transmural cores side by side on its lateral wall, grey zone between and around them."""
    return add_fibers(with_scar(half_ellipsoid_ventricle(NOMINAL * edge, RADIUS, DEPTH, WALL)), FiberAngles())


def with_scar(mesh: HeartMesh) -> HeartMesh:
    """Two ellipses of core along the axis of the heart, the isthmus between them, in one ellipse of grey zone."""
    x, y, z = mesh.points[mesh.tets].mean(axis=1).T
    along = (z - MIDDLE) / (LENGTH / 2)
    around = np.abs(np.arctan2(y, x)) * (RADIUS + WALL / 2)
    core = along**2 + ((around - (WIDTH + CORE) / 2) / (CORE / 2)) ** 2 < 1
    grey = ((z - MIDDLE) / (LENGTH / 2 + RIM)) ** 2 + (around / (WIDTH / 2 + CORE + RIM)) ** 2 < 1
    region = np.where(core, 3, np.where(grey, 2, 1)).astype(np.int32)
    return replace(mesh, region=region, region_names={1: "lv", 2: BORDER_ZONE, 3: SCAR_CORE})


def lesion(mesh: HeartMesh) -> Lesion:
    """A line on the endocardium from the middle of one core to that of the other, through the wall."""
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    half = (WIDTH + CORE) / 2 / (RADIUS + WALL / 2)
    ends = []
    for angle in (-half, half):
        turn = np.abs(np.arctan2(inner[:, 1], inner[:, 0]) - angle) * RADIUS
        place = inner[np.argmin(np.hypot(turn, inner[:, 2] - MIDDLE))]
        ends.append((float(place[0]), float(place[1]), float(place[2])))
    return Lesion(shape="line", points=tuple(ends), radius=3.0)
