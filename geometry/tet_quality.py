"""Quality of every tetrahedron beside its mesh on disk, so that views need not measure: numbers, histograms, the worst."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.quality import Quality, mesh_quality, min_dihedrals, radius_ratios
from geometry.surface import facet_owners

NUMBERS, SUMMARY = "quality.npz", "quality.json"
WORST = 5
PIECE = 200_000  # tetrahedra measured at a time: less memory, and faster
ANGLE_EDGES = np.linspace(0.0, 75.0, 31)  # degrees; that of the regular tetrahedron is 70.5
RATIO_EDGES = np.linspace(1.0, 4.0, 31)


@dataclass(frozen=True)
class Flat:
    """One tetrahedron: its middle (x, y, z) mm RAS, smallest dihedral angle (degrees) and radius ratio."""

    place: tuple[float, float, float]
    angle: float
    ratio: float


@dataclass(frozen=True)
class Histogram:
    """How many tetrahedra lie between two neighbouring edges; those beyond the last are counted in the last."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class TetQuality:
    """A mesh in short: its quality, volume (mm3), both histograms and its flattest tetrahedra, worst first."""

    whole: Quality
    volume: float
    angles: Histogram
    ratios: Histogram
    worst: tuple[Flat, ...]


@dataclass(frozen=True)
class TetNumbers:
    """Of each tetrahedron (m,) its smallest dihedral angle (degrees) and radius ratio; of each facet (k,) its tetrahedron."""

    angle: NDArray[np.float32]
    ratio: NDArray[np.float32]
    owner: Ints


def measure_tets(mesh: HeartMesh) -> tuple[TetQuality, TetNumbers]:
    """Measure every tetrahedron of a mesh, a second for half a million."""
    starts = range(0, len(mesh.tets), PIECE)
    pieces = [mesh.tets[start : start + PIECE] for start in starts]
    angle = np.concatenate([min_dihedrals(mesh.points, piece) for piece in pieces])
    ratio = np.concatenate([radius_ratios(mesh.points, piece) for piece in pieces])
    found = TetQuality(
        whole=mesh_quality(mesh, angle, ratio),
        volume=float(mesh.tet_volumes().sum()),
        angles=_histogram(angle, ANGLE_EDGES),
        ratios=_histogram(ratio, RATIO_EDGES),
        worst=_worst(mesh, angle, ratio),
    )
    return found, TetNumbers(angle.astype(np.float32), ratio.astype(np.float32), facet_owners(mesh.tets, mesh.facets))


def save_quality(mesh: HeartMesh, folder: Path) -> None:
    """Measure a mesh and keep the numbers in its folder."""
    found, numbers = measure_tets(mesh)
    (folder / SUMMARY).write_text(json.dumps(asdict(found)))
    np.savez(folder / NUMBERS, angle=numbers.angle, ratio=numbers.ratio, owner=numbers.owner)


def load_quality(folder: Path) -> TetQuality | None:
    """What ``save_quality`` told of a mesh in short; None where it was not measured."""
    path = folder / SUMMARY
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    return TetQuality(
        whole=Quality(**facts["whole"]),
        volume=facts["volume"],
        angles=Histogram(**{name: tuple(values) for name, values in facts["angles"].items()}),
        ratios=Histogram(**{name: tuple(values) for name, values in facts["ratios"].items()}),
        worst=tuple(
            Flat((f["place"][0], f["place"][1], f["place"][2]), f["angle"], f["ratio"]) for f in facts["worst"]
        ),
    )


def load_numbers(folder: Path) -> TetNumbers | None:
    """The numbers of every tetrahedron; None where they were not measured."""
    path = folder / NUMBERS
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as data:
        return TetNumbers(data["angle"], data["ratio"], data["owner"])


def _histogram(values: Floats, edges: Floats) -> Histogram:
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
    return Histogram(tuple(float(edge) for edge in edges), tuple(int(count) for count in counts))


def _worst(mesh: HeartMesh, angle: Floats, ratio: Floats) -> tuple[Flat, ...]:
    picked = np.argsort(angle)[:WORST]
    middles = mesh.points[mesh.tets[picked]].mean(axis=1)
    return tuple(
        Flat((float(p[0]), float(p[1]), float(p[2])), float(angle[t]), float(ratio[t]))
        for p, t in zip(middles, picked, strict=True)
    )
