"""The ECG's conductor with an end: against the exact ball, and a dipole along the template chest as in a tube."""

import numpy as np
from numpy.polynomial.legendre import legval
from pyvista import Icosphere

from geometry.heart_mesh import Floats
from geometry.progress import Progress
from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.electrodes import NAMES, place_electrodes
from solvers.electrophysiology.torso import Torso, torso_around
from solvers.electrophysiology.volume_conductor import SkinLeads, skin_potentials, skin_response
from solvers.result import Check

NAME = "ep-ecg-torso"
TITLE = "ECG in a conductor that ends: a ball, and the template chest"
RADIUS = 100.0  # mm


def verify(progress: Progress) -> list[Check]:
    """The worst error in the inner third of a ball, a dipole in its middle, and limb leads of a dipole along the chest."""
    progress(0.0, TITLE)
    ball, electrode = ball_of_triangles(), RADIUS * np.array([0.6, 0.0, 0.8])
    points = np.random.default_rng(0).uniform(-35.0, 35.0, (200, 3))
    points[:3] = [[0.0, 0.0, 0.0], [-0.3, 0.0, -0.4], [0.3, 0.0, 0.4]]
    found = skin_potentials(ball, electrode[None], points, skin_response(ball))[0]
    exact = in_a_ball(electrode, points)
    worst = float(np.abs(found - found[0] - exact + exact[0]).max() / np.ptp(exact))
    progress(0.5, TITLE)
    seen, tube = along_the_chest()
    progress(1.0, TITLE)
    three = float(found[2] - found[1]) * RADIUS**2
    wilson, insulated = "Wilson 1950, doi 10.1161/01.CIR.1.1.84", "4 pi / cross-section of an insulated tube"
    return [
        Check("ball: worst error of the lead's potential", worst, 0.0, 0.01, "1", "the Neumann function of a ball"),
        Check("ball: a dipole in the middle against an unbounded conductor", three, 3.0, 0.03, "1", wilson),
        Check("chest: a dipole along it, shoulder against hip", seen, tube, 0.15 * tube, "1/mm2", insulated),
    ]


def ball_of_triangles() -> Torso:
    """1280 triangles."""
    made = Icosphere(radius=RADIUS, nsub=3)
    return Torso(np.asarray(made.points, np.float64), made.regular_faces.astype(np.int32))


def in_a_ball(electrode: Floats, points: Floats) -> Floats:
    """(n,) 1/mm: sum over n of (2n + 1)/n r^n / R^(n+1) P_n, the Neumann function of a ball, 0 in its middle."""
    far = np.linalg.norm(points, axis=1)
    cosine = points @ electrode / np.maximum(far, 1e-12) / RADIUS
    orders = np.arange(1, 60)
    series = np.vstack([np.zeros_like(far), ((2 * orders + 1) / orders)[:, None] * (far / RADIUS) ** orders[:, None]])
    return np.asarray(legval(cosine, series, tensor=False) / RADIUS)


def along_the_chest() -> tuple[float, float]:
    """1/mm2: what RA sees more than LL of a unit dipole along the chest, and the same in a tube of its cross-section."""
    heart = half_ellipsoid_ventricle(edge=6.0)
    torso, middle, _ = torso_around(heart)
    level = torso.points[np.abs(torso.points[:, 2] - middle[2] - 10.0) < 1e-6]
    x, y = level[:, 0], level[:, 1]
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    at = middle + np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    seen = np.diff(SkinLeads(heart, place_electrodes(heart))(at), axis=1)[:, 0]
    return float(seen[NAMES.index("RA")] - seen[NAMES.index("LL")]), 4 * np.pi / area
