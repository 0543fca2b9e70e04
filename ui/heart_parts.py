"""What is told of the heart itself, without any run: its surfaces, regions, segments, or how good its tetrahedra are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.palettes import Bytes, palettes, segment_colours
from geometry.heart_mesh import HeartMesh
from geometry.measures.segments import COUNT, SEGMENT_NAMES
from ui.heart_surface import HeartSurface
from ui.painting import Painting
from ui.session import Session
from ui.surfaces import PLAIN, Ink, inks_of, region_inks

SURFACES, REGIONS, SEGMENTS, ANGLE, RATIO = "", "regions", "aha17", "min_dihedral", "radius_ratio"
WORDS = {
    SURFACES: "Surfaces",
    REGIONS: "Regions",
    SEGMENTS: "17 segments",
    ANGLE: "Quality: smallest angle",
    RATIO: "Quality: radius ratio",
}
QUALITY = (ANGLE, RATIO)
LIMITS = {ANGLE: (0.0, 70.0), RATIO: (1.0, 3.0)}  # the regular tetrahedron: 70.5 degrees and 1


@dataclass(frozen=True)
class Shade:
    """A colour (triangles, 3) for each triangle, and the scale of their legend where they are no names."""

    colours: Bytes
    scale: Painting | None = None


def parts_of(session: Session) -> dict[str, str]:
    """What can be told of this mesh, in words."""
    mesh = session.mesh
    if mesh is None or session.tet_numbers is None:
        return {SURFACES: WORDS[SURFACES]}
    return {part: words for part, words in WORDS.items() if part != SEGMENTS or SEGMENTS in mesh.cell_data}


def part_shown(session: Session) -> str:
    """What is told of the heart: as chosen, else its surfaces."""
    return session.look.part if session.look.part in parts_of(session) else SURFACES


def shade(session: Session, surface: HeartSurface) -> Shade | None:
    """The colours of what is told; None for the surfaces, which are drawn one by one."""
    mesh, numbers, part = surface.mesh, session.tet_numbers, part_shown(session)
    if numbers is None or part == SURFACES:
        return None
    tets = surface.tets(numbers.owner)
    if part == SEGMENTS:
        return Shade(segment_colours()[mesh.cell_data[SEGMENTS][tets].astype(int)])
    if part == REGIONS:
        return Shade(_by_number(mesh.region[tets], region_inks(mesh)))
    scale = quality_scale(part, (numbers.angle if part == ANGLE else numbers.ratio)[tets])
    return Shade(scale.texture[0][(scale.across * 255).astype(np.uint8)], scale)


def inks_shown(session: Session) -> tuple[Ink, ...]:
    """The names in the legend of what is told."""
    mesh, part = session.mesh, part_shown(session)
    if mesh is None or part in QUALITY:
        return ()
    if part == SEGMENTS:
        return _segment_inks(mesh)
    return tuple((inks_of(mesh) if part == SURFACES else region_inks(mesh)).values())


def words_at(session: Session, point: tuple[float, float, float]) -> str:
    """What is told of the tetrahedron nearest to a place, in words; empty for the surfaces."""
    mesh, numbers, part = session.mesh, session.tet_numbers, part_shown(session)
    if mesh is None or numbers is None or part == SURFACES:
        return ""
    tet = nearest_tet(mesh, point)
    if part == SEGMENTS:
        number = int(mesh.cell_data[SEGMENTS][tet])
        return f"Segment {number}: {SEGMENT_NAMES[number - 1]}" if number else "Outside the 17 segments"
    if part == REGIONS:
        return region_inks(mesh)[int(mesh.region[tet])].words
    return f"Smallest angle {numbers.angle[tet]:.1f}\u00b0, radius ratio {numbers.ratio[tet]:.2f}"


def nearest_tet(mesh: HeartMesh, point: tuple[float, float, float]) -> int:
    """The tetrahedron whose middle is nearest to a place, of those around the nearest node."""
    node = int(np.argmin(np.sum((mesh.points - np.asarray(point)) ** 2, axis=1)))
    around = np.flatnonzero((mesh.tets == node).any(axis=1))
    middles = mesh.points[mesh.tets[around]].mean(axis=1)
    return int(around[np.argmin(np.linalg.norm(middles - np.asarray(point), axis=1))])


def quality_scale(part: str, values: NDArray[np.floating]) -> Painting:
    """How the quality of each tetrahedron is painted: what is flat is dark."""
    low, high = LIMITS[part]
    colours = palettes()["lajolla"].colours[15:205]
    texture = colours[np.linspace(0, len(colours) - 1, 256).astype(int)]
    angle = part == ANGLE
    return Painting(
        title="Smallest angle between two faces" if angle else "Radius ratio",
        unit="degrees" if angle else "1: regular",
        low=low,
        high=high,
        low_word="FLAT" if angle else "REGULAR",
        high_word="REGULAR" if angle else "FLAT",
        kind="value",
        across=np.clip((np.nan_to_num(values, posinf=high) - low) / (high - low), 0.0, 1.0),
        up=np.zeros(0),
        values=values,
        texture=(texture[::-1] if angle else texture)[None],
        smooth=True,
        clipped=not angle,
    )


def _segment_inks(mesh: HeartMesh) -> tuple[Ink, ...]:
    names = {number: f"{number}  {SEGMENT_NAMES[number - 1]}" for number in range(1, COUNT + 1)}
    if (mesh.cell_data[SEGMENTS] == 0).any():
        names[0] = "not of the left ventricle"
    colours = segment_colours()
    return tuple(Ink("#{:02x}{:02x}{:02x}".format(*colours[number]), words) for number, words in names.items())


def _by_number(numbers: NDArray[np.integer], inks: Mapping[int, Ink]) -> Bytes:
    colours = np.empty((len(numbers), 3), np.uint8)
    colours[:] = _bytes(PLAIN)
    for number, ink in inks.items():
        colours[numbers == number] = _bytes(ink.colour)
    return colours


def _bytes(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
