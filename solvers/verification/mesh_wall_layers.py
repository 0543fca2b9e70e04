"""Wall layers in pipes: as thick as asked for, fit for a solver, and wall shear as the exact flows have it.

Layers are flat by intent: a straight prism 0.15 edges thick over triangles of one edge has dihedral angles of 8 to 10 degrees.
So their angles are held to 5 degrees like any, and only their radius ratio (which grows as edge over thickness) is not judged.
"""

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.meshing.layer_prisms import LAYER
from geometry.meshing.wall_layers import Layered, with_wall_layers
from geometry.progress import Progress, part
from geometry.quality import min_dihedrals, radius_ratios
from geometry.shapes import tube
from solvers.result import Check
from solvers.verification import poiseuille
from solvers.verification.womersley import swinging_errors

NAME = "mesh-wall-layers"
TITLE = "Layers along the wall of pipes, and the flow in them"
RADIUS, LENGTH, EDGE = 6.0, 18.0, 1.2  # mm
COUNT, FIRST, GROWTH = 3, 0.12, 1.5
SWINGING = 13.0  # Womersley number: that of an adult's aorta
SOURCE, EXACT = "issue 4", "what was asked for"


def verify(progress: Progress) -> list[Check]:
    """A straight and a narrowed pipe, then steady and swinging flow with layers."""
    straight, narrowed = tube(RADIUS, LENGTH, EDGE), tube(RADIUS, 24.0, EDGE, 0.75)
    checks = thickness_checks(with_wall_layers(straight, COUNT, FIRST, GROWTH).mesh)
    for name, pipe in (("straight pipe", straight), ("pipe narrowed by 75 %", narrowed)):
        checks += quality_checks(name, pipe, with_wall_layers(pipe, COUNT))
    layered = with_wall_layers(straight, COUNT).mesh
    velocity, shear = swinging_errors(layered, SWINGING, part(progress, 0.1, 0.6))
    checks += [
        Check("swinging flow, velocity", velocity, 0.0, 0.04, "1", "Womersley 1955"),
        Check("swinging flow, wall shear stress", shear, 0.0, 0.03, "1", "Womersley 1955"),
    ]
    pipe = tube(poiseuille.RADIUS, poiseuille.LENGTH, 2.0)
    steady = poiseuille.pipe_errors(with_wall_layers(pipe, COUNT).mesh, part(progress, 0.6, 1.0))
    return [
        *checks,
        Check("steady flow, pressure gradient", steady.gradient, 0.0, 0.01, "1", poiseuille.SOURCE),
        Check("steady flow, velocity", steady.velocity, 0.0, 0.02, "1", poiseuille.SOURCE),
        Check("steady flow, wall shear stress", steady.shear, 0.0, 0.01, "1", poiseuille.SOURCE),
    ]


def thickness_checks(mesh: HeartMesh) -> list[Check]:
    """How deep each layer begins and ends, half-way along a straight pipe."""
    layer, checks, begin = mesh.cell_data[LAYER], [], 0.0
    middle = (np.abs(mesh.points[:, 2] - LENGTH / 2) < LENGTH / 4)[mesh.tets].all(axis=1)
    depth = RADIUS - np.linalg.norm(mesh.points[:, :2], axis=1)
    for k in range(COUNT):
        end = begin + FIRST * GROWTH**k
        inside = depth[np.unique(mesh.tets[middle & (layer == k + 1)])]
        off = max(abs(inside.min() - begin), abs(inside.max() - end))
        checks.append(Check(f"layer {k + 1} from {begin:.2f} to {end:.2f} mm, off by", off, 0.0, 0.01, "mm", EXACT))
        begin = end
    return checks


def quality_checks(name: str, pipe: HeartMesh, layered: Layered) -> list[Check]:
    """Shape kept, layers all along the wall, no angle too flat, the core as any other mesh."""
    mesh = layered.mesh
    core = mesh.tets[np.asarray(mesh.cell_data[LAYER]) == 0]
    volume = mesh.tet_volumes()
    kept = abs(volume.sum() / pipe.tet_volumes().sum() - 1)
    return [
        Check(f"{name}, inverted", float((volume <= 0).sum()), 0.0, 0.0, "1", SOURCE),
        Check(f"{name}, volume kept within", kept, 0.0, 1e-9, "1", "the same shape"),
        Check(f"{name}, wall without its {COUNT} layers", 1 - layered.whole, 0.0, 0.02, "1", EXACT),
        Check(f"{name}, smallest angle of the layers (over 5)", layered.min_dihedral, 92.5, 87.5, "deg", SOURCE),
        Check(
            f"{name}, smallest angle of the core (over 5)",
            float(min_dihedrals(mesh.points, core).min()),
            92.5,
            87.5,
            "deg",
            SOURCE,
        ),
        Check(
            f"{name}, 99 % radius ratio of the core (below 3)",
            float(np.percentile(radius_ratios(mesh.points, core), 99)),
            2.0,
            1.0,
            "1",
            SOURCE,
        ),
    ]
