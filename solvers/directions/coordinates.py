"""Where a point of the wall lies: smooth Laplace fields between the surfaces, and the heart's own axes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.landmarks import FOUND
from geometry.potential import shape_gradients, slopes, solve_laplace, stiffness
from geometry.progress import Progress, silent

LAPLACE = ("epi", "lv", "rv", "apex_base", "right_left")
RIGHT_VALVE = "rv_valve_center"
KEPT = "laplace_"  # prefix of the fields as point data


@dataclass(frozen=True)
class HeartAxes:
    """The heart's own directions, right-handed unit vectors (3,), and where they start.

    apex, base   mm, ends of the long axis of the left ventricle
    up           from the apex to the base
    septal       across ``up``, from the left to the right ventricle (to the patient's right where there is only one)
    anterior     up x septal: from the inferior to the anterior wall of the left ventricle
    """

    apex: Floats
    base: Floats
    up: Floats
    septal: Floats
    anterior: Floats

    def height(self, points: Floats) -> Floats:
        """(n,), 0 at the apex and 1 at the base plane."""
        return np.asarray((points - self.apex) @ self.up / np.linalg.norm(self.base - self.apex))

    def angle(self, points: Floats) -> Floats:
        """(n,) rad around the long axis, 0 at the septum's middle, +pi/2 at the anterior wall."""
        across = points - self.apex
        return np.arctan2(across @ self.anterior, across @ self.septal)


@dataclass(frozen=True)
class LaplaceFields:
    """Solutions of Laplace's equation on a wall, and their gradients in each tet; the input of every fibre rule.

    epi           (n,) 1 on the epicardium, 0 on both endocardia
    lv, rv        (n,) 1 on that endocardium, 0 on the other surfaces; rv is 0 where there is no right ventricle
    apex_base     (n,) 0 on the axis at the apex, 1 on the base
    right_left    (n,) 0 on the left, 1 on the right endocardium, no flux through the other surfaces; 0 without a right one
    gradients     name -> (m, 3) 1/mm
    at_tets       name -> (m,) value in the middle of each tet
    """

    epi: Floats
    lv: Floats
    rv: Floats
    apex_base: Floats
    right_left: Floats
    gradients: dict[str, Floats]
    at_tets: dict[str, Floats]


def heart_axes(mesh: HeartMesh) -> HeartAxes:
    """The axes from the named surfaces and, where they are given, the landmarks apex and base_center.

    Where the middle of the right ventricle's valves was moved by hand, the septal axis turns with it around the long axis.
    """
    cavity = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    if len(cavity) == 0:
        raise Refused(
            "The mesh has no surface named endo_lv, so its axes are unknown; build the mesh from a segmentation with an LV."
        )
    base = _base_center(mesh)
    outside = mesh.points[np.unique(mesh.tagged("epi"))]
    if "apex" in mesh.landmarks:
        apex = np.array(mesh.landmarks["apex"])
    else:
        apex = outside[np.argmax(np.linalg.norm(outside - base, axis=1))]
    up = _unit(base - apex)
    right = mesh.points[np.unique(mesh.tagged("endo_rv"))]
    toward = right.mean(axis=0) - cavity.mean(axis=0) if len(right) else np.array([1.0, 0.0, 0.0])
    septal = toward - (toward @ up) * up
    if np.linalg.norm(septal) < 1e-6:
        septal = np.cross(up, [0.0, 0.0, 1.0])
    septal = _unit(septal)
    axes = HeartAxes(apex, base, up, septal, np.cross(up, septal))
    if RIGHT_VALVE + FOUND not in mesh.landmarks:
        return axes
    before, after = axes.angle(np.array([mesh.landmarks[RIGHT_VALVE + FOUND], mesh.landmarks[RIGHT_VALVE]]))
    septal = np.cos(after - before) * axes.septal + np.sin(after - before) * axes.anterior
    return HeartAxes(apex, base, up, septal, np.cross(up, septal))


def _base_center(mesh: HeartMesh) -> Floats:
    """The middle of the left ventricle's opening: landmark, else the rim between its endocardium and the base."""
    if "base_center" in mesh.landmarks:
        return np.array(mesh.landmarks["base_center"])
    rim = np.intersect1d(mesh.tagged("endo_lv"), mesh.tagged("base"))
    if len(rim) == 0:
        raise Refused(
            "The left ventricle has no open base (surfaces endo_lv and base do not touch); remesh with a base plane."
        )
    return np.asarray(mesh.points[rim].mean(axis=0))


def laplace_fields(mesh: HeartMesh, progress: Progress = silent) -> LaplaceFields:
    """The five Laplace problems of rule-based fibres with P1 elements (Bayer 2012, doi 10.1007/s10439-012-0593-5).

    Taken from the mesh's point data where ``add_fibers`` has left them, else solved, which takes about a second at 40 000
    nodes. Refuses a mesh without endo_lv, epi and base.
    """
    gradients, volumes = shape_gradients(mesh)
    kept = {name: mesh.point_data[KEPT + name] for name in LAPLACE if KEPT + name in mesh.point_data}
    missing = [name for name in LAPLACE if name not in kept]
    solved = kept | (_solved(mesh, stiffness(mesh, gradients, volumes), missing, progress) if missing else {})
    progress(1.0, "Wall coordinates")
    at = {name: values[mesh.tets].mean(axis=1) for name, values in solved.items()}
    rising = {name: slopes(mesh, gradients, values) for name, values in solved.items()}
    return LaplaceFields(**{name: solved[name] for name in LAPLACE}, gradients=rising, at_tets=at)


def _solved(mesh: HeartMesh, matrix: csr_matrix, wanted: list[str], progress: Progress) -> dict[str, Floats]:
    """Each wanted field (n,) by name: fixed values on the named surfaces, no flux elsewhere."""
    surfaces = {name: np.unique(mesh.tagged(name)) for name in ("endo_lv", "endo_rv", "epi", "base")}
    missing = [name for name in ("endo_lv", "epi", "base") if len(surfaces[name]) == 0]
    if missing:
        raise Refused(
            f"Fibres need the surfaces endo_lv, epi and base; this mesh has no {' and no '.join(missing)}. Mesh it as ventricles."
        )
    lv, rv, epi = surfaces["endo_lv"], surfaces["endo_rv"], surfaces["epi"]
    problems: dict[str, list[tuple[NDArray[np.integer], float]]] = {
        "epi": [(epi, 1.0), (lv, 0.0), (rv, 0.0)],
        "lv": [(epi, 0.0), (rv, 0.0), (lv, 1.0)],
        "rv": [(epi, 0.0), (lv, 0.0), (rv, 1.0)],
        "apex_base": [(surfaces["base"], 1.0), (_apical_core(mesh), 0.0)],
        "right_left": [(lv, 0.0), (rv, 1.0)],
    }
    solved = {}
    for step, name in enumerate(wanted):
        fixed = problems[name]
        progress(step / len(wanted), f"Wall coordinates: {name.replace('_', ' ')}")
        known = name not in ("rv", "right_left") or len(rv) > 0
        solved[name] = solve_laplace(matrix, fixed) if known else np.zeros(len(mesh.points))
    return solved


def _apical_core(mesh: HeartMesh) -> NDArray[np.int64]:
    """Nodes around the long axis through the wall at the apex: a core, so that the field rises along the wall and not
    through it as it would from a single point of the epicardium."""
    axes = heart_axes(mesh)
    away = mesh.points - axes.apex
    along = away @ axes.up
    aside = np.linalg.norm(away - along[:, None] * axes.up, axis=1)
    low = axes.height(mesh.points) < 0.5
    core = np.flatnonzero(low & (aside < 1.2 * mesh.edge_length()))
    return core if len(core) else np.array([np.argmin(np.linalg.norm(away, axis=1))])


def wall_coordinates(mesh: HeartMesh, fields: LaplaceFields) -> dict[str, Floats]:
    """Point data for views and other rooms.

    transmural      0 on both endocardia, 1 on the epicardium
    apex_base       0 at the apex, 1 at the base (Laplace; not linear in mm)
    rotational      rad around the long axis of the left ventricle, 0 at the septum, +pi/2 anterior
    right_left      0 at the left, 1 at the right ventricle's endocardium, in between in the septum (Laplace)
    laplace_*       the fields themselves, so that they need not be solved again
    """
    return {
        **{KEPT + name: getattr(fields, name) for name in LAPLACE},
        "transmural": fields.epi,
        "apex_base": fields.apex_base,
        "rotational": heart_axes(mesh).angle(mesh.points),
        "right_left": fields.right_left,
    }


def _unit(vector: Floats) -> Floats:
    length = np.linalg.norm(vector)
    if length == 0:
        raise Refused("The apex and the base of the heart coincide; check the mesh's landmarks.")
    return np.asarray(vector / length)
