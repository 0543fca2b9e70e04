"""The verbs that write a report, and run one again."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.captures import keep_capture
from app.case import Case
from app.commands import opened_case
from app.commands import run as run_job
from app.console import print_json, say
from app.repeat import case_of, read_repeated, read_report

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def report(case: Path, *, json: Json = None) -> None:
    """Write the report: one page and an annex as PDF and HTML, and report.json that says the same to a program."""
    opened = opened_case(case)
    run_job(opened, "report", {})
    path = opened.folder / "report" / "report.pdf"
    say(f"The report is {path}")
    files = {kind: str(path.with_suffix(f".{kind}")) for kind in ("html", "json")}
    print_json({"case": str(case), "report": str(path), **files}, json)


def run(report: Path, *, case: Path | None = None, workers: int | None = None, json: Json = None) -> int:
    """Run all scenarios of a report.json again and tell which numbers differ, and by how much; the kept runs stay.

    The case is the one in whose folder the report lies, or --case. Exit code 1 where a number differs.
    """
    read_report(report)
    opened = Case.open(case if case is not None else case_of(report))
    with tempfile.TemporaryDirectory(prefix="cardiotwin-") as room:
        out = Path(room) / "repeated.json"
        run_job(opened, "repeat", {"files": [str(report.resolve())], "out": str(out), "workers": workers})
        rows = read_repeated(out)
    other = [row for row in rows if not row.same]
    for row in other:
        say(f"  {row.run}: {row.name}: {row.told:.6g} in the report, {row.again:.6g} now ({100 * row.off:.2g} % off)")
    say(f"{len(rows) - len(other)} of {len(rows)} numbers are the same.")
    worst = max((row.off for row in rows), default=0.0)
    facts = {"report": str(report), "numbers": len(rows), "same": len(rows) - len(other), "worst_relative": worst}
    print_json({**facts, "different": [vars(row) for row in other]}, json)
    return 1 if other else 0


def capture(case: Path, picture: Path, words: str = "", *, json: Json = None) -> None:
    """Keep a picture (PNG), e.g. of the window, with what it shows in words; the next report has it."""
    kept = keep_capture(opened_case(case), picture.read_bytes(), words)
    print_json({"case": str(case), "picture": str(kept.path), "words": kept.words}, json)


REPORT_VERBS: Mapping[str, Any] = {"report": report, "run": run, "capture": capture}
