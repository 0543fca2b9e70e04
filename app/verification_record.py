"""What the last ``cardiotwin verify`` on this machine found, by problem: in the user's data folder, for the report."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from app.folders import replace_text
from solvers.result import Check

NOT_RUN = "not run on this machine"


def record_verification(name: str, title: str, checks: Sequence[Check]) -> None:
    """Note how one problem ended; what was noted of it before is replaced."""
    failed = [check.name for check in checks if not check.passed]
    facts = {"title": title, "checks": len(checks), "failed": failed, "passed": not failed}
    facts |= {"version": version("cardiotwin"), "date": datetime.now(UTC).date().isoformat()}
    replace_text(_path(), json.dumps(recorded_verifications() | {name: facts}, indent=1))


def recorded_verifications() -> dict[str, dict[str, Any]]:
    """Problem -> title, checks, failed, passed, version, date; empty where nothing was run or the file is damaged."""
    try:
        found = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def verification_status(known: dict[str, str]) -> list[dict[str, Any]]:
    """For every problem there is (name -> title): "passed", "FAILED" with its failed checks, or that it was not run here."""
    recorded, rows = recorded_verifications(), []
    for name, title in sorted(known.items()):
        facts = recorded.get(name)
        state = NOT_RUN if facts is None else "passed" if facts["passed"] else "FAILED"
        told = facts or {}
        failed = list(told.get("failed", ()))
        dates = {key: str(told.get(key, "")) for key in ("version", "date")}
        rows.append({"name": name, "title": title, "state": state, "failed": failed, **dates})
    return rows


def status_line(rows: list[dict[str, Any]]) -> str:
    """All of it in a sentence."""
    counts = {state: sum(row["state"] == state for row in rows) for state in ("passed", "FAILED", NOT_RUN)}
    versions = sorted({row["version"] for row in rows if row["version"]})
    dates = sorted(row["date"] for row in rows if row["date"])
    if not dates:
        return f"Verification: {NOT_RUN} (type: cardiotwin verify)."
    span = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    parts = [f"{counts['passed']} of {len(rows)} problems passed"]
    parts += [f"{counts['FAILED']} FAILED"] if counts["FAILED"] else []
    parts += [f"{counts[NOT_RUN]} {NOT_RUN}"] if counts[NOT_RUN] else []
    return f"Verification: {', '.join(parts)} (version {', '.join(versions)}, {span})."


def _path() -> Path:
    return Path(platformdirs.user_data_dir("cardiotwin", appauthor=False)) / "verification.json"
