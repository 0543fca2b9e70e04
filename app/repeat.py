"""A report run again: every scenario it tells, computed anew and held against the numbers it holds."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.case import Case
from app.provenance import digest
from app.report_facts import FORMAT
from geometry.errors import Refused
from geometry.progress import Progress, part
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow
from solvers.scenario_file import scenario_from

SAME = 1e-9  # relative difference up to which two numbers are the same
Compute = Callable[[str, Electrophysiology | Flow, Progress], Result]


@dataclass(frozen=True)
class Repeated:
    """One number of a run as the report has it and as it came out again; ``off`` is their difference, relative."""

    run: str
    name: str
    told: float
    again: float
    off: float

    @property
    def same(self) -> bool:
        """Whether it is the same number."""
        return self.off <= SAME


def read_report(path: Path) -> dict[str, Any]:
    """The facts in a report.json; refuses what is none, or was written by a newer program."""
    try:
        facts = json.loads(path.read_text())
        known = int(facts["format"]) <= FORMAT and isinstance(facts["runs"], list)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Refused(f"{path} is no report of CardioTwin; give the report.json of a case.") from fault
    if not known:
        raise Refused(f"{path} was written by a newer CardioTwin; update.")
    return dict(facts)


def case_of(path: Path) -> Path:
    """The folder of the case in which a report.json lies; refuses one that lies elsewhere."""
    folder = path.resolve().parent.parent
    if not (folder / "case.json").is_file():
        raise Refused(f"{path} does not lie in the folder of its case; name that with --case.")
    return folder


def repeat_runs(case: Case, report: Path, out: Path, compute: Compute, progress: Progress) -> None:
    """Compute every run of ``report`` again with the numbers it holds; what came out goes to the JSON file ``out``.

    Refuses where the mesh is no longer that of the report: other numbers would come out for that reason alone.
    """
    facts = read_report(report)
    runs = [run for run in facts["runs"] if run["scenario"] is not None]
    if not runs:
        raise Refused(f"{report.name} tells of no run that could be repeated.")
    heart = case.folder / "mesh" / "heart.npz"
    wanted = {run["mesh"] for run in runs}
    if not heart.exists() or wanted != {digest(heart)}:
        raise Refused(
            "The mesh of the case is not the one that the runs of this report were made on; they cannot be repeated."
        )
    rows: list[Repeated] = []
    for index, run in enumerate(runs):
        inner = part(progress, index / len(runs), (index + 1) / len(runs))
        result = compute(run["name"], scenario_from(run["scenario"]), inner)
        rows += held_against(run, result)
    out.write_text(json.dumps([asdict(row) for row in rows]))


def read_repeated(path: Path) -> list[Repeated]:
    """What ``repeat_runs`` wrote."""
    return [Repeated(**facts) for facts in json.loads(path.read_text())]


def held_against(run: Mapping[str, Any], result: Result) -> Iterator[Repeated]:
    """Every metric with its bounds and every member of a run in a report against a new ``result``; NaN for what is missing."""
    new = {metric.name: metric for metric in result.metrics}
    for facts in run["metrics"]:
        again = new.get(facts["name"])
        for key, tail in (("value", ""), ("low", ", 5 %"), ("high", ", 95 %")):
            told, found = facts[key], getattr(again, key, None)
            if told is not None or found is not None:
                yield _held(run["name"], facts["name"] + tail, _number(told), _number(found))
    for name, told in run["members"].items():
        found = np.asarray(result.members.get(name, np.full(len(told), np.nan)))
        both = [
            _held(run["name"], f"{name}, members", _number(a), _number(b)) for a, b in zip(told, found, strict=False)
        ]
        yield max(both, key=lambda row: row.off)


def _held(run: str, name: str, told: float, again: float) -> Repeated:
    if math.isnan(told) and math.isnan(again):
        return Repeated(run, name, told, again, 0.0)
    scale = max(abs(told), abs(again), 1e-12)
    off = math.inf if math.isnan(told) or math.isnan(again) else abs(again - told) / scale
    return Repeated(run, name, told, again, off)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
