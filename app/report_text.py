"""The sentences and rows of a report, the same in PDF and HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.verification_record import NOT_RUN
from geometry.metric import with_unit

MOST_MEASURES = 10  # on the first page
OPTIONS_CAPTION = (
    "Dots: the runs of each ensemble, or twenty of equal chance (one dot: 5 %). Bar: the run itself. Dashed: the threshold, "
    "with a tint on the side that P counts."
)
Section = tuple[str, list[str]]


def basis_line(facts: Mapping[str, Any]) -> str:
    """What scan and segmentation the report rests on."""
    scan = facts["scan"]
    words = f"Scan: {scan['source']}. " if scan["source"] else ""
    words += f"Segmented by: {scan['segmented_by']}. " if scan["segmented_by"] else ""
    return words + "Intervals are 90 %. The label is a pseudonym."


def main_measures(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What of the measures stands on the first page: those with a healthy band first, then those with an interval."""
    ranked = sorted(facts["measures"], key=lambda metric: (not metric["band"], metric["low"] is None))
    kept = [metric["name"] for metric in ranked[:MOST_MEASURES]]
    return [metric for metric in facts["measures"] if metric["name"] in kept]


def main_numbers(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What of the main run stands on the first page: those with a band first, in the order they were told."""
    ranked = sorted(run["metrics"], key=lambda metric: not metric["band"])[:MOST_MEASURES]
    return [metric for metric in run["metrics"] if metric in ranked]


def other_numbers(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The numbers of the main run that stand in the annex."""
    main = main_numbers(run)
    return [metric for metric in run["metrics"] if metric not in main]


def other_measures(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The measures that stand in the annex."""
    main = main_measures(facts)
    return [metric for metric in facts["measures"] if metric not in main]


def options_rows(table: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The head (texts), then a row for each outcome: lines of text in every cell."""
    head = ["Outcome", *(f"{o['title']}{' (baseline)' if o['baseline'] else ''}" for o in table["options"])]
    rows: list[list[Any]] = [head]
    for row in outcomes:
        way = {"lower": "lower is better", "higher": "higher is better", "": "better: not said"}[row["better"]]
        by = " (chosen by the user)" if row["better_by"] == "chosen" else ""
        first = [row["label"], way + by, *(text for text in (row["band"], row["why"]) if text)]
        cells = []
        for option in table["options"]:
            texts = row["options"][option["name"]]
            share = f"P(best) {texts['share']}" if texts["share"] else ""
            told = (texts["value"], texts["apart"], share, texts["chance"], texts["inside"])
            cells.append([line for line in told if line])
        rows.append([first, *cells])
    return rows


def annex_sections(facts: Mapping[str, Any]) -> list[Section]:
    """Assumptions, checks, verification, inputs and provenance: titles with their sentences, empty ones left out."""
    sections: list[Section] = [("Out of date", list(facts["out_of_date"]))]
    sections.append(("Measures: what they rest on", _labelled(facts["measures"])))
    known: set[str] = set()
    for run in facts["runs"]:
        title, notes = run["title"], _assumptions(run)
        fresh = [note for note in notes if note not in known]
        known |= set(notes)
        more = " (beside those above)" if len(fresh) < len(notes) else ""
        sections.append((f"{title}: assumptions and limits{more}", fresh))
        sections.append((f"{title}: checks made during the run", [_check(check) for check in run["checks"]]))
    sections += [(one["title"], one["sentences"]) for one in facts.get("calibrations", ())]
    sections.append(("Verification on this machine", _verification(facts)))
    told: dict[str, str] = {}
    for run in facts["runs"]:
        rows = [row for row in run["inputs"] if told.get(row["path"]) != row["text"]]
        told |= {row["path"]: row["text"] for row in rows}
        again = " (only what differs from the runs above)" if len(rows) < len(run["inputs"]) else ""
        sections.append((f"{run['title']}: inputs with their status{again}", [row["text"] for row in rows]))
    sections.append(("Where it comes from", _provenance(facts)))
    return [(title, sentences) for title, sentences in sections if sentences]


def _assumptions(run: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*run["notes"], *_labelled(run["metrics"])]))


def _labelled(metrics: Sequence[Mapping[str, Any]]) -> list[str]:
    """Notes of numbers with the labels they belong to; each different note once."""
    labels: dict[str, list[str]] = {}
    for metric in metrics:
        if metric["note"]:
            labels.setdefault(metric["note"], []).append(metric["label"])
    return [f"{', '.join(names)}: {note}" for note, names in labels.items()]


def _check(check: Mapping[str, Any]) -> str:
    value = with_unit(f"{check['value']:.4g}", check["unit"])
    verdict = "passed" if check["passed"] else "FAILED"
    wanted = f"wanted {check['reference']:.4g} within {check['tolerance']:.2g}"
    return f"{verdict}: {check['name']}: {value} ({wanted}) {check['source']}".strip()


def _verification(facts: Mapping[str, Any]) -> list[str]:
    rows = facts["verification"]
    found = [str(facts["verification_line"])]
    found += [f"FAILED: {row['name']} ({row['title']}): {', '.join(row['failed'])}" for row in rows if row["failed"]]
    for state in ("passed", NOT_RUN):
        names = [row["name"] for row in rows if row["state"] == state]
        found += [f"{state[:1].upper() + state[1:]}: {', '.join(names)}."] if names else []
    return found


def _provenance(facts: Mapping[str, Any]) -> list[str]:
    origin = facts["provenance"]
    hashes = ", ".join(f"{name} {value}" for name, value in origin["hashes"].items() if value)
    versions = ", ".join(f"{name} {value}" for name, value in origin["versions"].items())
    runs = [_run_origin(run) for run in facts["runs"]]
    again = "report.json beside this file repeats every run and compares: cardiotwin run report.json"
    return [f"Hashes: {hashes}.", f"Versions: {versions}. Machine: {origin['machine']}.", *runs, again]


def _run_origin(run: Mapping[str, Any]) -> str:
    made = f"scenario {run['numbers'] or 'deleted'}, on mesh {run['mesh']}, seed {run['stamp'].get('seed', 'none')}"
    return f"Run '{run['title']}': {made}."
