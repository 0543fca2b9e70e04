"""The blood of one ventricle from a cine: its cavity to the cut base, in which both valves lie side by side.

Valves are as large as those of healthy adults of the same body surface, at end-diastole: mitral ring 3.8 cm2/m2 (Ormiston 1981,
doi:10.1161/01.cir.64.1.113), tricuspid ring 5.5 (Muraru 2022, doi:10.3389/fcvm.2022.1011931), aortic ring 2.36 (CT of 71 adults,
Cardiovasc Metab Sci 32(3), 2021, table 3); the pulmonary ring is taken to be as large as the aortic one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.long_axis import LongAxisPlane
from geometry.meshing.pinches import touching, unpinched
from geometry.meshing.smooth_chambers import smooth_chambers
from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.meshing.ventricle_shape import Field, VentricleShape, walled
from geometry.meshing.ventricle_slices import read_slices
from geometry.meshing.ventricles import RV_WALL, THINNEST, in_patient
from geometry.progress import Progress, part, silent
from geometry.segmentation import Segmentation
from geometry.surface import area_vectors, boundary_facets, main_piece

INLET, OUTLET, WALL = 1, 2, 3
FACETS = {INLET: "inlet", OUTLET: "outlet", WALL: "wall"}
RINGS = {"lv": (380.0, 236.0), "rv": (550.0, 236.0)}  # mm2 for each m2 of body: inlet and outlet
BODY = 1.8  # m2, of an adult whose size nobody told
ROOM = 0.85  # of the base that both valves take at most
TURN = np.radians(30.0)  # from the middle of the septum to its front: where the left outflow tract lies (AHA segment 2)
UP = np.array([0.0, 1.0, 1.0])  # patient (RAS): what the anterior wall of the left ventricle faces
ATTEMPTS = (1.0, 0.8, 0.6)  # of the edges asked for, tried in turn while the surface touches itself
VALVES = {"lv": ("mitral", "aortic"), "rv": ("tricuspid", "pulmonary")}


def build_cavity(
    segmentation: Segmentation,
    side: str = "lv",
    *,
    edge: float = 1.5,
    phase: int | None = None,
    planes: Sequence[LongAxisPlane] = (),
    body: float | None = None,
    progress: Progress = silent,
) -> HeartMesh:
    """Mesh the blood of the left ("lv") or right ("rv") ventricle; facets inlet, outlet (flat, in the base), wall.

    A short-axis stack shows no valves: discs of the usual size for a ``body`` surface in m2 are cut into the base, the outlet
    before the septum in the left ventricle and on the anterior side in the right one, the inlet opposite; the rest of the base
    is wall. Raises Refused where the labels cannot make the cavity.
    """
    if not 0.4 <= edge <= 5.0:
        raise Refused(f"Edges of {edge} mm were asked for; the blood can be meshed with 0.4 to 5 mm.")
    slices = read_slices(segmentation, segmentation.ed if phase is None else phase)
    if side == "rv" and not slices.rv.any():
        raise Refused("The segmentation has no right ventricle to mesh the blood of; draw it first.")
    shape = walled(smooth_chambers(slices, part(progress, 0.0, 0.4), planes), RV_WALL, THINNEST)
    cavity = shape.lv if side == "lv" else shape.rv
    assert cavity is not None
    points, tets = _filled(cavity, shape, edge, part(progress, 0.5, 0.9))
    facets, _ = boundary_facets(tets)
    placed = shape.base.placed(slices.to_patient)
    inlet, outlet = (ring * (body or BODY) for ring in RINGS[side])
    tag = _tagged(points, facets, _outflow(shape, side, placed), inlet, outlet)
    landmarks = {
        f"{FACETS[number]}_center": _point(points[facets[tag == number]].mean(axis=(0, 1)))
        for number in (INLET, OUTLET)
    }
    region = np.ones(len(tets), dtype=np.int32)
    mesh = HeartMesh(points, tets, region, {1: "blood"}, facets, tag, FACETS, "blood_pool", landmarks=landmarks)
    mesh = in_patient(mesh, placed)
    progress(1.0)
    return replace(mesh, notes=(*slices.notes, *_notes(mesh, side)))


def _filled(cavity: Field, shape: VentricleShape, edge: float, progress: Progress) -> tuple[Floats, Ints]:
    """Tetrahedra of the cavity under the base, the surface of which does not touch itself."""
    for share in ATTEMPTS:
        points, tets = stuff(bcc_lattice(*shape.bounds, cube_for(share * edge)), cavity, progress)
        if not len(tets):
            continue
        points, tets = main_piece(points, unpinched(points, tets))
        if not len(touching(points, boundary_facets(tets)[0])):
            return points, tets
    raise Refused(f"The cavity is too narrow for edges of {edge:g} mm; ask for shorter ones.")


def _outflow(shape: VentricleShape, side: str, placed: Floats) -> Floats:
    """(2,) unit vector in the base plane, from the inlet to the outlet."""
    ahead = (np.linalg.inv(placed)[:3, :3] @ UP)[:2]
    ahead /= np.linalg.norm(ahead)
    if side == "rv":
        return np.asarray(ahead)
    septum = (np.linalg.inv(placed)[:3, :3] @ [1.0, 0.0, 0.0])[:2]  # the patient's right, where no right ventricle is
    if shape.rv is not None:
        septum = _middle(shape.rv, shape) - _middle(shape.lv, shape)
    septum /= np.linalg.norm(septum)
    aside = np.array([-septum[1], septum[0]])
    return np.asarray(np.cos(TURN) * septum + np.sin(TURN) * aside * np.sign(aside @ ahead or 1.0))


def _middle(cavity: Field, shape: VentricleShape) -> Floats:
    """(2,) mm, the middle of a cavity just below the base."""
    low, high = shape.bounds
    x, y = np.meshgrid(*(np.arange(low[k], high[k], 2.0) for k in (0, 1)), indexing="ij")
    flat = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, -3.0)])
    return np.asarray(flat[cavity(flat) < 0][:, :2].mean(axis=0))


def _tagged(points: Floats, facets: Ints, way: Floats, inlet: float, outlet: float) -> Ints:
    """(k,) tags; in the flat base a disc of ``outlet`` mm2 farthest along ``way``, one of ``inlet`` mm2 at the other end."""
    tag = np.full(len(facets), WALL, dtype=np.int32)
    base = np.flatnonzero((points[facets][:, :, 2] == 0.0).all(axis=1))
    area = np.linalg.norm(area_vectors(points, facets[base]), axis=1)
    flat = points[facets[base]].mean(axis=1)[:, :2]
    fits = min(1.0, ROOM * area.sum() / (inlet + outlet))
    for number, wanted, ahead in ((OUTLET, fits * outlet, flat @ way), (INLET, fits * inlet, -flat @ way)):
        radius = np.sqrt(wanted / np.pi)
        near = np.abs(ahead - (ahead.max() - 1.1 * radius)) < radius / 2
        middle = np.average(flat[near], axis=0, weights=area[near]) if near.any() else flat.mean(axis=0)
        free = np.flatnonzero(tag[base] == WALL)
        order = free[np.argsort(np.linalg.norm(flat[free] - middle, axis=1))]
        tag[base[order[np.cumsum(area[order]) <= wanted]]] = number
        if not (tag == number).any():
            raise Refused("The base of the cavity is too narrow for its valves; ask for shorter edges.")
    return tag


def _point(place: NDArray[np.floating]) -> tuple[float, float, float]:
    return float(place[0]), float(place[1]), float(place[2])


def _notes(mesh: HeartMesh, side: str) -> list[str]:
    areas = {
        name: np.linalg.norm(area_vectors(mesh.points, mesh.tagged(name)), axis=1).sum() / 100
        for name in ("inlet", "outlet")
    }
    inward, outward = VALVES[side]
    return [
        f"Blood below the cut base: {mesh.tet_volumes().sum() / 1000:.1f} ml.",
        f"A short-axis stack shows no valves: the {inward} one (inlet) has {areas['inlet']:.1f} cm2 and the {outward} one (outlet) "
        f"{areas['outlet']:.1f} cm2, as in healthy adults of that body size; sizes and places are assumed.",
        "This blood is meant for a moving wall; flow between rigid walls is solved from the ventricle to the aorta only.",
    ]
