"""A field of a run drawn on the heart, off-screen, with its legend: for the report and for ``cardiotwin show``."""

from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray

from app.case import Case
from app.palettes import Palette, palettes
from app.vsup import vsup, vsup_texture
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.result import Field

NO_DATA = np.array([150, 150, 150], dtype=np.uint8)
INK, PAPER = "#1c2530", "#ffffff"


def find_run(case: Case, field: str) -> str:
    """The newest run that has ``field``; refuses with the fields there are."""
    known: set[str] = set()
    for name in reversed(case.runs()):
        fields = case.result(name).fields
        if field in fields:
            return name
        known |= set(fields)
    raise Refused(f"No run of the case has a field {field!r}; there are: {', '.join(sorted(known)) or 'no runs yet'}.")


def draw_field(
    case: Case, run: str, field: str, out: Path, *, doubt: bool = False, time: float | None = None
) -> tuple[float, float]:
    """Draw one field of a run into the PNG ``out``; returns the limits of its legend."""
    mesh, result = case.mesh(), case.result(run)
    if mesh is None:
        raise Refused(f"The case {case.title!r} has no mesh, so there is nothing to draw on.")
    if field not in result.fields:
        raise Refused(f"The run {run!r} has no field {field!r}; it has: {', '.join(result.fields)}.")
    shown = result.fields[field]
    spread = result.fields.get(f"{field}_sd")
    if doubt and spread is None:
        raise Refused(f"The run {run!r} has no doubt for {field!r} (it was made without an ensemble).")
    values = frame_of(shown, time)
    limits = limits_of(values, shown)
    palette = palette_of(shown)
    colours = colour(values, limits, palette, spread.values if doubt and spread else None)
    figure = Figure(figsize=(8, 6), dpi=150, facecolor=PAPER)
    axes = figure.add_axes((0.02, 0.02, 0.78, 0.9))
    axes.imshow(heart_image(mesh, colours, cut=values if shown.values.ndim == 3 else None))
    axes.axis("off")
    figure.text(0.03, 0.95, f"{shown.label} \u2013 {result.method}", color=INK, fontsize=13, weight="bold")
    figure.text(0.97, 0.95, "SIMULATED", color="#b3541e", fontsize=9, ha="right", weight="bold")
    if doubt and spread:
        draw_wedge(figure, palette, shown, limits)
    else:
        draw_bar(figure, palette, shown, limits)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)
    return limits


def frame_of(field: Field, time: float | None) -> NDArray[np.floating]:
    """(n,) values to draw: magnitude of vectors, and of several frames the one at ``time`` (ms), else the strongest."""
    values = np.asarray(field.values, dtype=float)
    if values.ndim == 3 or (values.ndim == 2 and not field.times):
        values = np.linalg.norm(values, axis=-1)
    if not field.times:
        return values
    if time is not None:
        return np.asarray(values[int(np.argmin(np.abs(np.asarray(field.times) - time)))])
    return np.asarray(values[int(np.argmax(np.nanmean(np.abs(values), axis=1)))])


def limits_of(values: NDArray[np.floating], field: Field) -> tuple[float, float]:
    """Limits of the legend: 0..1 for probabilities, else the 1st to 99th percentile rounded outwards."""
    if field.unit == "1":
        return 0.0, 1.0
    known = values[np.isfinite(values)]
    if known.size == 0:
        raise Refused(f"The field {field.label!r} has no answer anywhere, so it cannot be drawn.")
    low, high = np.percentile(known, (0.5, 99.5))
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-9))) / 2
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def palette_of(field: Field) -> Palette:
    """Red early for activation, perceptually uniform for everything else."""
    known = palettes()
    if field.low_word == "EARLY":
        return known["clinical"]
    return known["lajolla"] if field.unit == "1" else known["viridis"]


def colour(
    values: NDArray[np.floating],
    limits: tuple[float, float],
    palette: Palette,
    spread: NDArray[np.floating] | None = None,
) -> NDArray[np.uint8]:
    """(n, 3) colours; no data is grey. ``spread`` (SD) suppresses what is unsure: full doubt at a fifth of the range."""
    low, high = limits
    share = (values - low) / max(high - low, 1e-12)
    known = np.isfinite(share)
    safe = np.where(known, share, 0.0)
    if spread is None:
        colours = palette.colours[np.clip(np.round(safe * 255), 0, 255).astype(int)]
    else:
        doubt = np.nan_to_num(spread, nan=np.inf) / max(0.2 * (high - low), 1e-12)
        colours = vsup(palette, safe, np.clip(doubt, 0, 1))
    return np.where(known[:, None], colours, NO_DATA)


