"""Where the beat starts and what carries it over the endocardium: the His-Purkinje system after Durrer, or pacing sites."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.beat_records import RootSite
from solvers.directions.coordinates import HeartAxes, heart_axes
from solvers.electrophysiology.eikonal import EikonalSolver, Source
from solvers.electrophysiology.substrate import substrate_of
from solvers.scenario import Electrophysiology, PacingSite

FURTHEST_SITE = 25.0  # mm: a pacing site further from the wall was clicked beside the heart
EXTENT = 0.9  # height up to which there is a network: the base is activated last and from below (Durrer 1970)
SYSTEM = ("his", "left_bundle")  # roles of leads that excite the conduction system, not the wall around them
BLOCKED = {"normal": "", "lbbb": "endo_lv", "rbbb": "endo_rv"}  # the endocardium whose bundle branch does not conduct


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
    Root("right anterior papillary muscle", "endo_rv", 0.42, 25.0, 5.0),
)


def root_sites() -> tuple[RootSite, ...]:
    """``ROOTS`` as records of a scenario, which may be moved and have a doubt."""
    return tuple(
        RootSite.model_validate({key: getattr(root, key) for key in ("name", "surface", "height", "angle", "time")})
        for root in ROOTS
    )


def roots_of(scenario: Electrophysiology) -> tuple[Root, ...]:
    """The exits of a scenario: its own, else those of a healthy heart."""
    if not scenario.roots:
        return ROOTS
    return tuple(Root(one.name, one.surface, one.height, one.angle, one.time) for one in scenario.roots)


def his_purkinje_sources(
    mesh: HeartMesh, conduction: str = "normal", roots: tuple[Root, ...] = ROOTS
) -> tuple[Source, ...]:
    """The roots as nodes of this mesh, on the endocardia that there are and whose bundle branch conducts.

    A root in dense scar is moved to the nearest tissue that conducts. With a blocked branch the other ventricle is first
    and activates this one through the septum.
    """
    surfaces = conducting_surfaces(mesh, conduction)
    if not surfaces:
        side = "left" if conduction == "lbbb" else "right"
        raise Refused(
            f"The {side} bundle branch is blocked and the mesh has no other ventricle, so nothing starts the beat. "
            "Choose normal conduction, or pace."
        )
    return _from_zero(placed_roots(mesh, surfaces, roots))


def _from_zero(placed: list[tuple[Root, int]]) -> tuple[Source, ...]:
    """The exits as sources; all later by as much as the first of them is before zero."""
    first = min((root.time for root, _ in placed), default=0.0)
    return tuple(Source(node, root.time - min(first, 0.0)) for root, node in placed)


def placed_roots(mesh: HeartMesh, surfaces: tuple[str, ...], roots: tuple[Root, ...] = ROOTS) -> list[tuple[Root, int]]:
    """The roots on these endocardia, each with its node of the mesh."""
    axes, dead = heart_axes(mesh), np.flatnonzero(substrate_of(mesh).dead)
    return [
        (root, _place(mesh, axes, root, nodes))
        for root in roots
        if root.surface in surfaces and len(nodes := np.setdiff1d(mesh.tagged(root.surface), dead))
    ]


def conducting_surfaces(mesh: HeartMesh, conduction: str) -> tuple[str, ...]:
    """The endocardia of the mesh with a Purkinje network that takes part; that of a blocked branch is silent altogether.

    Were it entered from the working muscle at once and everywhere, the QRS would be too short for a block: 114 ms instead
    of 130 in left, 87 instead of 138 in right block (on a two-chambered heart of 9 and 4.5 mm wall).
    """
    known = dict.fromkeys(root.surface for root in ROOTS)
    return tuple(name for name in known if name != BLOCKED[conduction] and len(mesh.tagged(name)))


def network_triangles(mesh: HeartMesh, triangles: NDArray[np.integer], surfaces: tuple[str, ...]) -> NDArray[np.bool_]:
    """(k,) which of these ``triangles`` of the endocardium have a network: those of ``surfaces``, up to ``EXTENT``."""
    on = np.zeros(len(mesh.points), dtype=bool)
    for name in surfaces:
        on[mesh.tagged(name)] = True
    has = on[triangles].all(axis=1)
    if has.any() and len(mesh.tagged("endo_lv")):
        has &= heart_axes(mesh).height(mesh.points)[triangles].mean(axis=1) < EXTENT
    return np.asarray(has)


def place_root(mesh: HeartMesh, root: Root) -> int:
    """The node of the mesh at a place that is told by its surface, height and angle."""
    return _place(mesh, heart_axes(mesh), root, np.unique(mesh.tagged(root.surface)))


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


def conducting_branches(scenario: Electrophysiology) -> str:
    """Which branches conduct in this beat: a lead in the left bundle area reaches the left one beyond its block."""
    beyond = scenario.start == "paced" and any(site.role == "left_bundle" for site in scenario.sites)
    return "normal" if beyond and scenario.conduction == "lbbb" else scenario.conduction


def system_sources(mesh: HeartMesh, scenario: Electrophysiology) -> tuple[Source, ...]:
    """The exits that leads in the His bundle or the left bundle area excite, each at the time of its lead.

    The His bundle starts a beat as the patient's own, with its block; the left bundle area the left exits.
    """
    found: list[Source] = []
    for site in scenario.sites:
        if site.role == "his":
            found += [replace(s, time=s.time + site.time) for s in _own_sources(mesh, scenario)]
        elif site.role == "left_bundle":
            left = _from_zero(placed_roots(mesh, ("endo_lv",), roots_of(scenario)))
            if not left:
                raise Refused("A lead in the left bundle area needs a mesh with the surface endo_lv.")
            found += [replace(source, time=source.time + site.time) for source in left]
    return tuple(found)


def paced_sources(solver: EikonalSolver, sites: tuple[PacingSite, ...]) -> tuple[Source, ...]:
    """The pacing sites of the wall at their nearest nodes; refuses sites that lie beside the heart."""
    if not sites:
        raise Refused(
            "The scenario is paced but has no pacing site; add one, or start the beat from the conduction system."
        )
    sources = []
    for number, site in enumerate(sites, 1):
        if site.role in SYSTEM:
            continue
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
            f"Pacing site {number} at ({where}) mm lies in dense scar or a lesion, which cannot be paced. "
            f"The nearest tissue that conducts is {gap:.0f} mm away; move the site there."
        )


def sources_of(mesh: HeartMesh, solver: EikonalSolver, scenario: Electrophysiology) -> tuple[Source, ...]:
    """Where this scenario's beat starts."""
    if scenario.start == "paced":
        return (*paced_sources(solver, scenario.sites), *system_sources(mesh, scenario))
    return _own_sources(mesh, scenario)


def _own_sources(mesh: HeartMesh, scenario: Electrophysiology) -> tuple[Source, ...]:
    return his_purkinje_sources(mesh, scenario.conduction, roots_of(scenario))
