"""Re-entry through the isthmus of an infarct, by programmed stimulation beside the scar; gone after a lesion across it.

By hand: the isthmus with its mouths is 34 mm of grey zone at 0.15 to 0.18 m/s, 190 to 220 ms; around the scar it is half an
ellipse, 60 mm at 0.35 to 0.7 m/s, 85 to 170 ms. Velocities are those of tissue at rest; early after a beat, and out of a mouth
into wide tissue, waves are slower. So a cycle is longer than 270 ms. It begins when the mouth beside the electrode is still
refractory and the other, which the premature beat reaches later than its predecessor did, is not.

The numbers of the grey zone were picked, between those of healthy tissue (both mouths conduct) and those of Arevalo 2016
(both block), so that one mouth blocks: the problem shows what the protocol finds where there is something to find.
"""

from dataclasses import replace
from typing import Any

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
from solvers.scenario import Electrophysiology, Lesion
from solvers.wall_records import FiberAngles, GreyZone, Velocities

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
    grey_zone=GreyZone(fiber=0.22, cross=0.52, sodium=0.4, calcium=0.5, rapid=0.25, slow=0.25),
)


def verify(progress: Progress = silent) -> list[Check]:
    """The same protocol from the same site before a lesion, after one across the isthmus, and after one far from it."""
    mesh = scarred_ventricle()
    before, across, far = (
        induced(mesh, lesions, part(progress, k / 3, (k + 1) / 3))
        for k, lesions in enumerate(((), (lesion(mesh),), (lesion(mesh, np.pi),)))
    )
    cycle = before["attempts"][-1]["cycle_length_ms"] or np.nan
    captured = [one["captured"] for one in across["attempts"]]
    return [
        Check(
            "sites with re-entry before a lesion", len(before["inducible_from"]), 1.0, 0.0, "", "a wave that finds rest"
        ),
        Check("cycle length", cycle, 435.0, 165.0, "ms", "by hand over 270; tachycardia of 100 a minute or more"),
        Check("sites with re-entry, lesion across", len(across["inducible_from"]), 0.0, 0.0, "", "no way back"),
        Check("S2 of 350 ms captured all the same", float(captured[0]), 1.0, 0.0, "", "paced as before"),
        Check("sites with re-entry, lesion far away", len(far["inducible_from"]), 1.0, 0.0, "", "circuit untouched"),
    ]


def induced(mesh: HeartMesh, lesions: tuple[Lesion, ...], progress: Progress = silent) -> dict[str, Any]:
    """The answer of programmed stimulation from ``SITE``."""
    scenario = TISSUE.model_copy(update={"lesions": lesions})
    return induction(mesh, scenario, {SITE: scar_sites(mesh)[SITE]}, PROTOCOL, progress)


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


def lesion(mesh: HeartMesh, turn: float = 0.0) -> Lesion:
    """A line through the wall from the middle of one core to that of the other; ``turn`` (rad) away around the axis."""
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    half = (WIDTH + CORE) / 2 / (RADIUS + WALL / 2)
    ends = []
    for angle in (-half, half):
        wanted = [RADIUS * np.cos(angle + turn), RADIUS * np.sin(angle + turn), MIDDLE]
        place = inner[np.argmin(np.linalg.norm(inner - wanted, axis=1))]
        ends.append((float(place[0]), float(place[1]), float(place[2])))
    return Lesion(shape="line", points=tuple(ends), radius=3.0)
