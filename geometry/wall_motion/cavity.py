"""The blood of a ventricle follows the cine as the wall around it would: its wall the outlines, its valve plane the base."""

from dataclasses import replace

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from geometry.segmentation import Segmentation
from geometry.surface import area_vectors
from geometry.wall_motion.follow import follow_wall
from geometry.wall_motion.motion import WallMotion, harmonics

FLAT = 1e-3  # mm that a node of the base may lie off its plane
BASE, ENDO = 1, 2


def follow_cavity(
    blood: HeartMesh,
    segmentation: Segmentation,
    side: str = "lv",
    shares: Floats | None = None,
    period: float | None = None,
    progress: Progress = silent,
) -> WallMotion:
    """The motion of the blood of the left ("lv") or right ("rv") ventricle, of ``meshing.cavity_blood`` at end-diastole.

    shares and period as of ``follow_wall``; the volumes are those of the moved tetrahedra, in ml.
    Refuses what ``follow_wall`` refuses, and blood whose openings do not lie in one plane.
    """
    motion = follow_wall(as_wall(blood, side), segmentation, shares, period, progress)
    at = harmonics(motion.shares, motion.order)
    volumes = [
        blood.with_points(blood.points + np.tensordot(row, motion.series, axes=1)).tet_volumes().sum() for row in at
    ]
    name = next(iter(motion.volumes))
    whole = np.array(volumes) / 1000.0
    wanted = motion.wanted[name] / motion.wanted[name][motion.ed] * whole[motion.ed]
    return replace(motion, volumes={side: whole}, wanted={side: wanted}, wall=np.ones(len(motion.shares)))


def as_wall(blood: HeartMesh, side: str) -> HeartMesh:
    """The same nodes with the names and normals of a ventricle's wall: what bounds the blood is endocardium or base."""
    flat = np.concatenate([blood.tagged("inlet"), blood.tagged("outlet")])
    if not len(flat):
        raise Refused("The blood has no openings, so its valve plane is unknown. Make the mesh again.")
    vectors = area_vectors(blood.points, flat)
    up = vectors.sum(axis=0) / np.linalg.norm(vectors.sum(axis=0))
    middle = blood.points[np.unique(flat)].mean(axis=0)
    height = (blood.points - middle) @ up
    if np.abs(height[np.unique(flat)]).max() > FLAT:
        raise Refused("The openings of this blood do not lie in one plane; only a ventricle's blood can follow a cine.")
    base = (np.abs(height[blood.facets]) <= FLAT).all(axis=1)
    apex = blood.points[int(height.argmin())]
    landmarks = {"apex": _place(apex), "base_center": _place(middle), "base_normal": _place(up)}
    return replace(
        blood,
        kind="ventricles",
        facets=blood.facets[:, ::-1],
        facet_tag=np.where(base, BASE, ENDO),
        facet_names={BASE: "base", ENDO: f"endo_{side}"},
        region_names={1: side},
        landmarks=landmarks,
    )


def _place(at: Floats) -> tuple[float, float, float]:
    return float(at[0]), float(at[1]), float(at[2])
