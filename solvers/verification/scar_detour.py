"""Waves around a wall of scar: later by just the way around its end, in the eikonal and in the monodomain tier."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.substrate import substrate_of
from solvers.electrophysiology.tissue import diffusion_tensor
from solvers.result import Check

NAME = "ep-scar"
TITLE = "Waves go around scar, slowly through its grey zone, and not over it"

LENGTH, HEIGHT, START = 30.0, 16.0, (4.0, 2.0)  # mm
LEFT, RIGHT, TOP = 14.0, 16.0, 11.0  # mm, the sides and the end of the wall of scar
BEYOND = 20.0  # mm, where arrivals are looked at from
FIBER = np.array([1.0, 0.0, 0.0])


def verify(progress: Progress) -> list[Check]:
    """Detours with equal and with unequal velocities, a stripe of grey zone, a fast layer over scar, and a monodomain wave."""
    checks = []
    source = "shortest way around two corners / velocity"
    for name, conduction in (("isotropic", Conduction(0.5, 0.5)), ("anisotropic", Conduction(0.6, 0.3))):
        miss, dead = eikonal_detour(conduction)
        checks.append(Check(f"eikonal detour, {name}, mean error", miss, 0.0, 0.03, "1", source))
        checks.append(Check(f"values inside the scar, {name}", dead, 0.0, 0.0, "", "dense scar does not conduct"))
    progress(0.2, TITLE)
    checks.append(Check("delay of a stripe of grey zone", grey_delay(), 1.0, 1e-3, "1", "width (1/v_grey - 1/v)"))
    over, triangles = fast_layer()
    checks.append(
        Check(
            "arrival behind scar under a fast layer", over, 1.0, 0.05, "1", "layer to the scar, then the wall over it"
        )
    )
    checks.append(Check("fast triangles on scar", float(triangles), 0.0, 0.0, "", "the layer is dead there"))
    source += ", that of the same wave before the wall"
    checks.append(Check("monodomain detour, mean error", monodomain_detour(progress), 0.0, 0.05, "1", source))
    progress(1.0, TITLE)
    return checks


def walled_slab(edge: float, depth: float) -> HeartMesh:
    """A slab with a wall of scar from its lower side up to ``TOP``."""
    mesh = slab((LENGTH, HEIGHT, depth), edge)
    middle = mesh.points[mesh.tets].mean(axis=1)
    return with_region(mesh, (middle[:, 0] > LEFT) & (middle[:, 0] < RIGHT) & (middle[:, 1] < TOP), SCAR_CORE)


def with_region(mesh: HeartMesh, tets: NDArray[np.bool_], name: str) -> HeartMesh:
    """The mesh with these tetrahedra as a region of that name, fibres along x."""
    number = max(mesh.region_names) + 1
    names = {**mesh.region_names, number: name}
    fiber = np.tile(FIBER, (len(mesh.tets), 1))
    return replace(mesh, region=np.where(tets, number, mesh.region), region_names=names, fiber=fiber)


def way_around(points: Floats, start: tuple[float, float], stretch: float = 1.0) -> Floats:
    """(n,) mm of the shortest way from ``start`` to points right of the wall, y counted ``stretch`` times.

    The shortest line between two points around a convex obstacle is taut: it bends at corners of the obstacle only.
    """
    scale = np.array([1.0, stretch])
    at, first = points[:, :2] * scale, np.array(start) * scale
    near, far = np.array([LEFT, TOP]) * scale, np.array([RIGHT, TOP]) * scale
    bent = np.linalg.norm(near - first) + (RIGHT - LEFT) + np.linalg.norm(at - far, axis=1)
    over_near = np.linalg.norm(near - first) + np.linalg.norm(at - near, axis=1)
    over_far = np.linalg.norm(far - first) + np.linalg.norm(at - far, axis=1)
    straight = np.linalg.norm(at - first, axis=1)

    def height(x: float, one: Floats, two: Floats) -> Floats:
        return np.asarray(one[..., 1] + (two[..., 1] - one[..., 1]) * (x - one[..., 0]) / (two[..., 0] - one[..., 0]))

    top = TOP * stretch - 1e-9
    clear = (height(LEFT, first, at) >= top) & (height(RIGHT, first, at) >= top)
    from_near = height(RIGHT, near, at) >= top
    to_far = bool(height(LEFT, first, far) >= top)
    found = np.where(from_near, over_near, bent)
    found = np.where(to_far, np.minimum(found, over_far), found)
    return np.where(clear, straight, found)


def eikonal_detour(conduction: Conduction, edge: float = 0.5) -> tuple[float, float]:
    """Mean relative error of the arrivals beyond the wall, and how many nodes inside the scar have a time."""
    mesh = walled_slab(edge, 2 * edge)
    solver = EikonalSolver(mesh, ball=3.0)
    source = solver.nearest_node((*START, 0.0))
    found = solver.activation_times(np.asarray(mesh.fiber), conduction, [Source(source)])
    beyond = mesh.points[:, 0] > BEYOND
    start = (float(mesh.points[source, 0]), float(mesh.points[source, 1]))
    exact = way_around(mesh.points[beyond], start, conduction.fiber / conduction.cross) / conduction.fiber
    dead = float(np.isfinite(found[solver.substrate.dead]).sum())
    return float(np.abs(found[beyond] / exact - 1.0).mean()), dead


def grey_delay() -> float:
    """How much later a plane wave is behind a stripe of grey zone, as a share of what its width asks for."""
    mesh = slab((20.0, 2.0, 2.0), 1.0)
    middle = mesh.points[mesh.tets].mean(axis=1)[:, 0]
    grey = with_region(mesh, (middle > 8.0) & (middle < 12.0), BORDER_ZONE)
    conduction = Conduction(0.6, 0.3, grey=(0.5, 0.4))
    sources = [Source(int(node)) for node in np.flatnonzero(mesh.points[:, 0] == 0.0)]
    fiber, late = np.asarray(grey.fiber), mesh.points[:, 0] > 13.0
    times = [EikonalSolver(one).activation_times(fiber, conduction, sources)[late] for one in (grey, mesh)]
    return float((times[0] - times[1]).mean() / (4.0 / 0.3 - 4.0 / 0.6))


def fast_layer(edge: float = 0.5) -> tuple[float, int]:
    """Arrival behind a block of scar under a fast surface against its shortest way, and fast triangles on the scar."""
    mesh = slab((24.0, 1.0, 4.0), edge)
    middle = mesh.points[mesh.tets].mean(axis=1)
    block = (middle[:, 0] > 8.0) & (middle[:, 0] < 16.0) & (middle[:, 2] < 2.0)
    scarred = with_region(mesh, block, SCAR_CORE)
    solver = EikonalSolver(scarred, fast_surfaces=("z_low",))
    sources = [Source(int(node)) for node in np.flatnonzero((mesh.points[:, [0, 2]] == 0.0).all(axis=1))]
    wall, layer = 0.5, 2.0
    times = solver.activation_times(np.asarray(scarred.fiber), Conduction(wall, wall, layer), sources)
    behind = int(np.argmin(np.linalg.norm(mesh.points - [16.0, 0.5, 0.0], axis=1)))
    # from the layer up to the corner of the block: leaves the layer at an angle of sine wall / layer (Snell); then along the
    # top of the block and straight down its far side
    lift = 2.0 * np.sqrt(1 / wall**2 - 1 / layer**2)
    exact = 8.0 / layer + lift + 8.0 / wall + 2.0 / wall
    inside = (solver.points[solver.triangles][..., 0] > 8.0 + 1e-9).any(axis=1) & (
        solver.points[solver.triangles][..., 0] < 16.0 - 1e-9
    ).any(axis=1)
    return float(times[behind] / exact), int(inside.sum())


def monodomain_detour(progress: Progress, edge: float = 0.5) -> float:
    """As ``eikonal_detour``, a wave of TP06 in both directions alike; its velocity is that before the wall."""
    mesh = walled_slab(edge, edge)
    tissue = substrate_of(mesh).conducting
    points, n = tissue.mesh.points, len(tissue.nodes)
    away = np.linalg.norm(points[:, :2] - START, axis=1)
    diffusion = diffusion_tensor(np.tile(FIBER, (len(tissue.mesh.tets), 1)), 0.12, 0.12)
    run = solve_monodomain(
        tissue.mesh,
        diffusion,
        [Stimulus.at(np.flatnonzero(away < 2.0), n)],
        find_cell("tentusscher_panfilov_2006_epi"),
        120.0,
        frame_every=120.0,
        stop_when_activated=True,
        progress=progress,
    )
    free = (points[:, 0] < LEFT) & (away > 4.0)
    slowness, begun = np.polyfit(away[free], run.activation[free], 1)
    beyond = points[:, 0] > BEYOND
    exact = begun + slowness * way_around(points[beyond], START)
    return float(np.abs(run.activation[beyond] / exact - 1.0).mean())
