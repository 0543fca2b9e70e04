"""How a case is looked at, kept beside it from one session to the next."""

from dataclasses import asdict
from typing import Any

from app.view_file import load_view, save_view
from ui.look import Look
from ui.overlay import Overlay
from ui.viewing import Viewing
from ui.window_level import from_plain, to_plain


def restore_view(viewing: Viewing) -> str:
    """Look at the open case as it was last looked at; returns the step that was open, empty for none."""
    view = load_view(viewing.case.folder) if viewing.case is not None else {}
    viewing.look = Look.from_dict(view.get("look", {}))
    viewing.window = from_plain(view.get("window"))
    viewing.overlay = Overlay.from_dict(view.get("overlay", {}))
    viewing.scenario_name = str(view.get("scenario", ""))
    viewing.plan = str(view.get("plan", ""))
    return str(view.get("step", ""))


def keep_view(viewing: Viewing) -> None:
    """Keep how the open case is looked at."""
    if viewing.case is not None:
        view: dict[str, Any] = {"step": viewing.step, "look": viewing.look.to_dict(), "scenario": viewing.scenario_name}
        view |= {"plan": viewing.plan, "window": to_plain(viewing.window), "overlay": asdict(viewing.overlay)}
        save_view(view, viewing.case.folder)
