"""Where the beat starts: the exits of the His-Purkinje system after Durrer, or pacing sites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.directions.coordinates import HeartAxes, heart_axes
from solvers.electrophysiology.eikonal import EikonalSolver, Source
from solvers.electrophysiology.substrate import substrate_of
from solvers.scenario import Electrophysiology, PacingSite

FURTHEST_SITE = 25.0  # mm: a pacing site further from the wall was clicked beside the heart


@dataclass(frozen=True)
class Root:
    """An exit of the conduction system on an endocardium.

    height  along the long axis of the LV, 0 apex, 1 base
    angle   deg around that axis, 0 middle of the septum, +90 anterior wall
    time    ms after the first exit
    """

    name: str
    surface: str
    height: float
    angle: float
    time: float


# Durrer 1970 (doi 10.1161/01.CIR.41.6.899): three areas of the left endocardium at 0-5 ms, the right one near the
# insertion of the anterior papillary muscle 5-10 ms later. Places relative to the axes are read off the figures: +-10 deg.
ROOTS = (
    Root("high anterior paraseptal", "endo_lv", 0.68, 55.0, 0.0),
    Root("middle of the left septum", "endo_lv", 0.50, 0.0, 0.0),
    Root("posterior paraseptal", "endo_lv", 0.38, -55.0, 0.0),
    Root("right anterior papillary muscle", "endo_rv", 0.42, 25.0, 7.0),
)


def his_purkinje_sources(mesh: HeartMesh) -> tuple[Source, ...]:
    """The roots as nodes of this mesh, those of the left only where there is no right ventricle.

    A root in dense scar is moved to the nearest tissue that conducts.
    Between the roots the network is not modelled: a fast layer on both endocardia stands for it (``Velocities.endocardium``).
    """
    axes, dead = heart_axes(mesh), np.flatnonzero(substrate_of(mesh).dead)
    return tuple(
        Source(_place(mesh, axes, root, nodes), root.time)
        for root in ROOTS
        if len(nodes := np.setdiff1d(mesh.tagged(root.surface), dead))
    )


def _place(mesh: HeartMesh, axes: HeartAxes, root: Root, nodes: NDArray[np.int32]) -> int:
    """The node of that surface nearest in height and direction; in the right ventricle on its free wall."""
    points = mesh.points[nodes]
    away = points - axes.apex
    radius = np.linalg.norm(away - (away @ axes.up)[:, None] * axes.up, axis=1)
    turn = np.angle(np.exp(1j * (axes.angle(points) - np.deg2rad(root.angle))))
    long = np.linalg.norm(axes.base - axes.apex)
    miss = np.hypot((axes.height(points) - root.height) * long, np.median(radius) * turn)
    if root.surface == "endo_rv":
        septal = _septal_radius(radius, axes.angle(points))
        miss = miss + np.where(radius > septal, 0.0, 1e3)
    return int(nodes[np.argmin(miss)])


def _septal_radius(radius: NDArray[np.float64], angle: NDArray[np.float64]) -> float:
    """mm from the LV axis that parts the septal from the free wall of the RV: half-way through its middle sector."""
    middle = radius[np.abs(angle) < np.deg2rad(30)]
    span = middle if len(middle) else radius
    return float((span.min() + span.max()) / 2)


def paced_sources(solver: EikonalSolver, sites: tuple[PacingSite, ...]) -> tuple[Source, ...]:
    """The pacing sites at their nearest nodes; refuses sites that lie beside the heart."""
    if not sites:
        raise Refused(
            "The scenario is paced but has no pacing site; add one, or start the beat from the conduction system."
        )
    sources = []
    for number, site in enumerate(sites, 1):
        at = (site.x, site.y, site.z)
        node = solver.nearest_node(at)
        gap = float(np.linalg.norm(solver.points[node] - at))
        _refuse_scar(solver, number, at, gap)
        if gap > FURTHEST_SITE:
            where = ", ".join(f"{c:.0f}" for c in at)
            raise Refused(
                f"Pacing site {number} at ({where}) mm is {gap:.0f} mm away from the wall; click on the heart itself."
            )
        sources.append(Source(node, site.time))
    return tuple(sources)


def _refuse_scar(solver: EikonalSolver, number: int, at: tuple[float, float, float], gap: float) -> None:
    dead = solver.points[solver.substrate.dead]
    if len(dead) and np.linalg.norm(dead - at, axis=1).min() < gap:
        where = ", ".join(f"{c:.0f}" for c in at)
        raise Refused(
            f"Pacing site {number} at ({where}) mm lies in dense scar, which cannot be paced. "
            f"The nearest tissue that conducts is {gap:.0f} mm away; move the site there."
        )


def sources_of(mesh: HeartMesh, solver: EikonalSolver, scenario: Electrophysiology) -> tuple[Source, ...]:
    """Where this scenario's beat starts."""
    if scenario.start == "paced":
        return paced_sources(solver, scenario.sites)
    return his_purkinje_sources(mesh)
