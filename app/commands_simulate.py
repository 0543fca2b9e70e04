"""The verb that runs scenarios: one, or every one whose run is out of date."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.case import Case
from app.commands import opened_case, run, tell_metrics
from app.console import print_json, say
from app.electrodes import moved_from_table, with_electrodes
from app.scenario_tree import as_child
from app.scenarios import EXERCISE, at_exercise, counterpart
from app.staleness import old_runs
from geometry.errors import Refused
from geometry.metric import Metric
from solvers.result_file import read_numbers
from solvers.scenario_file import read_scenario

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def simulate(
    case: Path,
    *,
    scenario: str | None = None,
    outdated: bool = False,
    workers: int | None = None,
    ranks: int = 1,
    restart: bool = False,
    exercise: bool = False,
    electrodes: Path | None = None,
    cluster: str | None = None,
    json: Json = None,
) -> None:
    """Run a scenario: the name of a stored one, or a scenario file; --restart goes on where it was stopped.

    --outdated runs again, in place of one --scenario, every run that is older than its mesh or than its changed scenario: one
    after another, parents before their children; one that cannot be run does not keep the others from it.
    --exercise runs the same flow on a bicycle (110 beats a minute, 170 over 80 mmHg by cuff), kept as a scenario of its own.
    --ranks shares the monodomain equation or a flow's beats out between so many processes under MPI (CARDIOTWIN_MPIEXEC names the
    command that starts them, where it is not mpiexec); the answer is that of one process to the solver's tolerance.
    --electrodes is a table (.csv) of rows NAME,x,y,z (mm, RAS) that moves electrodes of the scenario's ECG.
    --cluster is the address of a Dask scheduler (dask scheduler, dask worker ADDRESS --nthreads 1) on whose workers the members
    of the ensemble run; CARDIOTWIN_CLUSTER names one for every run. They are sent the mesh. Members that were finished when a run
    was cut off are not repeated.
    """
    how = {"workers": workers, "ranks": ranks, "cluster": cluster}
    if outdated:
        if scenario is not None or restart or exercise or electrodes is not None:
            raise Refused(
                "--outdated picks the runs itself; leave out --scenario, --restart, --exercise and --electrodes."
            )
        _run_outdated(opened_case(case), how, json)
        return
    if scenario is None:
        raise Refused(
            "Name the scenario to run with --scenario, or ask for every run that is out of date with --outdated."
        )
    opened = opened_case(case)
    name = _stored(opened, scenario)
    found = opened.scenario(name)
    if exercise and not name.endswith(EXERCISE):
        rest, name = name, counterpart(name)
        if name not in opened.scenarios():
            opened.save_scenario(name, as_child(opened.scenarios(), rest, at_exercise(rest, found)))
    if electrodes is not None:
        with_electrodes(opened, name, moved_from_table(electrodes))
    run(opened, "simulate", how | {"scenario": name, "restart": restart})
    numbers = read_numbers(opened.folder / "runs" / name)
    for note in numbers["notes"]:
        say(f"  {note}")
    more = {"case": str(case), "run": name, "checks": numbers["checks"], "notes": numbers["notes"]}
    tell_metrics(_metrics(numbers), json, more)


def _stored(case: Case, scenario: str) -> str:
    """The name of a stored scenario; a scenario file is stored under its own."""
    if scenario in case.scenarios() or Path(scenario).suffix != ".json":
        return scenario
    path = Path(scenario)
    if not path.is_file():
        raise Refused(f"There is no scenario file {path}; check the path.")
    case.save_scenario(path.stem, read_scenario(path))
    return path.stem


def _run_outdated(case: Case, how: Mapping[str, Any], json: str | None) -> None:
    """Every run that is out of date, again; refuses at the end with a sentence for each that could not be made."""
    names, scenarios = tuple(old_runs(case)), case.scenarios()
    told, failures = dict[str, Any](), list[str]()
    if not names:
        say("Every run is up to date.")
    for number, name in enumerate(names, 1):
        title = scenarios[name].title
        say(f"{number} of {len(names)}: {title}")
        try:
            run(case, "simulate", {**how, "scenario": name})
        except Refused as refusal:
            failures.append(f"'{title}': {refusal}")
            continue
        numbers = read_numbers(case.folder / "runs" / name)
        metrics = _metrics(numbers)
        tell_metrics(metrics, None, {})
        told[name] = {"metrics": {one.name: one.to_dict() for one in metrics}, "checks": numbers["checks"]}
    print_json({"case": str(case.folder), "runs": told, "not_made": failures}, json)
    if failures:
        raise Refused(f"{len(failures)} of {len(names)} runs could not be made again. " + " ".join(failures))


def _metrics(numbers: Mapping[str, Any]) -> tuple[Metric, ...]:
    return tuple(Metric(**facts) for facts in numbers["metrics"])


SIMULATE_VERBS: Mapping[str, Any] = {"simulate": simulate}
