"""What a worker does to see whether an arrhythmia can be induced."""

import json
import os
from collections.abc import Mapping
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.needed import needed_mesh
from app.plan_answers import ALL, SCAR, answer_file
from geometry.errors import Refused
from geometry.progress import Progress

Options = Mapping[str, Any]


def induce(case: Case, options: Options, progress: Progress) -> None:
    """Programmed stimulation. Options: scenario, sites ("all", "scar" or points), s1, train, extras (of S2, S3, S4), watch."""
    from solvers.arrhythmia.induction import induction
    from solvers.arrhythmia.protocol import Protocol
    from solvers.arrhythmia.sites import pacing_sites, scar_sites, sites_at

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
    named = {ALL: pacing_sites, SCAR: scar_sites}
    sites = named[wanted](heart) if isinstance(wanted, str) else sites_at(heart, [(p[0], p[1], p[2]) for p in wanted])
    found = induction(heart, scenario, sites, protocol, progress)
    path = answer_file(case, "induction", str(options["scenario"]))
    path.parent.mkdir(exist_ok=True)
    asked = {"scenario": options["scenario"], "asked": scenario.model_dump(mode="json"), "mesh": heart.digest()}
    replace_text(path, json.dumps({**asked, **found}, indent=1))
