"""Apex, middle of the base and of the cavities of a wall whose surfaces have names."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.surface import area_vectors

Landmarks = dict[str, tuple[float, float, float]]


def landmarks_of(mesh: HeartMesh) -> Landmarks:
    """The landmarks that ``geometry.meshing.ventricles`` gives its own meshes; none where the surfaces are not known."""
    inner, rim = mesh.tagged("endo_lv"), np.intersect1d(mesh.tagged("endo_lv"), mesh.tagged("base"))
    if not len(rim) or not len(mesh.tagged("epi")):
        return {}
    cavity, outside = (mesh.points[np.unique(part)] for part in (inner, mesh.tagged("epi")))
    base = (mesh.points[rim].min(axis=0) + mesh.points[rim].max(axis=0)) / 2
    tip = cavity[np.linalg.norm(cavity - base, axis=1).argmax()]
    down = (tip - base) / np.linalg.norm(tip - base)
    found = {
        "apex": _along(outside, tip, down),
        "base_center": base,
        "base_normal": _normal(mesh, -down),
        "lv_center": (cavity.min(axis=0) + cavity.max(axis=0)) / 2,
    }
    if len(mesh.tagged("endo_rv")):
        found["rv_center"] = mesh.points[np.unique(mesh.tagged("endo_rv"))].mean(axis=0)
    return {name: (float(p[0]), float(p[1]), float(p[2])) for name, p in found.items()}


def _along(outside: Floats, tip: Floats, down: Floats) -> Floats:
    """The point outside that lies most nearly below the tip of the cavity."""
    away = outside - tip
    depth = away @ down
    aside = np.linalg.norm(away - depth[:, None] * down, axis=1)
    return np.asarray(outside[np.where(depth > 0, aside, np.inf).argmin()])


def _normal(mesh: HeartMesh, up: Floats) -> Floats:
    """The mean normal of the base, pointing away from the apex."""
    normal = area_vectors(mesh.points, mesh.tagged("base")).sum(axis=0)
    length = float(np.linalg.norm(normal))
    unit = normal / length if length > 0 else up
    return np.asarray(unit if unit @ up > 0 else -unit)
