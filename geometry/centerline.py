"""The line along which the blood flows, and how wide its way is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from scipy.interpolate import make_smoothing_spline

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.potential import shape_gradients, solve_laplace, stiffness

SPACING, CLOSE = 1.0, 0.25  # mm between the points of the line, and near the throat


@dataclass(frozen=True)
class Centerline:
    """From inlet to outlet.

    points   (k, 3) mm, about 1 mm apart, closer at the throat
    tangent  (k, 3) unit vectors with the flow
    arc      (k,) mm from the inlet
    area     (k,) mm2 of the flat cross-section that contains the point
    throat   index of the narrowest cross-section away from the ends
    """

    points: Floats
    tangent: Floats
    arc: Floats
    area: Floats
    throat: int


def centerline(mesh: HeartMesh) -> Centerline:
    """The middles of the level surfaces of a potential between inlet and outlet, as a smooth curve, and areas across."""
    potential = flow_potential(mesh)
    grid = tetra_grid(mesh)
    grid["potential"] = potential
    middle = _middles(grid, mesh, potential)
    points, tangent, arc = _smooth_line(middle)
    inside = points.copy()  # the very ends are measured half a millimetre further in, where a whole section exists
    inside[0], inside[-1] = points[0] + 0.5 * tangent[0], points[-1] - 0.5 * tangent[-1]
    area = np.array([section_area(grid, p, t) for p, t in zip(inside, tangent, strict=True)])
    place = arc[_narrowest(arc, area)]
    extra = np.setdiff1d(place + CLOSE * np.arange(-6, 7), arc)
    extra = extra[(extra > 0) & (extra < arc[-1])]
    order = np.argsort(np.concatenate([arc, extra]), kind="stable")
    more, turned = _between(extra, arc, points), _between(extra, arc, tangent)
    turned /= np.linalg.norm(turned, axis=1)[:, None]
    measured = [section_area(grid, p, t) for p, t in zip(more, turned, strict=True)]
    points, tangent = np.concatenate([points, more])[order], np.concatenate([tangent, turned])[order]
    arc, area = np.concatenate([arc, extra])[order], np.concatenate([area, measured])[order]
    return Centerline(points, tangent, arc, area, _narrowest(arc, area))


def _between(at: Floats, arc: Floats, values: Floats) -> Floats:
    return np.column_stack([np.interp(at, arc, values[:, k]) for k in range(3)])


def _narrowest(arc: Floats, area: Floats) -> int:
    away = np.flatnonzero((arc > 0.1 * arc[-1]) & (arc < 0.9 * arc[-1]) & (area > 0))
    if not len(away):
        raise Refused("No cross-section of the blood could be measured; look at the labels around the valve.")
    return int(away[area[away].argmin()])


def tetra_grid(mesh: HeartMesh) -> pv.UnstructuredGrid:
    """The tetrahedra as VTK knows them."""
    return pv.UnstructuredGrid({pv.CellType.TETRA: mesh.tets}, mesh.points)


def flow_potential(mesh: HeartMesh) -> Floats:
    """(n,) solution of Laplace's equation with linear elements: 0 at the inlet, 1 at the outlet, no flux at the wall."""
    fixed = []
    for name, value in (("inlet", 0.0), ("outlet", 1.0)):
        nodes = np.unique(mesh.tagged(name))
        if not len(nodes):
            raise Refused(f"The mesh has no {name}: the way of the blood cannot be followed.")
        fixed.append((nodes, value))
    return solve_laplace(stiffness(mesh, *shape_gradients(mesh)), fixed, rtol=1e-6)


def _middles(grid: pv.UnstructuredGrid, mesh: HeartMesh, potential: Floats) -> Floats:
    """(k, 3) mm, area-weighted middle of level surfaces, at equal steps of potential and of enclosed volume."""
    value = potential[mesh.tets].mean(axis=1)
    order = np.argsort(value)
    share = np.cumsum(mesh.tet_volumes()[order])
    by_volume = value[order][np.searchsorted(share, np.linspace(0.02, 0.98, 40) * share[-1])]
    levels = np.unique(np.round(np.concatenate([by_volume, np.linspace(0.02, 0.98, 40)]), 4))
    found = [mesh.points[np.unique(mesh.tagged("inlet"))].mean(axis=0)]
    for level in levels:
        cut = grid.contour([float(level)], scalars="potential")
        if cut.n_cells:
            sizes = cut.compute_cell_sizes(length=False, volume=False)["Area"]
            found.append(np.average(cut.cell_centers().points, axis=0, weights=sizes + 1e-12))
    found.append(mesh.points[np.unique(mesh.tagged("outlet"))].mean(axis=0))
    return np.array(found)


def _smooth_line(middle: Floats) -> tuple[Floats, Floats, Floats]:
    gaps = np.linalg.norm(np.diff(middle, axis=0), axis=1)
    keep = np.concatenate([[True], gaps > 0.05])
    middle = middle[keep]
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    if len(middle) < 5:
        raise Refused("The way from inlet to outlet is too short to be followed.")
    curve = [make_smoothing_spline(arc, middle[:, k], lam=20.0) for k in range(3)]
    at = np.linspace(0.0, arc[-1], max(int(arc[-1] / SPACING) + 1, 5))
    points = np.column_stack([f(at) for f in curve])
    tangent = np.column_stack([f.derivative()(at) for f in curve])
    tangent /= np.linalg.norm(tangent, axis=1)[:, None]
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return points, tangent, walked


def section_area(grid: pv.UnstructuredGrid, center: Floats, normal: Floats) -> float:
    """mm2 of the piece of a flat cross-section that is nearest to ``center``; 0 where there is none."""
    cut = grid.slice(normal=tuple(normal), origin=tuple(center))
    if not cut.n_cells:
        return 0.0
    piece = cut.connectivity("closest", closest_point=tuple(center))
    return float(piece.area)


def flow_metrics(mesh: HeartMesh, line: Centerline) -> list[Metric]:
    """Orifice area, diameters of outflow tract and outlet, from the areas across the centreline."""

    def diameter(index: int) -> float:
        return float(2 * np.sqrt(line.area[index] / np.pi))

    throat = Metric(
        "orifice_area",
        "Narrowest cross-section",
        float(line.area[line.throat]),
        "mm2",
        note="smallest flat cross-section across the centreline: geometric, not effective, orifice area",
    )
    metrics = [throat]
    if "annulus" in mesh.landmarks:
        at = int(np.linalg.norm(line.points - np.array(mesh.landmarks["annulus"]), axis=1).argmin())
        below = int(np.abs(line.arc - (line.arc[at] - 5.0)).argmin())
        metrics.append(
            Metric(
                "lvot_diameter",
                "Outflow tract",
                diameter(below),
                "mm",
                note="of a disc of equal area, 5 mm below the valve",
            )
        )
    metrics.append(
        Metric("outlet_diameter", "Ascending aorta at the outlet", diameter(-3), "mm", note="of a disc of equal area")
    )
    return metrics


def save_centerline(line: Centerline, path: Path) -> None:
    """Write a centreline (.npz)."""
    arrays = {"points": line.points, "tangent": line.tangent, "arc": line.arc, "area": line.area}
    np.savez(path, throat=line.throat, **arrays)  # type: ignore[arg-type]


def load_centerline(path: Path) -> Centerline:
    """Read what ``save_centerline`` wrote."""
    with np.load(path) as data:
        return Centerline(data["points"], data["tangent"], data["arc"], data["area"], int(data["throat"]))
