"""A field of a run drawn on the heart, off-screen, with its legend: for the report and for ``cardiotwin show``."""

from pathlib import Path
from textwrap import fill

import numpy as np
import pyvista as pv
from matplotlib.figure import Figure
from numpy.typing import NDArray

from app.case import Case
from app.legend_picture import INK, PAPER, QUIET, draw_bar, draw_wedge
from app.palettes import Palette, palettes
from app.vsup import vsup
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.result import Field

RIM = 8  # pixels around a heart
NO_DATA = np.array([150, 150, 150], dtype=np.uint8)
LETTERS = 12.0  # of a title, in an inch
FLOWING = ("m/s", "mmHg")  # what fills a blood pool and is looked at from inside


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
    case: Case,
    run: str,
    field: str,
    out: Path,
    *,
    doubt: bool = False,
    time: float | None = None,
    size: tuple[float, float] = (5.0, 3.75),
) -> tuple[float, float]:
    """Draw one field of a run into the PNG ``out`` (1200 wide, ``size`` in inches on paper); returns its legend's limits."""
    mesh, result = case.mesh(), case.result(run)
    if mesh is None:
        raise Refused(f"The case {case.title!r} has no mesh, so there is nothing to draw on.")
    if field not in result.fields:
        raise Refused(f"The run {run!r} has no field {field!r}; it has: {', '.join(result.fields)}.")
    if not result.fields[field].fits(len(mesh.points)):
        raise Refused(f"The run {run!r} is of an older mesh, so it cannot be drawn on this one; run it again.")
    moved = result.fields.get("displacement")
    if moved is not None and not moved.times:  # a device has opened the vessel
        mesh = mesh.with_points(mesh.points + np.asarray(moved.values))
    shown = result.fields[field]
    spread = result.fields.get(f"{field}_sd")
    if doubt and spread is None:
        raise Refused(f"The run {run!r} has no doubt for {field!r} (it was made without an ensemble).")
    values = frame_of(shown, time)
    limits = limits_of(values, shown)
    palette = palette_of(shown)
    colours = colour(values, limits, palette, spread.values if doubt and spread else None)
    figure = Figure(figsize=size, dpi=1200 / size[0], facecolor=PAPER)
    axes = figure.add_axes((0.02, 0.08, 0.69, 0.76))
    axes.imshow(trimmed(heart_image(mesh, colours, opened=mesh.kind == "blood_pool" and shown.unit in FLOWING)))
    axes.axis("off")
    words = f"{shown.label}, paler where unsure" if doubt else shown.label
    figure.text(0.02, 0.98, fill(words, round(LETTERS * size[0])), color=INK, fontsize=8.5, weight="bold", va="top")
    figure.text(0.02, 0.02, "SIMULATED", color="#b3541e", fontsize=6.5, weight="bold")
    figure.text(0.98, 0.02, result.method, color=QUIET, fontsize=6.5, ha="right")
    if doubt and spread:
        draw_wedge(figure, palette, shown, limits)
    else:
        draw_bar(figure, palette, shown, limits, holes=not np.isfinite(values).all())
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
    opened: bool = False,
    size: tuple[int, int] = (1200, 1000),
) -> NDArray[np.uint8]:
    """(h, w, 3), the heart seen from the front and left; ``opened``: a blood pool cut along its course."""
    plotter = pv.Plotter(off_screen=True, window_size=list(size))
    plotter.set_background(PAPER)
    if opened:
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


def trimmed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part (h, w, 3) of an image that is not paper, with a small rim; the image itself where all is paper."""
    drawn = (image != image[0, 0]).any(axis=2)
    if not drawn.any():
        return image
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    top, left = max(rows[0] - RIM, 0), max(columns[0] - RIM, 0)
    return np.asarray(image[top : rows[-1] + 1 + RIM, left : columns[-1] + 1 + RIM])


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
