"""From the labels of a short-axis stack to the tetrahedra of both ventricles."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.held_volume import volume_below, with_volumes
from geometry.meshing.long_axis import LongAxisPlane
from geometry.meshing.pinches import touching, unpinched
from geometry.meshing.smooth_chambers import smooth_chambers
from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.meshing.unflattened import NUDGES, unflattened
from geometry.meshing.ventricle_shape import VentricleShape, walled
from geometry.meshing.ventricle_slices import Slices, read_slices
from geometry.progress import Progress, part, silent
from geometry.quality import min_dihedrals, radius_ratios
from geometry.segmentation import Segmentation
from geometry.surface import boundary_facets, main_piece, oriented

FACETS = {1: "endo_lv", 2: "endo_rv", 3: "epi", 4: "base"}
REGIONS = {1: "lv", 2: "rv"}
FLATTEST, WORST = 6.0, 2.95  # deg, smallest dihedral angle; 99 % radius ratio
OPENED = 7.0  # deg that flatter tetrahedra are opened to
THINNEST = 2.0  # mm of wall kept around the left ventricle where its contours touch
# Edges over those asked for, and least wall over the edges: what is tried in turn while the surface of the mesh touches itself.
ATTEMPTS = ((1.0, 1.0), (1.0, 1.3), (1.0, 1.6), (0.8, 1.5), (0.6, 1.5))
RV_WALL = 3.0  # mm; the free wall is not labelled (3 to 5 mm in adults, doi:10.1016/j.echo.2010.05.010)


def build_ventricles(
    segmentation: Segmentation,
    *,
    edge: float = 1.5,
    phase: int | None = None,
    planes: Sequence[LongAxisPlane] = (),
    progress: Progress = silent,
) -> HeartMesh:
    """Mesh the wall of one phase (end-diastole unless told otherwise) with edges of about ``edge`` mm.

    Facets endo_lv, endo_rv, epi, base; regions 1 lv (with the septum), 2 rv (free wall); without a right-ventricular
    label the left ventricle alone. Labelled long-axis ``planes`` of the same phase tell where apex and base lie.
    Raises Refused where the labels cannot make a ventricle.
    """
    if not 0.4 <= edge <= 5.0:
        raise Refused(f"Edges of {edge} mm were asked for; the ventricles can be meshed with 0.4 to 5 mm.")
    index = segmentation.ed if phase is None else phase
    slices = read_slices(segmentation, index)
    notes = list(slices.notes)
    if planes:
        notes.append(f"Apex and base follow the outlines on {len(planes)} long-axis plane{'s'[: len(planes) - 1]}.")
    chambers = smooth_chambers(slices, part(progress, 0.0, 0.3), planes)
    for attempt, (shorter, thick) in enumerate(ATTEMPTS):
        finer = edge * shorter
        rv_wall = max(RV_WALL, 1.45 * finer)
        thinnest = max(THINNEST, thick * finer)
        doing = part(progress, 0.3 + 0.6 * attempt / len(ATTEMPTS), 0.9 if attempt else 0.95)
        doing(0.0, "putting a wall between the surfaces")
        shape = walled(chambers, rv_wall, thinnest)
        points, tets = stuff(bcc_lattice(*shape.bounds, cube_for(finer)), shape.wall, part(doing, 0.4, 0.9))
        points, tets = main_piece(points, unpinched(points, tets))
        unfit = touching(points, boundary_facets(tets)[0])
        if len(unfit):
            continue
        mesh = with_volumes(_named(shape, points, tets), _drawn(slices, shape), finer, FLATTEST)
        in_base = np.flatnonzero(mesh.points[:, 2] == 0.0)
        mesh = mesh.with_points(unflattened(mesh.points, mesh.tets, in_base, OPENED, NUDGES))
        unfit = _too_flat(mesh)
        if not len(unfit):
            break
    else:
        where = slices.to_patient[:3, :3] @ shape.base.to_stack(unfit[:1])[0] + slices.to_patient[:3, 3]
        raise Refused(
            f"The wall is too thin or too uneven for edges of {edge:.3g} mm at {tuple(int(v) for v in where)} mm (RAS); "
            "ask for shorter ones, or thicken the label there.",
            place=(float(where[0]), float(where[1]), float(where[2])),
        )
    if attempt:
        notes.append(f"The wall is thin in places: at least {thinnest:.1f} mm of it were assumed everywhere.")
    if finer < edge:
        notes.append(f"Edges of {finer:.2f} mm instead of {edge:g} mm, because the wall is thin in places.")
    progress(0.95, "measuring")
    mesh = replace(mesh, landmarks=_landmarks(shape, mesh))
    placed = in_patient(mesh, shape.base.placed(slices.to_patient))
    notes += _notes(slices, shape, mesh, rv_wall)
    progress(1.0)
    return replace(placed, notes=tuple(notes))


def _drawn(slices: Slices, shape: VentricleShape) -> dict[str, float]:
    """mm3 that was drawn of each cavity, by the name of its surface."""
    drawn = {"endo_lv": slices.drawn[0]}
    return drawn if shape.rv is None else drawn | {"endo_rv": slices.drawn[2]}


def _too_flat(mesh: HeartMesh) -> Floats:
    """(n, 3) mm, where tetrahedra are too flat for a solver: the flattest one, or none."""
    angles = min_dihedrals(mesh.points, mesh.tets)
    if angles.min() < FLATTEST or np.percentile(radius_ratios(mesh.points, mesh.tets), 99) > WORST:
        return np.asarray(mesh.points[mesh.tets[[angles.argmin()]]].mean(axis=1))
    return np.zeros((0, 3))


def _named(shape: VentricleShape, points: Floats, tets: Ints) -> HeartMesh:
    """Name facets by the surface they lie on and tetrahedra by the ventricle they belong to."""
    facets, _ = boundary_facets(tets)
    number = {name: tag for tag, name in FACETS.items()}
    surfaces = shape.surfaces(points[facets].mean(axis=1))
    tags = np.array([number[name] for name in surfaces], dtype=np.int32)
    tag = tags[np.abs(np.column_stack(list(surfaces.values()))).argmin(axis=1)]
    tag[(points[facets][:, :, 2] == 0.0).all(axis=1)] = number["base"]
    region = np.ones(len(tets), dtype=np.int32)
    if shape.rv is not None:
        region[shape.lv_outer(points[tets].mean(axis=1)) > 0] = 2
    present = {k: name for k, name in FACETS.items() if (tag == k).any()}
    regions = {k: name for k, name in REGIONS.items() if (region == k).any()}
    return HeartMesh(points, tets, region, regions, facets, tag, present, "ventricles")


def _landmarks(shape: VentricleShape, mesh: HeartMesh) -> dict[str, tuple[float, float, float]]:
    """Apex (outside, of the left ventricle), middle of the cavities, and the middle of the mitral opening."""
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    rim = inner[inner[:, 2] == 0.0]
    epi = mesh.points[np.unique(mesh.tagged("epi"))]
    epi = epi[np.abs(shape.lv_outer(epi)) < 1.0] if shape.rv is not None else epi
    found = {
        "apex": epi[epi[:, 2].argmin()],
        "base_center": (rim.min(axis=0) + rim.max(axis=0)) / 2,
        "lv_center": (inner.min(axis=0) + inner.max(axis=0)) / 2,
    }
    if shape.rv is not None:
        inner = mesh.points[np.unique(mesh.tagged("endo_rv"))]
        found["rv_center"] = inner.mean(axis=0)
    return {name: (float(p[0]), float(p[1]), float(p[2])) for name, p in found.items()}


def in_patient(mesh: HeartMesh, placed: Floats) -> HeartMesh:
    """Into patient coordinates; a stack whose axes are left-handed turns every tetrahedron around."""
    turn, origin = placed[:3, :3], placed[:3, 3]
    points = np.asarray(mesh.points @ turn.T + origin)
    marks = {name: turn @ np.asarray(mark) + origin for name, mark in mesh.landmarks.items()}
    marks["base_normal"] = turn[:, 2] / np.linalg.norm(turn[:, 2])
    landmarks = {name: (float(p[0]), float(p[1]), float(p[2])) for name, p in marks.items()}
    facets = mesh.facets if np.linalg.det(turn) > 0 else np.ascontiguousarray(mesh.facets[:, ::-1])
    return replace(mesh, points=points, tets=oriented(points, mesh.tets), facets=facets, landmarks=landmarks)


def _notes(slices: Slices, shape: VentricleShape, mesh: HeartMesh, rv_wall: float) -> list[str]:
    """What was assumed and how the volumes compare, as sentences."""
    wall = mesh.tet_volumes()[mesh.region == 1].sum()
    parts = [("cavity of the left ventricle", volume_below(mesh.points, mesh.tagged("endo_lv"))), ("its wall", wall)]
    if shape.rv is not None:
        parts.append(("cavity of the right ventricle", volume_below(mesh.points, mesh.tagged("endo_rv"))))
    words = ", ".join(
        f"{name} {volume / 1000:.0f} ml ({drawn / 1000:.0f} ml)"
        for (name, volume), drawn in zip(parts, slices.drawn, strict=False)
    )
    notes = [f"Volumes below the cut base, with those of the labels in brackets: {words}."]
    if shape.rv is None:
        notes.append("The mesh is of the left ventricle alone: there is no label of the right one, or it was left out.")
    else:
        notes.append(f"The free wall of the right ventricle is assumed to be {rv_wall:.1f} mm thick.")
    return notes
