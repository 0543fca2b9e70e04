"""The protocol on one patient's heart: tissue tuned to the scenario's velocities, one line of answer for each attempt."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_part import MeshPart
from geometry.progress import Progress, part, silent
from solvers.arrhythmia.protocol import Protocol, Solve, induce
from solvers.arrhythmia.reentry import CYCLES, exit_sites
from solvers.arrhythmia.sites import Site
from solvers.directions.coordinates import laplace_fields
from solvers.electrophysiology.activation_metrics import place_words
from solvers.electrophysiology.cell_kinds import cell_kinds
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.lesions import ablated
from solvers.electrophysiology.march import MonodomainRun, march
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.monodomain_beat import QUIET_STEP
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.substrate import substrate_of
from solvers.electrophysiology.tissue import check_fibers
from solvers.electrophysiology.tuned_tissue import tuned_tissue
from solvers.scenario import Electrophysiology

TUNING = 1000.0  # ms of model time that take about as long as finding the conductivities, on 30 thousand nodes
NOT_PACED = (
    "The site {} could not be paced: the regular stimuli did not excite the tissue around it. Choose another place there, or "
    "a finer mesh."
)


@dataclass(frozen=True)
class Tissue:
    """The part of a heart that conducts, what solves a stretch of time on its nodes, and sentences about it."""

    part: MeshPart
    solve: Solve
    notes: tuple[str, ...]


def tissue_of(mesh: HeartMesh, scenario: Electrophysiology, progress: Progress = silent) -> Tissue:
    """Layers, scar, grey zone, lesions and drug as in a beat of the scenario; refuses a mesh without unit fibres."""
    from solvers.fem import assemble_diffusion

    if mesh.fiber is None:
        raise Refused("The mesh has no fibres. Lay them first (mesh the case as ventricles).")
    fiber = mesh.fiber
    check_fibers(fiber)
    mesh = ablated(mesh, scenario.lesions)
    substrate = substrate_of(mesh)
    living = substrate.conducting
    tuned = tuned_tissue(mesh, substrate, scenario, part(progress, 0.0, 0.5))
    layered = scenario.layers.wall != "uniform"
    fields = laplace_fields(mesh, part(progress, 0.5, 0.6)) if layered else None
    kinds = cell_kinds(mesh, fields, substrate, scenario).settled(part(progress, 0.6, 1.0))
    cell, start = kinds.start(living.nodes)
    mass, stiffness = assemble_diffusion(living.mesh, tuned.tensor(fiber)[living.tets])
    blended = blend_mass(mass, tuned.wall.consistent)

    def solve(stimuli: list[Stimulus], until: float, state: MarchState | None, progress: Progress) -> MonodomainRun:
        return march(
            blended,
            stiffness,
            stimuli,
            cell,
            until,
            scenario.time_step,
            start=start,
            frame_every=max(until, 1.0),
            stop_at_rest=True,
            order=cell.order,
            quiet_dt=max(QUIET_STEP, scenario.time_step),
            points=living.mesh.points,
            resume=state,
            progress=progress,
        )

    return Tissue(living, solve, (*tuned.wall.notes, *tuned.local.notes, *substrate.notes(substrate.piece > 0)))


def _living(sites: dict[str, Site], tissue: MeshPart) -> dict[str, Site]:
    """The sites in the numbers of the part that conducts; what of them lies in dense scar is left out."""
    number = np.full(tissue.whole, -1)
    number[tissue.nodes] = np.arange(len(tissue.nodes))
    found = {name: [number[nodes] for nodes in (site.nodes, site.around)] for name, site in sites.items()}
    return {name: Site(nodes[nodes >= 0], around[around >= 0]) for name, (nodes, around) in found.items()}


def induction(
    mesh: HeartMesh,
    scenario: Electrophysiology,
    sites: dict[str, Site],
    protocol: Protocol,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Attempts, how many sites were tried, and the sites from which re-entry was induced, as plain numbers and words."""
    tuning = TUNING / (TUNING + len(sites) * protocol.expected)
    tissue = tissue_of(mesh, scenario, part(progress, 0.0, tuning))
    notes, rows = list(tissue.notes), []
    chosen = {name: site for name, site in _living(sites, tissue.part).items() if len(site.nodes) and len(site.around)}
    for name in sites:
        if name not in chosen:
            notes.append(f"The site {name} lies in dense scar or a lesion, which cannot be paced, and was left out.")
    if not chosen:
        raise Refused(
            "Every pacing site lies in dense scar or a lesion, which cannot be paced. Choose places on living wall."
        )
    n = len(tissue.part.nodes)
    for attempt in induce(tissue.solve, chosen, n, protocol, part(progress, tuning, 1.0)):
        found = attempt.reentry
        if not attempt.intervals:
            notes.append(NOT_PACED.format(attempt.site))
        rows.append(
            {
                "site": attempt.site,
                "intervals_ms": list(attempt.intervals),
                "captured": attempt.captured,
                "sustained": found.sustained,
                "going_on": found.going,
                "returns": found.cycles,
                "active_for_ms": found.last - attempt.last if np.isfinite(found.last) else None,
                "cycle_length_ms": found.cycle_length if np.isfinite(found.cycle_length) else None,
                "exits": _exits(mesh, tissue.part, attempt.run, found.cycle_length) if found.sustained else [],
            }
        )
    inducible = sorted({str(row["site"]) for row in rows if row["sustained"]})
    tried = {str(row["site"]) for row in rows if row["intervals_ms"]}
    notes.extend(_limits(rows, protocol, len(tried)))
    return {"sites_tried": len(tried), "inducible_from": inducible, "attempts": rows, "notes": notes}


