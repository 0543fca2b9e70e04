"""Where the coronary arteries leave the aortic root of a contrast CT: bright tubes that begin at its wall."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, label

from geometry.aortic_root import AorticRoot
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.root_grid import RootGrid, root_grid

Side = Literal["left", "right"]
Point = tuple[float, float, float]
Mask = NDArray[np.bool_]
# From the axis, in an axial slice: the left artery leaves to the left and a little back, the right one to the front (RAS).
TOWARDS: dict[Side, Point] = {"left": (-0.94, -0.34, 0.0), "right": (0.17, 0.98, 0.0)}
WIDEST_TURN = 75.0  # deg from there; what leaves the sinus without an artery lies further off
THICK = 3.2  # mm: what holds a ball of this radius is a chamber or a large vessel
BEGINS, REACHES, LOOKED = 2.5, 4.5, 9.0  # mm from the wall: a tube begins by, must get to, and is looked at up to
CALIBRE = (1.2, 6.0)  # mm that a tube is taken for an artery
USUAL = {"calibre": (2.0, 5.0), "height": (6.0, 22.0)}  # mm; mean heights 11 left, 15 right (PMC9991077)
FLATTEST = 3.0  # longest over shortest way across: beyond, it is a sheet between two chambers
BRIGHT = (0.5, 0.7)  # of the blood's contrast: half-way, and above a right heart that is half as bright as the root
FEWEST = 12  # samples
FAINTEST, FAINT = 0.62, 0.75  # of the blood's contrast in the core of a tube: none below, in doubt below
MOST_DOUBTS = 2  # with more of them nothing is proposed
LEAST_CONTRAST = 100.0  # HU of the blood over what lies around it
CALCIUM = 0.5  # of that contrast, above the blood
BIN = 0.75  # mm of distance from the wall over which the middle of a tube is taken
UNSEEN = "No coronary artery can be seen leaving the root {where} on this CT. Place the ostium by a click, where it is known."


@dataclass(frozen=True)
class Ostium:
    """One proposed ostium.

    center, lower   (3,) mm RAS: its middle on the wall, and its lower edge
    height          mm of the middle above the annulus
    calibre         mm, of the tube behind it as wide as a circle of the same area
    followed        mm from the wall to which the tube was seen, ``LOOKED`` at most
    contrast        of its core against the blood in the root, 0: as dark as what is around, 1: as bright
    doubts          what speaks against it, as parts of a sentence
    """

    side: Side
    center: Point
    lower: Point
    height: float
    calibre: float
    followed: float
    contrast: float
    doubts: tuple[str, ...]

    @property
    def sure(self) -> str:
        """How sure it is: "clear", "likely" or "doubtful" with no, one or more doubts; no probability, none was measured."""
        return ("clear", "likely", "doubtful")[min(len(self.doubts), 2)]

    def words(self) -> str:
        """One line: how sure, how wide, how high, and what speaks against it."""
        against = f" ({', '.join(self.doubts)})" if self.doubts else ""
        return f"{self.sure}{against}: {self.calibre:.1f} mm wide, {self.height:.0f} mm above the annulus"


@dataclass(frozen=True)
class OstiaFound:
    """At most one ostium a side, and sentences: which side shows none."""

    ostia: tuple[Ostium, ...]
    notes: tuple[str, ...]


def find_ostia(image: Image, root: AorticRoot, phase: int = 0, progress: Progress = silent) -> OstiaFound:
    """Look for bright tubes that leave the wall up to 25 mm above the annulus; ``phase`` of the image, where it has several.

    Refuses what is no CT and a root without contrast.
    """
    if image.modality != "CT":
        raise Refused("The ostia are looked for on a CT with contrast, and this scan is none. Place them by a click.")
    progress(0.1, "Looking at the wall of the root")
    grid = root_grid(image.phase(phase), image.affine, root)
    dark, blood = _levels(grid)
    if blood - dark < LEAST_CONTRAST:
        raise Refused(
            f"The blood in the root is only {blood - dark:.0f} HU brighter than what is around it: the arteries cannot be "
            "told from it. Place the ostia by a click."
        )
    progress(0.4, "Looking for arteries that leave it")
    share = (grid.values - dark) / (blood - dark)
    found = [tube for bright in BRIGHT for tube in _tubes(grid, share, bright)]
    best = {side: _best(found, side, root) for side in TOWARDS}
    ostia = tuple(one for one in best.values() if one is not None)
    missing = [side for side, one in best.items() if one is None]
    where = f"on the {missing[0]}" if len(missing) == 1 else ""
    notes = (" ".join(UNSEEN.format(where=where).split()),) if missing else ()
    return OstiaFound(ostia, notes)


def _levels(grid: RootGrid) -> tuple[float, float]:
    """HU of the tissue beside the wall (its darker fifth: chambers may touch the root) and of the blood in the root."""
    beside = grid.values[(grid.outside > 1.5) & (grid.outside < 6.0)]
    within = grid.values[grid.outside < -2.0]
    if not len(beside) or not len(within):
        raise Refused("The scan does not reach around the aortic root. Place the ostia by a click.")
    return float(np.percentile(beside, 20)), float(np.median(within))


def _tubes(grid: RootGrid, share: NDArray[np.floating], least: float) -> list["_Tube"]:
    """The tubes among what has at least that share of the contrast."""
    parts, count = label(_thin(grid, share, least), np.ones((3, 3, 3)))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    found = (_tube(grid, share, parts == k, least) for k in range(1, count + 1) if sizes[k] >= FEWEST)
    return [tube for tube in found if tube is not None]


def _thin(grid: RootGrid, share: NDArray[np.floating], least: float) -> Mask:
    """What is bright outside the wall and belongs to nothing thick."""
    calcium = binary_dilation(share > 1.0 + CALCIUM, iterations=1)
    bright = (share > least) & ~calcium
    inside = grid.outside <= 0
    solid = np.pad(bright | inside, 1, mode="edge")
    core = distance_transform_edt(solid, grid.step) > THICK
    thick = (distance_transform_edt(~core, grid.step) <= THICK + grid.step)[1:-1, 1:-1, 1:-1] if core.any() else inside
    return np.asarray(bright & ~inside & ~thick & (grid.outside < LOOKED))


@dataclass(frozen=True)
class _Tube:
    """Middle (3,) on the wall in the frame of the root, the numbers of ``Ostium``, and the threshold it was seen with."""

    least: float
    middle: Floats
    calibre: float
    followed: float
    contrast: float
    place: Point
    lower: Point


def _tube(grid: RootGrid, share: NDArray[np.floating], part: Mask, least: float) -> _Tube | None:
    """The tube that a connected part is; None where it is none, or does not begin at the wall."""
    away, places = grid.outside[part], grid.places(part)
    if away.min() > BEGINS or away.max() < REACHES:
        return None
    begun = np.floor(away / BIN).astype(int)
    levels = [k for k in range(int(REACHES / BIN)) if (begun == k).sum() >= 2]
    if len(levels) < 3:
        return None
    middles = np.array([places[begun == k].mean(axis=0) for k in levels])
    length = float(np.linalg.norm(np.diff(middles, axis=0), axis=1).sum()) * len(levels) / (len(levels) - 1)
    near = np.isin(begun, levels)
    calibre = 2.0 * float(np.sqrt(near.sum() * grid.step**3 / (np.pi * length)))
    if not CALIBRE[0] <= calibre <= CALIBRE[1] or _flatness(places, begun, levels) > FLATTEST:
        return None
    begin = _on_wall(middles, np.array([away[begun == k].mean() for k in levels]))
    core = float(np.mean([share[part][begun == k].max() for k in levels]))
    lower = begin - np.array([0.0, 0.0, calibre / 2])
    if core < FAINTEST:
        return None
    return _Tube(least, begin, calibre, float(away.max()), min(core, 1.0), grid.patient(begin), grid.patient(lower))


def _flatness(places: Floats, begun: NDArray[np.int_], levels: list[int]) -> float:
    """Longest over shortest way across a tube, the median over its levels."""
    found = []
    for level in levels:
        here = places[begun == level]
        spread = np.linalg.svd(here - here.mean(axis=0), compute_uv=False) / np.sqrt(len(here))
        found.append(float(spread[0] / max(spread[1], 0.3)))
    return float(np.median(found))


def _on_wall(middles: Floats, away: Floats) -> Floats:
    """(3,) where the line through the first middles (k, 3) at distances ``away`` (k,) meets the wall."""
    first = slice(0, 4)
    slope, start = np.polyfit(away[first], middles[first], 1)
    return np.asarray(start) if np.linalg.norm(slope) < 3.0 else middles[0]  # nearly along the wall: no crossing


def _best(tubes: list[_Tube], side: Side, root: AorticRoot) -> Ostium | None:
    """The tube of that side with the fewest doubts, then of the lower threshold (whose calibre is right), then the longest."""
    normal = root.ring.normal
    wanted = np.array(TOWARDS[side]) - (np.array(TOWARDS[side]) @ normal) * normal
    wanted /= np.linalg.norm(wanted)
    found = []
    for tube in tubes:
        out = np.asarray(tube.place) - root.ring.center
        out = out - (out @ normal) * normal
        turn = float(np.degrees(np.arccos(np.clip(out @ wanted / np.linalg.norm(out), -1, 1))))
        one = _ostium(tube, side, turn)
        if turn <= WIDEST_TURN and len(one.doubts) <= MOST_DOUBTS:
            found.append((len(one.doubts), tube.least, -one.followed, one))
    return min(found, key=lambda row: row[:3])[3] if found else None


def _ostium(tube: _Tube, side: Side, turn: float) -> Ostium:
    height = float(tube.middle[2])
    spans = (("calibre", tube.calibre, "mm wide"), ("height", height, "mm above the annulus"))
    doubts = [f"{value:.1f} {words}" for key, value, words in spans if not USUAL[key][0] <= value <= USUAL[key][1]]
    if tube.followed < 6.5:
        doubts.append(f"followed for {tube.followed:.0f} mm only")
    if tube.contrast < FAINT:
        doubts.append("faint")
    if turn > 50.0:
        doubts.append(f"{turn:.0f}\u00b0 beside where the {side} one usually leaves")
    return Ostium(side, tube.place, tube.lower, height, tube.calibre, tube.followed, tube.contrast, tuple(doubts))
