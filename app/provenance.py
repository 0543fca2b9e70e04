"""What was made from what: hashes that tell when something derived is older than its source."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

IMPORTED = "imported"  # the source of a mesh from elsewhere: nothing in the case is newer than what it was made from


def digest(*paths: Path) -> str:
    """A hash of the bytes of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def digest_of(path: Path) -> str:
    """A hash of the bytes of a file; empty while there is none."""
    return digest(path) if path.exists() else ""


def write_origin(folder: Path, source: str, **options: Any) -> None:
    """Note in ``folder`` the hash of what it was made from, with which options and program."""
    facts = {"made_from": source, "options": options, "program": program_versions()}
    (folder / "origin.json").write_text(json.dumps(facts, indent=1))


def read_origin(folder: Path) -> str:
    """The hash of what ``folder`` was made from; empty where it is not noted (made by hand)."""
    path = folder / "origin.json"
    return str(json.loads(path.read_text())["made_from"]) if path.exists() else ""


def read_options(folder: Path) -> dict[str, Any]:
    """The options that ``folder`` was made with; empty where they are not noted."""
    path = folder / "origin.json"
    return dict(json.loads(path.read_text())["options"]) if path.exists() else {}


def program_versions() -> dict[str, str]:
    """Versions that an answer depends on."""
    names = ("cardiotwin", "numpy", "scipy")
    return {name: version(name) for name in names} | {"python": platform.python_version()}
