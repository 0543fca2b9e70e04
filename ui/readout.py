"""What is known at the picked point, in words: value, interval, unit, and where it comes from."""

import numpy as np

from geometry.metric import Metric
from solvers.result import Result
from ui.painting import Painting
from ui.session import Point, Session, nearest_node

NEAR = 12.0  # mm from the nearest node beyond which a point is not on the heart


def readout(session: Session, paintings: tuple[Painting, ...]) -> str:
    """One line about the picked point; a hint while there is none."""
    mesh, result, point = session.mesh, session.result, session.point
    if mesh is None:
        return ""
    if point is None:
        return f"{paintings[0].title}. Click to read a value." if paintings else "Click on the heart to mark a place."
    node = nearest_node(mesh.points, point)
    place = at_words(point)
    if np.linalg.norm(mesh.points[node] - np.asarray(point)) > NEAR:
        return f"Not on the heart   ({place})"
    if not paintings or result is None:
        return place
    if session.step == "plan" and session.answer is not None and session.look.field == "activation_time":
        value = Metric("here", "", float(session.answer.activation[node]), "ms")
        return f"{paintings[0].title}  {value.text()}   at {place}   (eikonal what-if, no interval)"
    if paintings[0].kind == "chance":
        share = paintings[0].values[node]
        runs = members_of(result, session.look.field)
        text = "no answer here" if not np.isfinite(share) else f"{share:.0f} %"
        return f"{paintings[0].title}  {text}{_in_runs(share, runs)}   at {place}"
    return f"{value_at(result, session.look.field, node, paintings[0])}   at {place}"


def value_at(result: Result, name: str, node: int, painting: Painting) -> str:
    """Value with its 90 % interval at a node, where the run has an ensemble."""
    value = float(painting.values[node])
    field = result.fields[name]
    if not np.isfinite(value):
        return f"{field.label}: no answer here"
    members = result.fields.get(f"{name}_members")
    low: float | None = None
    high: float | None = None
    if members is not None:
        low, high = (float(v) for v in np.nanpercentile(np.asarray(members.values)[:, node], (5, 95)))
    elif f"{name}_sd" in result.fields and not field.times:
        sd = float(np.asarray(result.fields[f"{name}_sd"].values)[node])
        low, high = value - 1.645 * sd, value + 1.645 * sd
    runs = members_of(result, name)
    source = f"{result.method}, 90 % interval of {runs} runs" if runs else result.method
    return f"{field.label}  {Metric('here', '', value, field.unit, low, high).text()}   ({source})"


def members_of(result: Result, name: str) -> int:
    """How many runs an ensemble has; 0 where there is none."""
    members = result.fields.get(f"{name}_members")
    return len(np.asarray(members.values)) if members is not None else 0


def at_words(point: Point) -> str:
    """A place in words."""
    names = (("R", "L"), ("A", "P"), ("H", "F"))
    return (
        "  ".join(f"{pair[0] if v >= 0 else pair[1]} {abs(v):.0f}" for pair, v in zip(names, point, strict=True))
        + " mm"
    )


def _in_runs(share: float, runs: int) -> str:
    return f" (in {round(share / 100 * runs)} of {runs} runs)" if runs and np.isfinite(share) else ""
