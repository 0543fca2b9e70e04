"""Activation of one patient's ventricles and their 12-lead ECG, with the doubt of both: the whole of an EP run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_part import part_of
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from solvers.arrhythmia.maps import substrate_fields
from solvers.electrophysiology.activation_metrics import activation_metrics
from solvers.electrophysiology.capture import Captured, check_capture
from solvers.electrophysiology.cell_kinds import drug_notes
from solvers.electrophysiology.conduction import check_conduction
from solvers.electrophysiology.eikonal_ensemble import (
    EikonalMemberAnswer,
    default_threshold,
    ecg_band,
    ecg_members,
    run_eikonal_ensemble,
)
from solvers.electrophysiology.eikonal_model import EikonalAnswer, EikonalModel
from solvers.electrophysiology.electrodes import electrode_notes
from solvers.electrophysiology.execution import ALONE, Execution
from solvers.electrophysiology.extracellular import extracellular_potential
from solvers.electrophysiology.lesions import ablated, lesion_metrics, lesion_notes
from solvers.electrophysiology.monodomain_beat import run_monodomain_beat
from solvers.electrophysiology.outlines import with_outlines
from solvers.electrophysiology.reaction_eikonal import run_reaction_eikonal_beat
from solvers.electrophysiology.repolarization import repolarization_fields
from solvers.result import Check, Field, Lines, Result, Trace
from solvers.scenario import Electrophysiology
from solvers.uncertainty.drawn import drawn_inputs
from solvers.uncertainty.sampling import draws, varied_numbers
from solvers.uncertainty.summary import summary_fields, with_interval

LIFT = 0.4  # mm, from the endocardium to where a network is drawn
POTENTIAL_EVERY = 2  # frames of 1 ms between those that are kept
# ms: mean absolute difference from the eikonal tier that is still told as agreement
APART = {"monodomain": 8.0, "reaction_eikonal": 1.0}
SLOWED = 0.3  # share by which the median velocity may miss the wanted one
NOT_VALIDATED = (
    "The ECG is that of a template chest of one conductivity, without lungs: amplitudes are those of an adult's chest, not "
    "of this patient's. Not validated for scarred or ischaemic hearts."
)


@dataclass(frozen=True)
class _Outcome:
    """What one tier found, on the way to a Result."""

    activation: Floats
    ecg: Trace
    fields: dict[str, Field]
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()


def run_electrophysiology(
    mesh: HeartMesh,
    scenario: Electrophysiology,
    progress: Progress = silent,
    *,
    workers: int = 2,
    how: Execution = ALONE,
    cluster: str = "",
    kept_members: Path | None = None,
) -> Result:
    """Simulate the scenario on a wall mesh by its tier, then its ensemble by the eikonal tier.

    Fields: activation_time (ms); all tiers but the eikonal one: potential (mV, frames every 2 ms), and where the heart
    repolarises in time repolarization_time and apd90; ensemble: activation_time_mean, _sd,
    _exceedance, _members. Traces: ecg, and ecg_low, ecg_high (5 %, 95 % of the members), ecg_members. Refuses blood-pool
    meshes.
    ``how`` runs with potentials are carried out; members run on a Dask ``cluster`` where one is named, and those that are
    finished are kept in a folder, so that a run that was cut off does not repeat them.
    """
    if mesh.kind != "ventricles":
        raise Refused(
            f"Activation needs the heart's wall; this mesh is of kind {mesh.kind}. Mesh the case as ventricles."
        )
    heavy, members = scenario.tier != "eikonal", scenario.ensemble.members
    whole, asked = mesh, scenario
    mesh = ablated(whole, scenario.lesions)
    model = EikonalModel(mesh, progress=part(progress, 0.0, 0.05 if heavy else 0.2))
    model = with_outlines(model, scenario)
    mesh = model.mesh
    captured = check_capture(model, scenario) if heavy else Captured(scenario, (), ())
    scenario = captured.scenario
    eikonal = model.answer(scenario)
    stop = (0.85 if heavy else 0.3) if members else 1.0
    reach = np.isfinite(eikonal.activation)
    outcome = _beat(model, scenario, eikonal, part(progress, 0.05, stop), how) if heavy else _eikonal(eikonal)
    metrics = (*activation_metrics(mesh, outcome.activation, outcome.ecg), *captured.metrics)
    metrics = (*metrics, *lesion_metrics(whole, scenario.lesions))
    fields, traces = dict(outcome.fields), {"ecg": outcome.ecg}
    kept: dict[str, Floats] = {}
    notes = [*mesh.notes, *model.substrate.notes(~reach & ~model.substrate.dead), *captured.notes, *outcome.notes]
    notes += [*lesion_notes(whole, scenario.lesions), *drug_notes(scenario)]
    notes += [*electrode_notes(whole, scenario.electrodes), NOT_VALIDATED]
    if members:
        duration = float(outcome.ecg.times[-1])
        run = run_eikonal_ensemble(
            model, scenario, duration, workers, part(progress, stop, 0.99), cluster, kept_members
        )
        notes += run.notes
        if len(run.good) < 2:
            raise Refused(
                f"Only {len(run.good)} of {members} members of the ensemble could be solved. {' '.join(run.notes[:1])}"
            )
        threshold = scenario.ensemble.threshold or default_threshold(eikonal.activation)
        activations = np.stack([answer.activation for answer in run.good])
        fields |= summary_fields("activation_time", fields["activation_time"], activations, threshold)
        traces["ecg_low"], traces["ecg_high"] = ecg_band(run.good)
        traces["ecg_members"] = ecg_members(run.good)
        values = _member_values(metrics, activation_metrics(mesh, eikonal.activation, eikonal.ecg), run.values)
        metrics = tuple(with_interval(metric, values[metric.name]) for metric in metrics)
        kept = values | drawn_inputs(draws(scenario, members, scenario.ensemble.seed))
        notes.append(_ensemble_note(scenario, len(run.good)))
    progress(1.0, "Done")
    return Result(
        kind="electrophysiology",
        method=scenario.tier.replace("_", "-"),
        fields=fields,
        traces=traces,
        metrics=metrics,
        checks=outcome.checks,
        notes=tuple(notes),
        stamp=_stamp(whole, asked),
        lines=_network_lines(model, scenario),
        members=kept,
    )


def _network_lines(model: EikonalModel, scenario: Electrophysiology) -> dict[str, Lines]:
    """A grown network, drawn just inside the cavities."""
    network = model.network(scenario) if scenario.network == "grown_tree" else None
    if network is None:
        return {}
    tree = network.tree
    return {"purkinje": Lines(tree.points + LIFT * tree.normals, tree.segments, "Purkinje network")}


def _eikonal(answer: EikonalAnswer) -> _Outcome:
    notes = (
        "Eikonal tier: every node follows one action potential from its activation on; no block, no re-entry, and "
        "every pacing site captures.",
    )
    return _Outcome(
        answer.activation,
        answer.ecg,
        {"activation_time": _activation_field(answer.activation)},
        (_reached(answer.activation, np.isfinite(answer.activation)),),
        notes,
    )


def _beat(
    model: EikonalModel,
    scenario: Electrophysiology,
    eikonal: EikonalAnswer,
    progress: Progress,
    how: Execution,
) -> _Outcome:
    solve = run_monodomain_beat if scenario.tier == "monodomain" else run_reaction_eikonal_beat
    solving = part(progress, 0.0, 0.97)
    beat = solve(model, scenario, eikonal.activation, solving, how)
    activation, times = beat.run.activation, beat.run.times[::POTENTIAL_EVERY]
    if not np.isfinite(activation).any():
        raise Refused("Nothing was activated; check the start times of the pacing sites against the simulated time.")
    frames = beat.run.frames[::POTENTIAL_EVERY].astype(np.float32)
    potential = Field(frames, "mV", "Membrane potential", tuple(float(t) for t in times), "RESTING", "EXCITED")
    difference = eikonal.activation - activation
    bias = float(np.nanmean(difference))
    apart = float(np.nanmean(np.abs(difference)))
    words = f"{scenario.tier.replace('_', '-')} from eikonal, mean distance"
    agreement = Check(words, apart, 0.0, APART[scenario.tier], "ms", "the two tiers against each other")
    notes = [*beat.notes, f"The eikonal tier activates {abs(bias):.1f} ms {'later' if bias > 0 else 'earlier'} on average "
             f"(mean absolute difference {apart:.1f} ms)."]  # fmt: skip
    reach = np.isfinite(eikonal.activation)
    grey = model.substrate.grey_nodes & reach
    healthy = reach & ~grey
    blocked = int(np.isnan(activation[grey]).sum())
    if blocked:
        notes.append(
            f"{blocked} of {int(grey.sum())} nodes of the grey zone were not activated: the wave was blocked there, or the "
            "mesh is too coarse for conduction this slow. Only a finer mesh tells which."
        )
    late = int(np.isnan(activation[healthy]).sum())
    if late:
        notes.append(
            f"{late} of {int(healthy.sum())} nodes were not activated within {scenario.duration:g} ms: "
            "simulate longer, or look for a mesh that is too coarse there. They are shown without a value."
        )
    fields_between = _between_the_cells(model, scenario, beat.run.times, beat.run.frames, part(progress, 0.97, 1.0))
    velocity, told = _conduction(model, scenario, activation, reach)
    fields = {"activation_time": _activation_field(activation), "potential": potential}
    fields |= repolarization_fields(activation, potential)
    fields |= fields_between
    fields |= substrate_fields(model.mesh, activation, fields.get("repolarization_time"))
    return _Outcome(activation, beat.ecg, fields, (_reached(activation, healthy), agreement, velocity), (*notes, *told))


def _between_the_cells(
    model: EikonalModel, scenario: Electrophysiology, times: Floats, frames: NDArray[np.float32], progress: Progress
) -> dict[str, Field]:
    """The field "extracellular_potential" at the frames nearest to those asked for; none where none is."""
    if scenario.extracellular_every <= 0.0:
        return {}
    wanted = np.arange(0.0, times[-1] + 1e-9, scenario.extracellular_every)
    rows = np.unique(np.abs(times[:, None] - wanted).argmin(axis=0))
    living, fiber = model.substrate.conducting, model.directions(scenario.fibers)[0]
    found = extracellular_potential(living.mesh, fiber[living.tets], frames[rows][:, living.nodes], progress=progress)
    at = tuple(float(t) for t in times[rows])
    label = "Extracellular potential"
    return {"extracellular_potential": Field(living.spread(found), "mV", label, at, "NEGATIVE", "POSITIVE")}


def _conduction(
    model: EikonalModel, scenario: Electrophysiology, activation: Floats, reach: NDArray[np.bool_]
) -> tuple[Check, tuple[str, ...]]:
    """Whether the front moves as fast as wanted, and what to tell where it does not: numerical block is not physiology.

    Looked for in healthy tissue that the eikonal front reaches: scar and its grey zone may block.
    """
    fiber, _ = model.directions(scenario.fibers)
    wanted, tissue = scenario.velocities, model.substrate
    healthy = ~(tissue.core | tissue.grey) & reach[model.mesh.tets].all(axis=1)
    own = part_of(replace(model.mesh, fiber=fiber), healthy)
    report = check_conduction(own.mesh, activation[own.nodes], scenario.duration, wanted.fiber, wanted.cross)
    source = "median over the elements, collisions included"
    return Check("front velocity against the wanted one", report.ratio, 1.0, SLOWED, "1", source), report.notes


def _activation_field(activation: Floats) -> Field:
    return Field(activation, "ms", "Activation time", (), "EARLY", "LATE")


def _reached(activation: Floats, reach: NDArray[np.bool_]) -> Check:
    """Of the nodes ``reach`` (n,): dense scar, what it cuts off and a grey zone that may block are not among them."""
    share = float(np.isfinite(activation[reach]).mean())
    return Check("share of nodes activated", share, 1.0, 0.0, "1", "no numerical block")


def _member_values(
    metrics: tuple[Metric, ...], eikonal: tuple[Metric, ...], answers: Sequence[EikonalMemberAnswer | None]
) -> dict[str, Floats]:
    """(members,) of each metric, moved by what the run's tier and the eikonal tier differ in; NaN where one failed."""
    base = {metric.name: metric.value for metric in eikonal}
    found = {}
    for metric in metrics:
        own = [np.nan if answer is None else answer.values.get(metric.name, np.nan) for answer in answers]
        spread = np.array(own, dtype=np.float64) - base.get(metric.name, np.nan)
        if metric.unit == "deg":
            spread = (spread + 180) % 360 - 180
        found[metric.name] = metric.value + spread
    return found


def _ensemble_note(scenario: Electrophysiology, count: int) -> str:
    names = ", ".join(
        f"{_plain(number.meaning)} (SD {number.sd:g} {number.unit})" for number in varied_numbers(scenario)
    )
    moved = (
        "" if scenario.tier == "eikonal" else f" Intervals are centred on the {scenario.tier.replace('_', '-')} run."
    )
    return f"The ensemble has {count} members, solved by the eikonal tier, over {names}.{moved}"


def _plain(meaning: str) -> str:
    """A declared meaning as part of a sentence, without its remarks."""
    words = meaning.split(";")[0].split(" (")[0]
    return words[:1].lower() + words[1:]


def _stamp(mesh: HeartMesh, scenario: Electrophysiology) -> dict[str, object]:
    """What is needed to run it again: the same stamp means the same result."""
    names = ("cardiotwin", "numpy", "scipy", *(() if scenario.tier == "eikonal" else ("dolfinx-solver-real",)))
    return {
        "scenario": scenario.model_dump(mode="json"),
        "mesh": mesh.digest(),
        "seed": scenario.ensemble.seed,
        "versions": {name: found for name in names if (found := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
