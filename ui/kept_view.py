"""How a case is looked at, kept beside it from one session to the next."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.view_file import load_view, save_view
from ui.look import Look
from ui.overlay import Overlay
from ui.window_level import from_plain, to_plain

if TYPE_CHECKING:
    from ui.session import Session


def restore_view(session: "Session") -> str:
    """Look at the open case as it was last looked at; returns the step that was open, empty for none."""
    view = load_view(session.case.folder) if session.case is not None else {}
    session.look = Look.from_dict(view.get("look", {}))
    session.window = from_plain(view.get("window"))
    session.overlay = Overlay.from_dict(view.get("overlay", {}))
    session.scenario_name = str(view.get("scenario", ""))
    session.plan = str(view.get("plan", ""))
    return str(view.get("step", ""))


def keep_view(session: "Session") -> None:
    """Keep how the open case is looked at."""
    if session.case is not None:
        view: dict[str, Any] = {"step": session.step, "look": session.look.to_dict(), "scenario": session.scenario_name}
        view |= {"plan": session.plan, "window": to_plain(session.window), "overlay": asdict(session.overlay)}
        save_view(view, session.case.folder)
