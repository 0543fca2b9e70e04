"""Electrograms of waves that are known: near field, a thin strand, a plane wave, and potentials between the cells."""

from dataclasses import replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.shapes import slab
from solvers.electrophysiology.ecg import Conductor
from solvers.electrophysiology.electrogram import Electrograms, electrogram_rows
from solvers.electrophysiology.extracellular import Bidomain, extracellular_potential
from solvers.electrophysiology.near_field import source_vectors
from solvers.result import Check

NAME = "ep-electrogram"
TITLE = "Electrograms of known waves"

VELOCITY, RISE = 0.5, 0.8  # mm/ms, and ms: V = 50 mV tanh((t - x / v) / rise)
TIMES = np.arange(0.0, 80.0, 0.25)
ONE = Conductor(1.0, 1.0, 1.0)


def verify(progress: Progress) -> list[Check]:
    """Closed-form integrals against quadrature, a strand against its line integral, a plane wave, and manufactured potentials."""
    checks = [Check("near field of one tetrahedron", near_field_error(), 0.0, 1e-4, "1", "quadrature, 8^5 parts")]
    progress(0.1, TITLE)
    checks.append(
        Check("strand, error of its electrogram", strand_error(), 0.0, 0.02, "1", "integral of V'' / r over the line")
    )
    progress(0.3, TITLE)
    late, positive, negative = plane_wave()
    checks.append(Check("steepest fall against activation", late, 0.0, 1.0, "ms", "the front passes below the point"))
    checks.append(
        Check("negative against positive deflection", -negative / positive, 1.0, 0.2, "1", "symmetry: biphasic")
    )
    for name, value, wanted, tolerance, source in bipoles():
        checks.append(Check(name, value, wanted, tolerance, "1", source))
    progress(0.6, TITLE)
    coarse, fine = manufactured_error(2.0), manufactured_error(1.0)
    checks.append(Check("potential between the cells, error at 1 mm", fine, 0.0, 0.02, "1", "manufactured solution"))
    checks.append(Check("order from 2 to 1 mm", float(np.log2(coarse / fine)), 2.0, 0.3, "1", "linear elements"))
    checks.append(
        Check("plane wave between the cells", plane_between(), 0.0, 1e-5, "1", "-sigma_i / (sigma_i + sigma_e) V")
    )
    progress(1.0, TITLE)
    return checks


def near_field_error() -> float:
    """Relative, at a place of one tetrahedron's own edge length away: closed form against many small parts."""
    points = np.array([[0.0, 0.0, 0.0], [1.0, 0.1, 0.0], [0.2, 0.9, 0.1], [0.1, 0.2, 1.1]])
    one = _one_tet(points)
    at = np.array([0.9, 0.9, 0.9])
    exact = source_vectors(one, at, 10.0)[0]
    parts = [points[None]]
    for _ in range(5):
        parts.append(_eighths(parts[-1]))
    corners = parts[-1]
    away = corners.mean(axis=1) - at
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6.0
    many = -(volume[:, None] * away / np.linalg.norm(away, axis=1, keepdims=True) ** 3).sum(axis=0)
    return float(np.linalg.norm(exact - many) / np.linalg.norm(many))


def _one_tet(points: Floats) -> HeartMesh:
    mesh = slab((1.0, 1.0, 1.0), 1.0)
    return replace(mesh, points=points, tets=np.array([[0, 1, 2, 3]], np.int32), region=np.ones(1, np.int32))


def _eighths(corners: Floats) -> Floats:
    """(8 k, 4, 3), each tetrahedron in eight."""
    a, b, c, d = (corners[:, i] for i in range(4))
    ab, ac, ad, bc, bd, cd = (0.5 * (p + q) for p, q in ((a, b), (a, c), (a, d), (b, c), (b, d), (c, d)))
    pieces = [
        (a, ab, ac, ad), (ab, b, bc, bd), (ac, bc, c, cd), (ad, bd, cd, d),
        (ab, ac, ad, bd), (ab, ac, bc, bd), (ac, ad, bd, cd), (ac, bc, bd, cd),
    ]  # fmt: skip
    return np.concatenate([np.stack(piece, axis=1) for piece in pieces])


