"""Numbers of an option that no run holds: whether re-entry was induced, and how likely its valve's size is the fitting one."""

import numpy as np

from app.case import Case
from app.plan_answers import induced
from geometry.aortic_root import ring_of
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.devices.records import ImplantedValve
from solvers.devices.sizing import choose_size
from solvers.scenario import Flow


def planned_facts(case: Case, name: str, mesh: HeartMesh | None) -> tuple[Metric, ...]:
    """What was found out about the plan of a scenario besides its run; nothing about an unknown one."""
    scenario = case.scenarios().get(name)
    if scenario is None or mesh is None:
        return ()
    if isinstance(scenario, Flow):
        return size_facts(mesh, scenario)
    return induction_facts(case, name, mesh)


def induction_facts(case: Case, name: str, mesh: HeartMesh) -> tuple[Metric, ...]:
    """From how many of the sites that were paced re-entry followed; nothing where it was not tried on this heart."""
    found = induced(case, name, mesh)
    if found is None:
        return ()
    from_sites, tried = len(found["inducible_from"]), int(found["sites_tried"])
    cycles = [row["cycle_length_ms"] for row in found["attempts"] if row["sustained"] and row["cycle_length_ms"]]
    word = "induced" if from_sites else "not induced"
    metrics = [
        Metric("reentry_sites", "Re-entry induced from sites", float(from_sites), "1", note=f"{word}; {tried} tried")
    ]
    if cycles:
        metrics.append(Metric("reentry_cycle", "Cycle length of the re-entry", float(np.median(cycles)), "ms"))
    return tuple(metrics)


def size_facts(mesh: HeartMesh, scenario: Flow) -> tuple[Metric, ...]:
    """The chance that the annulus lies in the range of the valve's size, given the doubt of its edge."""
    valve = scenario.device
    if not isinstance(valve, ImplantedValve):
        return ()
    try:
        choice = choose_size(valve.family, ring_of(mesh), valve.edge_doubt)
    except Refused:
        return ()
    chance = next((share for size, share in choice.chances if size.size == valve.size), 0.0)
    note = f"SD {valve.edge_doubt:g} mm of the annulus' edge; no size of the family: {100 * choice.none:.0f} %"
    return (Metric("size_chance", "Chance that this size is the fitting one", 100.0 * chance, "%", note=note),)
