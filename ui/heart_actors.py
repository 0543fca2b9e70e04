"""The things drawn in one 3D view: the painted wall, its isochrones, what has no data, arrows, fibres and marks."""

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.heart_mesh import HeartMesh
from geometry.surface import boundary_facets
from ui.heart_surface import HeartSurface
from ui.painting import Painting
from ui.surfaces import CUT_INK, PLAIN, inks_of
from ui.theme import px, stroke

Floats = NDArray[np.floating]
GLASS = 0.62  # of the blood, so that the narrowest place inside is seen
MOST_EDGED = 40_000  # triangles whose edges can still be told apart
TETS_LIFT = 0.8  # mm that a piece of the wall stands off it: its edge is ragged
LIFT = 0.35  # mm that lines stand off the wall, so that it does not swallow them
HATCH = np.full((16, 16, 3), 120, dtype=np.uint8)
for _row in range(16):  # diagonal stripes: no data is hatched, never a colour of the scale
    HATCH[_row, [(_row + _k) % 16 for _k in range(5)]] = 78


class HeartActors:
    """What one renderer shows; ``place`` is its column in the plotter."""

    def __init__(self, plotter: pv.Plotter, place: int) -> None:
        self._plotter = plotter
        self._place = place
        self._names: set[str] = set()
        self._words: dict[str, object] = {}
        self._painted: pv.PolyData | None = None
        self._texture: NDArray[np.uint8] = np.empty((0, 0, 3), np.uint8)
        self._solid: dict[str, float] = {}  # opacities of what was made glass

    def clear(self) -> None:
        """Take everything away."""
        for name in list(self._names):
            self._remove(name)
        for name in list(self._words):
            self.show_words(name, np.empty((0, 3)), [], "")
        self._painted = None
        self._solid = {}

    def show_tissue(self, surface: HeartSurface) -> None:
        """Draw the heart without any field, each named surface in its own colour."""
        self.clear()
        inks = inks_of(surface.mesh)
        for name, part in surface.parts().items():
            glass = {"opacity": GLASS, "culling": "back"} if name == "wall" and surface.cut is None else {}
            colour = inks[name].colour if name in inks else CUT_INK.get(surface.mesh.kind, PLAIN)
            if part.n_cells:
                self._add(f"wall/{name}", part, color=colour, **_matt(), **glass)

    def show_shade(self, surface: HeartSurface, colours: NDArray[np.uint8], edges: bool) -> None:
        """Draw each triangle in a colour of its own, ``colours`` (triangles, 3), with or without its edges."""
        self.clear()
        poly = surface.poly.copy(deep=False)
        poly.cell_data["colour"] = colours
        how = {"show_edges": edges, "edge_color": "#10151b", "edge_opacity": 0.35, "line_width": stroke(0.6)}
        self._add(
            "wall",
            poly,
            scalars="colour",
            rgb=True,
            preference="cell",
            **_matt(),
            **(how if edges and poly.n_cells < MOST_EDGED else {}),
        )

    def show_ring(self, name: str, ring: pv.PolyData, colour: str) -> None:
        """Draw a closed line as a thin tube."""
        self._remove(name)
        if ring.n_points:
            self._add(name, ring.tube(radius=0.5), color=colour, ambient=0.7, lighting=False)

    def show_words(self, name: str, points: Floats, words: list[str], colour: str, plate: str = "") -> None:
        """Write words at places, readable from every side (none: take them away); ``plate`` is a colour behind them."""
        full = f"{self._place}/{name}"
        self._plotter.subplot(0, self._place)
        if name in self._words:
            self._plotter.remove_actor(self._words.pop(name), reset_camera=False, render=False)
        if words:
            self._words[name] = self._plotter.add_point_labels(
                np.asarray(points), words, name=full, font_size=px(13), text_color=colour,
                shape="rounded_rect" if plate else None, shape_color=plate or None, margin=4,
                show_points=False, always_visible=True, reset_camera=False, render=False, bold=False,
            )  # fmt: skip

    def show_painting(self, surface: HeartSurface, painting: Painting, isochrones: bool) -> None:
        """Draw the wall in the colours of a painting."""
        self.clear()
        across, up = surface.carry(painting.across), surface.carry(painting.up)
        known = np.isfinite(across)
        poly = surface.poly.copy()
        if not known.all():
            self._show_unknown(poly, known)
            poly = _faces_of(poly, known)
            across, up = across[known], up[known]
        if poly.n_points == 0:
            return
        _set_colours(poly, across, up)
        self._painted = poly if known.all() else None
        self._texture = painting.texture
        self._add("wall", poly, texture=_texture(painting), color="white", **_matt())
        if isochrones and painting.levels:
            poly["number"] = surface.carry(painting.values)[known]
            self._show_lines(poly, painting)

    def recolour(self, surface: HeartSurface, painting: Painting) -> bool:
        """Change colours only (another frame of the same field); False where that is not enough."""
        across = surface.carry(painting.across)
        if self._painted is None or len(across) != self._painted.n_points or not np.isfinite(across).all():
            return False
        _set_colours(self._painted, across, surface.carry(painting.up))
        self._painted.Modified()
        if not np.array_equal(self._texture, painting.texture):  # other limits have other bands
            self._texture = painting.texture
            self._plotter.renderers[self._place].actors[f"{self._place}/wall"].texture = _texture(painting)
        return True

    def move(self, points: Floats) -> None:
        """Put the points of the painted heart (p, 3) elsewhere; nothing where only a part of it is painted."""
        if self._painted is not None and self._painted.n_points == len(points):
            self._painted.points = np.asarray(points, dtype=np.float32)

    def show_front(self, surface: HeartSurface, times: Floats, now: float) -> None:
        """Draw where the activation is at this moment."""
        carried = surface.carry(times)
        self._remove("front")
        if not (np.nanmin(carried, initial=np.inf) < now < np.nanmax(carried, initial=-np.inf)):
            return
        poly = surface.poly.copy()
        poly["number"] = np.where(np.isfinite(carried), carried, 1e6)
        line = _lifted(poly, [now])
        if line.n_points:
            self._add("front", line, color="white", line_width=stroke(4), render_lines_as_tubes=False, lighting=False)

    def show_marks(self, name: str, points: Floats, colour: str, radius: float) -> None:
        """Draw small balls at places (none: take them away)."""
        self._remove(name)
        if len(points):
            balls = pv.PolyData(np.atleast_2d(points)).glyph(geom=pv.Sphere(radius=radius), scale=False, orient=False)
            self._add(name, balls, color=colour, ambient=0.35, specular=0.3, smooth_shading=True, pickable=False)

    def show_way(self, name: str, places: Sequence[tuple[float, float, float]], colour: str) -> None:
        """Draw a polyline through places (fewer than two: take it away)."""
        self._remove(name)
        if len(places) > 1:
            way = pv.MultipleLines(points=np.array(places))
            self._add(name, way, color=colour, line_width=stroke(4), lighting=False, pickable=False)

    def show_tets(self, name: str, mesh: HeartMesh | None, tets: NDArray[np.bool_] | None, colour: str) -> None:
        """Draw some tetrahedra of a mesh by their skin, a little outside it (None: take them away)."""
        self._remove(name)
        if mesh is None or tets is None or not tets.any():
            return
        facets, _ = boundary_facets(mesh.tets[tets])
        skin = pv.PolyData.from_regular_faces(np.asarray(mesh.points, float), facets).clean()
        skin = skin.compute_normals(cell_normals=False, split_vertices=False, consistent_normals=False)
        skin.points = skin.points + TETS_LIFT * skin.point_data["Normals"]
        self._add(name, skin, color=colour, ambient=0.4, specular=0.1, smooth_shading=True, pickable=False)

    def show_arrows(self, points: Floats, vectors: Floats, length: float, top: float) -> None:
        """Draw flow arrows; one of size ``top`` is ``length`` mm long."""
        self._remove("arrows")
        size = np.linalg.norm(vectors, axis=1)
        if top <= 0:
            return
        keep = size > 0.08 * top
        cloud = pv.PolyData(points[keep])
        cloud["flow"], cloud["size"] = vectors[keep], size[keep] / top * length
        arrow = pv.Arrow(tip_length=0.3, tip_radius=0.07, shaft_radius=0.022)
        self._add("arrows", cloud.glyph(orient="flow", scale="size", geom=arrow), color="#f2f5f8", ambient=0.3)

    def show_velocities(self, points: Floats, vectors: Floats, colour: str) -> None:
        """Draw arrows from places, as long as ``vectors`` (none: take them away)."""
        self._remove("velocity")
        if len(points) == 0:
            return
        cloud = pv.PolyData(points)
        cloud["way"], cloud["length"] = vectors, np.linalg.norm(vectors, axis=1)
        arrow = pv.Arrow(tip_length=0.36, tip_radius=0.13, shaft_radius=0.042, tip_resolution=12, shaft_resolution=8)
        self._add(
            "velocity", cloud.glyph(orient="way", scale="length", geom=arrow), color=colour, ambient=0.5, pickable=False
        )

    def show_lines(self, name: str, lines: pv.PolyData) -> None:
        """Draw lines in the colours ("colour") of their points."""
        self._remove(name)
        if lines.n_points:
            how = {"scalars": "colour", "rgb": True, "line_width": stroke(1.8), "pickable": False}
            self._add(name, lines, lighting=False, **how)

    def make_glass(self, opacity: float) -> None:
        """Let what lies inside the wall be seen."""
        actors = self._plotter.renderers[self._place].actors
        for name in self._names:
            if name.startswith("wall"):
                prop = actors[f"{self._place}/{name}"].prop
                self._solid.setdefault(name, prop.opacity)
                prop.opacity = opacity

    def make_solid(self) -> None:
        """Draw the wall as it was before it was made glass."""
        actors = self._plotter.renderers[self._place].actors
        for name, opacity in self._solid.items():
            if name in self._names:
                actors[f"{self._place}/{name}"].prop.opacity = opacity
        self._solid = {}

    def show_body(self, name: str, body: pv.PolyData, colour: str, opacity: float = 1.0) -> None:
        """Draw a device in one colour (nothing: take it away)."""
        self._remove(name)
        if body.n_points:
            self._add(name, body, color=colour, opacity=opacity, ambient=0.35, specular=0.25, pickable=False)

    def show_patch(self, name: str, patch: pv.PolyData) -> None:
        """Draw triangles in the colours ("colour") of their points."""
        self._remove(name)
        if patch.n_points:
            self._add(name, patch, scalars="colour", rgb=True, pickable=False, **_matt())

    def hide(self, name: str) -> None:
        """Take one thing away."""
        self._remove(name)

    def _show_lines(self, poly: pv.PolyData, painting: Painting) -> None:
        lines = _lifted(poly, list(painting.levels))
        if lines.n_points:
            self._add("lines", lines, color="#10151b", line_width=stroke(1.4), opacity=0.6, lighting=False)

    def _show_unknown(self, poly: pv.PolyData, known: NDArray[np.bool_]) -> None:
        rest = _faces_of(poly, known, every=False)
        if rest.n_points == 0:
            return
        at = np.asarray(rest.points) / 8.0
        rest.active_texture_coordinates = np.column_stack([at[:, 0] + at[:, 1], at[:, 2]])
        texture = pv.Texture(HATCH)
        texture.repeat = True
        self._add("unknown", rest, texture=texture, color="white", **_matt())

    def _add(self, name: str, data: pv.DataSet, **how: object) -> None:
        self._plotter.subplot(0, self._place)
        full = f"{self._place}/{name}"
        self._plotter.add_mesh(data, name=full, reset_camera=False, render=False, show_scalar_bar=False, **how)
        self._names.add(name)

    def _remove(self, name: str) -> None:
        if name in self._names:
            self._plotter.subplot(0, self._place)
            self._plotter.remove_actor(f"{self._place}/{name}", reset_camera=False, render=False)
            self._names.discard(name)


