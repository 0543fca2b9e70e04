"""The protocol on one patient's heart: tissue tuned to the scenario's velocities, one line of answer for each attempt."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part, silent
from solvers.arrhythmia.protocol import Protocol, Site, Solve, induce
from solvers.arrhythmia.reentry import exit_sites
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.activation_metrics import place_words
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.march import MonodomainRun, march
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import diffusion_tensor, tuned_diffusion
from solvers.scenario import Electrophysiology


def tissue_of(
    mesh: HeartMesh, scenario: Electrophysiology, progress: Progress = silent
) -> tuple[Solve, tuple[str, ...]]:
    """What solves a stretch of time on this heart, and sentences about it; refuses a mesh without unit fibres."""
    from solvers.fem import assemble_diffusion

    if mesh.fiber is None:
        raise Refused("The mesh has no fibres. Lay them first (mesh the case as ventricles).")
    if not np.allclose(np.linalg.norm(mesh.fiber, axis=1), 1.0, atol=1e-3):
        raise Refused("Some fibres of the mesh are zero or not of unit length. Lay the fibres again.")
    cell, wanted = find_cell(scenario.cell), scenario.velocities
    tuning = tuned_diffusion(
        wanted.fiber, wanted.cross, mesh.edge_length(), scenario.time_step, cell, progress=progress
    )
    mass, stiffness = assemble_diffusion(mesh, diffusion_tensor(mesh.fiber, tuning.fiber, tuning.cross))
    blended = blend_mass(mass, tuning.consistent)

    def solve(stimuli: list[Stimulus], until: float, state: MarchState | None, progress: Progress) -> MonodomainRun:
        return march(
            blended,
            stiffness,
            stimuli,
            cell,
            until,
            scenario.time_step,
            frame_every=max(until, 1.0),
            order=cell.order,
            points=mesh.points,
            resume=state,
            progress=progress,
        )

    return solve, tuning.notes


def induction(
    mesh: HeartMesh,
    scenario: Electrophysiology,
    sites: dict[str, Site],
    protocol: Protocol,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Attempts, how many sites were tried, and the sites from which re-entry was induced, as plain numbers and words."""
    solve, notes = tissue_of(mesh, scenario, part(progress, 0.0, 0.05))
    rows = []
    for attempt in induce(solve, sites, len(mesh.points), protocol, part(progress, 0.05, 1.0)):
        found = attempt.reentry
        rows.append(
            {
                "site": attempt.site,
                "intervals_ms": list(attempt.intervals),
                "captured": attempt.captured,
                "sustained": found.sustained,
                "cycle_length_ms": found.cycle_length if np.isfinite(found.cycle_length) else None,
                "exits": _exits(mesh, attempt.run, found.cycle_length) if found.sustained else [],
            }
        )
    inducible = sorted({str(row["site"]) for row in rows if row["sustained"]})
    return {"sites_tried": len(sites), "inducible_from": inducible, "attempts": rows, "notes": list(notes)}


def _exits(mesh: HeartMesh, run: MonodomainRun, cycle: float) -> list[dict[str, Any]]:
    """The earliest place of the epicardium (of any node where it has no name) in each of the last two cycles."""
    outer = np.unique(mesh.tagged("epi"))
    state, on = run.state, outer if len(outer) else np.arange(len(mesh.points))
    breaks = exit_sites(state.nodes, state.passages, on, state.t - 2 * cycle, cycle, state.t)
    return [{"time_ms": at, "place": place_words(mesh, node), "node": node} for at, node in breaks]


def sites_at(mesh: HeartMesh, places: Sequence[tuple[float, float, float]]) -> dict[str, Site]:
    """Sites at points (mm); refuses one further than two edge lengths from the tissue."""
    reach, found = 2.0 * mesh.edge_length(), {}
    for place in places:
        gap = np.linalg.norm(mesh.points - np.array(place), axis=1)
        if not gap.min() <= reach:
            raise Refused(
                f"The pacing site {place} lies {gap.min():.0f} mm outside the tissue. Choose a place on the wall."
            )
        away = np.linalg.norm(mesh.points - mesh.points[gap.argmin()], axis=1)
        inside, around = away <= reach, (away > reach) & (away <= 2 * reach)
        found["({:g}, {:g}, {:g}) mm".format(*place)] = Site(np.flatnonzero(inside), np.flatnonzero(around))
    return found
