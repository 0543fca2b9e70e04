"""What the command line says: lines for a person on standard error, one JSON object for a program at the end."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def say(text: str) -> None:
    """One line for a person (on standard error, so that standard output can carry JSON alone)."""
    print(text, file=sys.stderr, flush=True)


def print_json(numbers: Mapping[str, Any], target: str | None) -> None:
    """Write one JSON object to the file ``target``, or to standard output for "-"."""
    if target is None:
        return
    text = json.dumps(numbers, default=float)
    if target == "-":
        print(text, flush=True)
    else:
        Path(target).write_text(text + "\n")
