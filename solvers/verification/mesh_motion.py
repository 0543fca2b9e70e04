"""The wall follows a cine: a ventricle that beats as known, its volumes in every phase, no tetrahedron turned over.

The cavity's radius falls by 0.3 sin^2 of the beat at every height while the long axis keeps its length: a series of one harmonic.
"""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.shapes import half_ellipsoid_ventricle
from geometry.wall_motion.follow import follow_wall
from geometry.wall_motion.motion import WallMotion
from solvers.result import Check
from solvers.verification.motion_phantom import beating_labels, radius_at
from solvers.verification.scar_phantom import Ellipsoids

NAME = "mesh-motion"
TITLE = "The moving wall against a ventricle that beats as known"
EDGE = 3.0  # mm
PIXEL = 1.5  # mm


def verify(progress: Progress) -> list[Check]:
    """Follow twelve phases of 8 mm slices."""
    shape = Ellipsoids()
    mesh = half_ellipsoid_ventricle(EDGE, shape.radius, shape.depth, shape.wall, shape.base)
    return motion_checks(mesh, follow_wall(mesh, beating_labels(shape), progress=progress), shape)


def motion_checks(mesh: HeartMesh, motion: WallMotion, shape: Ellipsoids) -> list[Check]:
    """Volume of each phase, places at end-systole, and what must hold at every moment."""
    inner = np.unique(mesh.tagged("endo_lv"))
    inner = inner[(mesh.points[inner, 2] < -5) & (mesh.points[inner, 2] > -40)]
    at = mesh.points[inner] + motion.displacement(0.5)[inner]
    source = "the shape"
    off = np.hypot(at[:, 0], at[:, 1]) - _radius(shape, at[:, 2])
    least = min(
        float((mesh.with_points(mesh.points + motion.displacement(share)).tet_volumes() / mesh.tet_volumes()).min())
        for share in np.arange(0, 1, 1 / 24)
    )
    period = float(np.abs(motion.displacement(1.0) - motion.displacement(0.0)).max())
    return [
        Check("volume of the moved cavity, worst phase", motion.worst_volume_error("lv"), 0.0, 0.03, "1", "the labels"),
        Check("place of the endocardium at end-systole, mean", float(off.mean()), 0.0, PIXEL / 2, "mm", source),
        Check(
            "place of the endocardium at end-systole, 95 %",
            float(np.percentile(np.abs(off), 95)),
            0.0,
            PIXEL,
            "mm",
            source,
        ),
        Check("smallest share of its volume that a tet keeps", least, 1.0, 0.9, "1", "none turns over"),
        Check("difference after a beat", period, 0.0, 1e-6, "mm", "periodic"),
        Check(
            "displacement at end-diastole",
            float(np.abs(motion.displacement(0.0)).max()),
            0.0,
            1e-4,
            "mm",
            "by definition",
        ),
    ]


def _radius(shape: Ellipsoids, height: Floats) -> Floats:
    end_systole = float(radius_at(shape, np.array(0.5)))
    return np.asarray(end_systole * np.sqrt(1 - (height / shape.depth) ** 2))
