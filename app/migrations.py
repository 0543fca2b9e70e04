"""The format of a case folder, and the way from older ones."""

import json
from pathlib import Path

from geometry.errors import Refused

FORMAT = 1


def migrate(path: Path) -> None:
    """Bring the case of ``path`` (case.json) to the present format; refuses a newer or a damaged one."""
    try:
        found = int(json.loads(path.read_text())["format"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Refused(
            f"{path} is damaged and cannot be read; restore it from a copy, or import the scan again."
        ) from fault
    if found > FORMAT:
        raise Refused(
            f"{path.parent} was written by a newer CardioTwin (format {found}, known up to {FORMAT}); update."
        )