def wave(points: Floats, angle: float = 0.0) -> Floats:
    """(n, t) mV of a plane wave along x, or turned by ``angle`` deg in the plane."""
    way = np.deg2rad(angle)
    x = points[:, 0] * np.cos(way) + points[:, 1] * np.sin(way)
    return np.asarray(50.0 * np.tanh((TIMES - (x / VELOCITY)[:, None] - 20.0) / RISE))


def strand_error() -> float:
    """Largest difference, as a share of the amplitude, from phi = A / (4 pi) * integral of V'' / r dx, 2 mm beside the strand."""
    mesh = slab((30.0, 0.2, 0.2), 0.1)
    at = np.array([[12.0, 2.1, 0.1]])
    found = electrogram_rows(mesh, at, conductor=ONE) @ wave(mesh.points)
    fine = np.arange(0.0, 30.0, 0.01)
    V = wave(np.column_stack([fine, 0 * fine, 0 * fine]))
    slope = np.gradient(V, fine, axis=0)
    # by parts: A / 4 pi * [V' / r]' - ...; the field of the dipoles V' along the line
    kernel = (fine - at[0, 0]) / ((fine - at[0, 0]) ** 2 + 2.0**2) ** 1.5
    exact = 0.04 / (4 * np.pi) * 0.01 * (kernel @ slope)
    return float(np.abs(found[0] - exact).max() / np.abs(exact).max())


def sheet_electrograms(points: Floats) -> Electrograms:
    """Of the wave in a sheet 30 x 20 x 1 mm."""
    mesh = slab((30.0, 20.0, 1.0), 0.5)
    return Electrograms(points, TIMES, electrogram_rows(mesh, points, conductor=ONE) @ wave(mesh.points))


def plane_wave() -> tuple[float, float, float]:
    """ms from the activation to the steepest fall, and the largest and smallest potential (mV) in the middle, 0.5 mm above."""
    found = sheet_electrograms(np.array([[15.0, 10.0, 1.5]]))
    passing = 15.0 / VELOCITY + 20.0
    inside = np.abs(TIMES - passing) < 15.0  # not the ends of the sheet
    values = found.unipolar[0, inside]
    return float(found.downslope[0] - passing), float(values.max()), float(values.min())


def bipoles() -> list[tuple[str, float, float, float, str]]:
    """Amplitudes of bipoles of some spacings and angles to the wave, against each other."""
    passing = 15.0 / VELOCITY + 20.0
    inside = np.abs(TIMES - passing) < 15.0

    def amplitude(spacing: float, angle: float) -> float:
        way = np.deg2rad(angle)
        half = 0.5 * spacing * np.array([np.cos(way), np.sin(way), 0.0])
        middle = np.array([15.0, 10.0, 2.0])
        return float(np.ptp(sheet_electrograms(np.array([middle - half, middle + half])).bipolar[0, inside]))

    straight = amplitude(1.0, 0.0)
    small = "to first order the spacing along the wave"
    return [
        ("bipole across the wave", amplitude(1.0, 90.0) / straight, 0.0, 0.02, "both points see the same"),
        ("bipole at 60 degrees", amplitude(1.0, 60.0) / straight, 0.5, 0.05, small),
        ("bipole of half the spacing", amplitude(0.5, 0.0) / straight, 0.5, 0.05, small),
    ]


def manufactured_error(edge: float) -> float:
    """Relative L2 error of phi = -s_i / (s_i + s_e) V for V = cos(pi x / L) cos(pi y / L), s = sum of both conductivities."""
    length, sigma = 20.0, Bidomain()
    mesh = slab((length, length, edge), edge)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    V = np.prod(np.cos(np.pi * mesh.points[:, :2] / length), axis=1)
    found = extracellular_potential(mesh, fiber, V[None])[0]
    inside, outside = sigma.inside_fiber + sigma.inside_cross, sigma.outside_fiber + sigma.outside_cross
    exact = -inside / (inside + outside) * V
    return float(np.linalg.norm(found - exact) / np.linalg.norm(exact))


def plane_between() -> float:
    """Relative error of a wave along the fibres between the cells."""
    sigma, mesh = Bidomain(), slab((20.0, 2.0, 2.0), 1.0)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    V = 50.0 * np.tanh((mesh.points[:, 0] - 8.0) / 2.0)
    found = extracellular_potential(mesh, fiber, V[None])[0]
    exact = -sigma.inside_fiber / (sigma.inside_fiber + sigma.outside_fiber) * V
    return float(np.abs((found - found.mean()) - (exact - exact.mean())).max() / np.ptp(exact))