def heart_image(
    mesh: HeartMesh,
    colours: NDArray[np.uint8],
    *,
    cut: NDArray[np.floating] | None = None,
    size: tuple[int, int] = (1200, 1000),
) -> NDArray[np.uint8]:
    """(h, w, 3), the heart seen from the front and left; with ``cut`` a blood pool opened along its course."""
    plotter = pv.Plotter(off_screen=True, window_size=list(size))
    plotter.set_background(PAPER)
    if mesh.kind == "blood_pool" and cut is not None:
        _add_opened(plotter, mesh, colours)
    else:
        surface = pv.PolyData.from_regular_faces(mesh.points, mesh.facets)
        surface.point_data["colour"] = colours
        plotter.add_mesh(surface, scalars="colour", rgb=True, smooth_shading=True, specular=0.0, ambient=0.35)
    plotter.enable_anti_aliasing("ssaa")
    center = mesh.points.mean(axis=0)
    plotter.camera_position = [center + np.array([-180.0, 300.0, 60.0]), center, (0.0, 0.0, 1.0)]
    plotter.reset_camera()
    plotter.camera.zoom(1.25)
    image = plotter.screenshot(return_img=True)
    plotter.close()
    return np.asarray(image)


def _add_opened(plotter: pv.Plotter, mesh: HeartMesh, colours: NDArray[np.uint8]) -> None:
    """The blood pool cut through inlet, throat and outlet, its wall as a shell behind."""
    wall = pv.PolyData.from_regular_faces(mesh.points, mesh.facets)
    plotter.add_mesh(wall, color="#c9ccd2", opacity=0.18, smooth_shading=True)
    cells = np.column_stack([np.full(len(mesh.tets), 4), mesh.tets]).ravel()
    grid = pv.UnstructuredGrid(cells, np.full(len(mesh.tets), pv.CellType.TETRA), mesh.points)
    for channel in range(3):
        grid.point_data[f"c{channel}"] = colours[:, channel].astype(float)
    inlet, throat, outlet = (np.array(mesh.landmarks[n]) for n in ("inlet_center", "throat", "outlet_center"))
    normal = np.cross(throat - inlet, outlet - throat)
    plane = grid.slice(normal=normal if np.linalg.norm(normal) > 1e-6 else (0.0, 1.0, 0.0), origin=throat)
    plane.point_data["colour"] = np.column_stack([plane.point_data[f"c{c}"] for c in range(3)]).round().astype(np.uint8)
    plotter.add_mesh(plane, scalars="colour", rgb=True, lighting=False)


def draw_bar(figure: Figure, palette: Palette, field: Field, limits: tuple[float, float]) -> None:
    """A legend with unit and, in words, what small and large mean."""
    axes = figure.add_axes((0.85, 0.2, 0.03, 0.55))
    axes.imshow(palette.colours[:, None, :], origin="lower", aspect="auto", extent=(0, 1, *limits))
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.tick_params(colors=INK, labelsize=9)
    axes.set_title(_unit(field), fontsize=9, color=INK, pad=18)
    figure.text(0.85, 0.175, field.low_word, fontsize=8, color=INK, va="top")
    figure.text(0.85, 0.755, field.high_word, fontsize=8, color=INK, va="bottom")
    figure.text(0.85, 0.13, "grey: no answer", fontsize=7, color="#66707c", va="top")


def draw_wedge(figure: Figure, palette: Palette, field: Field, limits: tuple[float, float]) -> None:
    """Value and doubt in one legend: sure at the top, unsure at the tip."""
    axes = figure.add_axes((0.81, 0.42, 0.17, 0.24), polar=True)
    texture = vsup_texture(palette)
    layers, leaves = texture.shape[:2]
    opening = np.pi / 3
    for layer in range(layers):
        for leaf in range(leaves):
            angle = np.pi / 2 + opening / 2 - opening * leaf / leaves
            shade = to_hex(texture[layer, leaf] / 255)
            axes.bar(
                angle, 1 / layers, width=-opening / leaves, bottom=1 - (layer + 1) / layers, color=shade, align="edge"
            )
    axes.set(thetamin=60, thetamax=120)
    axes.axis("off")
    low, high = limits
    figure.text(0.81, 0.67, f"{low:g}", fontsize=8, color=INK)
    figure.text(0.98, 0.67, f"{high:g}", fontsize=8, color=INK, ha="right")
    figure.text(
        0.895, 0.71, f"{_unit(field)}\n{field.low_word} \u2013 {field.high_word}", fontsize=8, color=INK, ha="center"
    )
    figure.text(
        0.895,
        0.40,
        f"top: sure (SD 0)\ntip: unsure (SD over {0.2 * (high - low):.3g})",
        fontsize=7,
        color=INK,
        ha="center",
        va="top",
    )


def _unit(field: Field) -> str:
    return "probability" if field.unit == "1" else field.unit
