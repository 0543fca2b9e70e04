"""How the window last looked at a case, kept in its folder."""

import json
from pathlib import Path
from typing import Any

from app.folders import replace_text

VIEW = "view.json"


def load_view(folder: Path) -> dict[str, Any]:
    """What ``save_view`` kept; nothing where there is no such file, or a damaged one."""
    try:
        return dict(json.loads((folder / VIEW).read_text()))
    except (OSError, ValueError):
        return {}


def save_view(view: dict[str, Any], folder: Path) -> None:
    """Keep how the window looks at the case."""
    replace_text(folder / VIEW, json.dumps(view))