def _lifted(poly: pv.PolyData, levels: list[float]) -> pv.PolyData:
    """Lines of equal "number", a little outside the surface."""
    facing = poly.compute_normals(
        cell_normals=False, split_vertices=False, consistent_normals=False, auto_orient_normals=False
    )
    lines = facing.contour(levels, scalars="number")
    if lines.n_points:
        lines.points = np.asarray(lines.points) + LIFT * np.asarray(lines["Normals"])
    return lines


def _matt() -> dict[str, object]:
    """No highlights on data: they read as values."""
    return {"ambient": 0.42, "diffuse": 0.66, "specular": 0.0, "smooth_shading": False}


def _texture(painting: Painting) -> pv.Texture:
    """Its first row, the surest, is at the top (v = 1)."""
    texture = pv.Texture(np.ascontiguousarray(painting.texture))
    texture.interpolate = painting.smooth
    texture.repeat = False
    return texture


def _set_colours(poly: pv.PolyData, across: Floats, up: Floats) -> None:
    """Texture coordinates, kept half a texel off the border."""
    poly.active_texture_coordinates = np.column_stack([across, 1.0 - up]).clip(0.002, 0.998).astype(np.float32)


def _faces_of(poly: pv.PolyData, known: NDArray[np.bool_], every: bool = True) -> pv.PolyData:
    """The triangles all of whose corners are known (points renumbered in order), or all the others."""
    faces = poly.regular_faces
    whole = known[faces].all(axis=1)
    if not every:
        return pv.PolyData.from_regular_faces(np.asarray(poly.points), faces[~whole]).clean()
    number = np.cumsum(known) - 1
    return pv.PolyData.from_regular_faces(np.asarray(poly.points)[known], number[faces[whole]])
