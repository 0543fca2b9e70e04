"""What is laid over the painted heart: flow arrows, fibre strokes, the activation front, the marked places."""

from collections.abc import Sequence

import numpy as np
import pyvista as pv

from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import with_unit
from solvers.result import Field
from solvers.scenario import PacingSite
from ui.fiber_scale import helix_scale, line_cells
from ui.heart_parts import QUALITY
from ui.heart_surface import long_cut
from ui.painting import Painting, frame_at
from ui.scene import Scene
from ui.session import Session

MOST_ARROWS = 350
SEEN_THROUGH = 0.16  # opacity of the wall around fibres
NETWORK_COLOUR = (16, 21, 27)
SITE_COLOUR = "#ffd166"


def show_arrows(scene: Scene, session: Session) -> None:
    """Arrows of a vector field on the cut, in every view those of its run; none where the heart is whole."""
    for view in scene.views:
        view.hide("arrows")
    mesh, look = session.mesh, session.look
    shown = [session.drawn]
    if session.step == "compare":
        other = session.result_of(look.other)
        shown = [] if look.difference else [*shown, other.fields.get(look.field) if other is not None else None]
    if mesh is None or not session.cut:
        return
    origin, normal = long_cut(mesh)
    near = np.flatnonzero(np.abs((mesh.points - origin) @ normal) < mesh.edge_length() * 0.6)
    near = near[:: max(1, len(near) // MOST_ARROWS)]
    found = [_vectors(field, session.time) for field in shown]
    top = max((float(np.linalg.norm(v, axis=1).max(initial=0.0)) for v in found if v is not None), default=0.0)
    for view, vectors in zip(scene.views, found, strict=False):
        if vectors is not None and len(vectors) == len(mesh.points):
            view.show_arrows(mesh.points[near], vectors[near], mesh.edge_length() * 3.5, top)


def _vectors(field: Field | None, time: float) -> Floats | None:
    """(n, 3) of a vector field at a time, ms; None where the field has no direction."""
    values = np.asarray(field.values) if field is not None else np.empty(0)
    if field is None or values.ndim != (3 if field.times else 2):
        return None
    return np.asarray(values[frame_at(field, time)] if field.times else values)


def show_fibers(scene: Scene, session: Session) -> None:
    """Lines along the fibres through a wall like glass, where they are wanted and traced."""
    view, lines = scene.views[0], session.fiber_lines
    if lines is None or not session.look.fibers or scene.surface is None:
        view.hide("fibers")
        return
    poly = pv.PolyData(lines.points, lines=line_cells(lines))
    poly.point_data["colour"] = helix_scale().texture[0][(helix_scale(lines.helix).across * 255).astype(np.uint8)]
    if scene.surface.cut is not None:
        origin, normal = scene.surface.cut
        poly = poly.clip(normal=normal, origin=origin, invert=True)
    view.show_lines("fibers", poly)
    view.make_glass(SEEN_THROUGH)


def show_network(scene: Scene, session: Session) -> None:
    """The Purkinje network that a shown run grew, as dark lines on the endocardium."""
    view, result = scene.views[0], session.result
    lines = result.lines.get("purkinje") if result is not None and session.drawn is not None else None
    if lines is None or scene.surface is None:
        view.hide("network")
        return
    cells = np.column_stack([np.full(len(lines.segments), 2), lines.segments]).ravel()
    poly = pv.PolyData(np.asarray(lines.points), lines=cells)
    poly.point_data["colour"] = np.tile(np.array(NETWORK_COLOUR, np.uint8), (poly.n_points, 1))
    if scene.surface.cut is not None:
        origin, normal = scene.surface.cut
        poly = poly.clip(normal=normal, origin=origin, invert=True)
    view.show_lines("network", poly)


def show_front(scene: Scene, session: Session, paintings: Sequence[Painting]) -> None:
    """Where the activation is at the time of the cursor."""
    if scene.surface is None or "activation" not in session.look.field:
        return
    for view, painting in zip(scene.views, paintings, strict=False):
        if painting.kind == "value":
            view.show_front(scene.surface, painting.values, session.time)


def show_marks(scene: Scene, session: Session) -> None:
    """The picked point."""
    point = np.array([session.point]) if session.point is not None else np.empty((0, 3))
    scene.mark("point", point, session.theme.accent, 1.8)


def show_sites(
    scene: Scene, sites: Sequence[PacingSite], name: str = "sites", colour: str = SITE_COLOUR, radius: float = 3.2
) -> None:
    """The pacing sites, as balls."""
    scene.mark(name, np.array([(s.x, s.y, s.z) for s in sites]).reshape(-1, 3), colour, radius)


def show_worst(scene: Scene, session: Session) -> None:
    """Where quality is painted: the flattest tetrahedra, numbered as in the list beside, seen through the wall."""
    found = session.quality
    if found is None or session.look.part not in QUALITY:
        return
    places = np.array([flat.place for flat in found.worst]).reshape(-1, 3)
    view = scene.views[0]
    view.show_marks("worst", places, session.theme.bad, 0.9)
    view.show_words("worst", places, [str(number) for number in range(1, len(places) + 1)], session.theme.text)


def show_anatomy(scene: Scene, session: Session) -> None:
    """On blood without any field: where it comes in and goes out, and the narrowest place with its area."""
    mesh, view = session.mesh, scene.views[0]
    if mesh is None or mesh.kind != "blood_pool" or session.cut:
        return
    places = {"inlet_center": "Inlet: outflow tract", "outlet_center": "Outlet: ascending aorta"}
    found = {words: mesh.landmarks[name] for name, words in places.items() if name in mesh.landmarks}
    if "throat" in mesh.landmarks and session.step != "plan":  # there a device stands in it
        area = next((m for m in session.measures if m.name == "orifice_area"), None)
        words = f"Narrowest: {with_unit(f'{area.value:.0f}', area.unit)}" if area is not None else "Narrowest"
        found[words] = mesh.landmarks["throat"]
        view.show_ring("throat", throat_ring(mesh), SITE_COLOUR)
    view.show_words("anatomy", np.array(list(found.values())).reshape(-1, 3), list(found), session.theme.text)


def throat_ring(mesh: HeartMesh) -> pv.PolyData:
    """The outline of the narrowest cross-section, across the line from annulus to sinotubular junction."""
    marks = {name: np.asarray(place) for name, place in mesh.landmarks.items()}
    below, above = marks.get("annulus", marks["throat"]), marks.get("sinotubular", marks.get("outlet_center"))
    if above is None or np.allclose(below, above):
        return pv.PolyData()
    skin = pv.PolyData.from_regular_faces(np.array(mesh.points), mesh.facets)
    outline = skin.slice(normal=above - below, origin=marks["throat"])
    if outline.n_points == 0:
        return pv.PolyData()
    return outline.connectivity("closest", closest_point=marks["throat"]).extract_surface(algorithm="dataset_surface")