def _limits(rows: list[dict[str, Any]], protocol: Protocol, tried: int) -> list[str]:
    """What the protocol leaves open where it induced nothing."""
    found, induced = [], {row["site"] for row in rows if row["sustained"]}
    going = sum(row["going_on"] and not row["sustained"] for row in rows)
    if going:
        found.append(
            f"In {going} attempt{'s' if going > 1 else ''} the heart was still active {protocol.watch:g} ms after the last "
            f"stimulus without having come round {CYCLES} times, so it is not known what becomes of it: watch longer."
        )
    shortest, longest = min(protocol.extras[0]), max(protocol.extras[0])
    lost = {row["site"] for row in rows if not row["captured"] and row["intervals_ms"] == [longest]}
    if lost:
        found.append(
            f"At {len(lost)} of {_sites(tried)} S2 did not capture even after {longest:g} ms, the longest interval tried: the "
            "tissue there was still refractory, or the mesh too coarse for so early a wave to leave. Give longer ones."
        )
    held = {row["site"] for row in rows if row["captured"] and row["intervals_ms"] == [shortest]} - induced
    if held:
        found.append(
            f"At {len(held)} of {_sites(tried)} S2 still captured after {shortest:g} ms, the shortest interval tried: "
            "shorter ones may induce what these did not."
        )
    return found


def _sites(count: int) -> str:
    return f"{count} site{'s' if count > 1 else ''}"


def _exits(mesh: HeartMesh, tissue: MeshPart, run: MonodomainRun, cycle: float) -> list[dict[str, Any]]:
    """The earliest place of the epicardium (of any node where it has no name) in each of the last two cycles."""
    outer = np.unique(tissue.mesh.tagged("epi"))
    state, on = run.state, outer if len(outer) else np.arange(len(tissue.nodes))
    breaks = exit_sites(state.nodes, state.passages, on, state.t - 2 * cycle, cycle, state.t)
    whole = [(at, int(tissue.nodes[node])) for at, node in breaks]
    return [{"time_ms": at, "place": place_words(mesh, node), "node": node} for at, node in whole]
