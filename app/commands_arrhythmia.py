"""The verb that looks for an arrhythmia that can be induced."""

from collections.abc import Mapping
from json import loads
from pathlib import Path
from typing import Any

from app.commands import Json, opened_case, point, run
from app.console import print_json, say
from app.plan_answers import ALL, LADDERS, SCAR, answer_file
from geometry.errors import Refused

LADDER = {name: ",".join(f"{v:g}" for v in one) for name, one in LADDERS.items()}


def induce(
    case: Path,
    *,
    scenario: str,
    sites: str = ALL,
    s1: float = 600.0,
    train: int = 6,
    s2: str = LADDER["s2"],
    s3: str | None = LADDER["s3"],
    s4: str | None = None,
    watch: float = 1000.0,
    workers: int | None = None,
    json: Json = None,
) -> None:
    """Pace from many sites with premature stimuli and tell from which of them re-entry follows.

    --sites all: the 17 segments and the right ventricle's apex and outflow; scar: four places around the scar; or points
    as x,y,z;x,y,z in mm. --s2, --s3, --s4: coupling intervals tried, ms, with commas; --s3 "" for none. The tissue is that
    of the stored scenario.
    """
    opened = opened_case(case)
    opened.scenario(scenario)
    places = sites if sites in (ALL, SCAR) else [list(point(text)) for text in sites.split(";")]
    extras = [intervals(text) for text in (s2, s3, s4) if text]
    options = {"scenario": scenario, "sites": places, "s1": s1, "train": train, "extras": extras, "watch": watch}
    run(opened, "induce", {**options, "workers": workers})
    found = loads(answer_file(opened, "induction", scenario).read_text())
    for row in found["attempts"]:
        coupling = ", ".join(f"{v:g}" for v in row["intervals_ms"])
        say(f"  {row['site']}, {coupling} ms: {outcome(row)}")
        for way in row["exits"]:
            say(f"    out at {way['time_ms']:.0f} ms: {way['place']}")
    say(f"Re-entry from {len(found['inducible_from'])} of {found['sites_tried']} sites")
    for note in found["notes"]:
        say(f"  {note}")
    print_json({"case": str(case), **found}, json)


def outcome(row: Mapping[str, Any]) -> str:
    """What came of one attempt, in words."""
    if row["sustained"]:
        return f"re-entry, cycle {row['cycle_length_ms']:.0f} ms"
    if not row["captured"]:
        return "not captured"
    # a late part of the wave before counts too, so this is no claim of a way round
    often = f" (some tissue was activated {row['returns'] + 1} times)" if row["returns"] else ""
    if row["going_on"]:
        return f"open, the wave was still going when the watch ended{often}"
    return f"no re-entry, the wave ended {row['active_for_ms']:.0f} ms after the stimulus{often}"


def intervals(text: str) -> list[float]:
    """Numbers from "300,280,260"."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise Refused(f"{text!r} is no list of intervals; write numbers in ms with commas, e.g. 300,280,260.") from None


ARRHYTHMIA_VERBS: Mapping[str, Any] = {"induce": induce}
