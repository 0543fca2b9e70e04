"""What a worker does to see whether an arrhythmia can be induced."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.needed import needed_mesh
from geometry.errors import Refused
from geometry.progress import Progress
from solvers.scenario import Electrophysiology

Options = Mapping[str, Any]

ALL = "all"


def induce(case: Case, options: Options, progress: Progress) -> None:
    """Programmed stimulation. Options: scenario, sites ("all" or points), s1, train, extras (intervals of S2, S3, S4), watch."""
    from solvers.arrhythmia.induction import induction, sites_at
    from solvers.arrhythmia.protocol import Protocol, pacing_sites

    os.environ["OMP_NUM_THREADS"] = str(options.get("workers") or os.cpu_count() or 1)
    heart, scenario = needed_mesh(case), case.scenario(str(options["scenario"]))
    if scenario.kind != "electrophysiology":
        raise Refused(f"{scenario.title!r} is no scenario of activation. Choose one whose tissue is to be paced.")
    protocol = Protocol(
        s1=float(options["s1"]),
        train=int(options["train"]),
        extras=tuple(tuple(float(v) for v in one) for one in options["extras"]),
        watch=float(options["watch"]),
    )
    wanted = options["sites"]
    sites = pacing_sites(heart) if wanted == ALL else sites_at(heart, [(p[0], p[1], p[2]) for p in wanted])
    found = induction(heart, scenario, sites, protocol, progress)
    path = answer_path(case, str(options["scenario"]))
    path.parent.mkdir(exist_ok=True)
    asked = {"scenario": options["scenario"], "asked": scenario.model_dump(mode="json"), "mesh": heart.digest()}
    replace_text(path, json.dumps({**asked, **found}, indent=1))


def answer_path(case: Case, scenario: str) -> Path:
    """Where the last answer about a scenario is kept."""
    return case.folder / "plan" / f"induction-{scenario}.json"


def induced(case: Case, scenario: str) -> dict[str, Any] | None:
    """The last answer about a scenario as it is now; None where there is none."""
    try:
        found: dict[str, Any] = json.loads(answer_path(case, scenario).read_text())
        asked = Electrophysiology.model_validate(found["asked"])
    except (OSError, ValueError, KeyError):
        return None
    return found if asked == case.scenario(scenario) else None
