"""What is known at the picked point, in words: value, interval, unit, and where it comes from."""

import numpy as np

from geometry.metric import Metric
from solvers.result import Result
from ui.ensemble import family_of, members_of, quantity_of
from ui.heart_parts import words_at
from ui.heart_surface import nearest_node
from ui.painting import Painting, scalars
from ui.session import Session
from ui.tried_beat import fits_heart, tried, tried_at
from ui.velocity_arrows import velocity_at
from ui.viewing import Point

HINT = "Click to read a value."
NEAR = 12.0  # mm from the nearest node beyond which a point is not on the heart


def title_words(session: Session, painted: bool) -> str:
    """Whose picture it is: a run, two of them, a beat that is tried, or the bare heart."""
    if not painted:
        return "The heart" if session.mesh is not None else ""
    if tried(session):
        return f"What if: {session.title_of(session.scenario_name)}"
    words = session.title_of(session.look.run)
    other = session.result_of(session.look.other) if session.step == "compare" else None
    return f"{words} and {session.title_of(session.look.other)}" if fits_heart(session, other) else words


def readout(session: Session, paintings: tuple[Painting, ...]) -> str:
    """One line about the picked point; a hint while there is none."""
    mesh, result, point = session.mesh, session.result, session.point
    if mesh is None:
        return ""
    if point is None:
        words = _not_drawn(session) or (HINT if paintings else "Click on the heart to mark a place.")
        return f"{paintings[0].title}. {words}" if paintings else words
    node = nearest_node(mesh.points, point)
    place = at_words(point)
    if np.linalg.norm(mesh.points[node] - np.asarray(point)) > NEAR:
        return f"Not on the heart   ({place})"
    if not paintings:
        told = words_at(session, point)
        return f"{told}   at {place}" if told else place
    if paintings[0].kind == "chance":
        share, runs = paintings[0].values[node], paintings[0].runs
        text = "no answer here" if not np.isfinite(share) else f"{share:.0f} %"
        return f"{paintings[0].title}  {text}{_in_runs(share, runs)}   at {place}"
    if session.draws.number:
        return f"{_drawn_at(paintings[0], node)}   at {place}"
    if tried(session) or result is None:
        return f"Activation time  {tried_at(session, node)}   at {place}"
    other = session.result_of(session.look.other) if session.step == "compare" else None
    if other is not None and fits_heart(session, other):
        return f"{_pair(result, other, session.look.field, node)}   at {place}"
    told = value_at(result, session.look.field, node, paintings[0]) + velocity_at(session, paintings[0], node)
    return f"{told}   at {place}"


def _not_drawn(session: Session) -> str:
    """Which run that is looked at cannot be drawn, and why, in the steps that draw some; empty where all can."""
    if not session.with_fields or tried(session):
        return ""
    for name in (session.look.run, *((session.look.other,) if session.step == "compare" else ())):
        result = session.result_of(name)
        if result is not None and session.look.field in result.fields and not fits_heart(session, result):
            return f"No map: \u2018{session.title_of(name)}\u2019 was run on another mesh."
    return ""


def _drawn_at(painting: Painting, node: int) -> str:
    """What the draw that is shown says of a node."""
    value = float(painting.values[node])
    told = Metric("here", "", value, painting.unit).text() if np.isfinite(value) else "no answer here"
    return f"{painting.title}  {told}"


def _pair(left: Result, right: Result, name: str, node: int) -> str:
    """Both runs at a node, each with its interval where it has one, and their difference."""
    found = [interval_at(run, name, node) for run in (left, right)]
    apart = Metric("here", "", found[1].value - found[0].value, found[0].unit)
    words = "  ".join(f"{side} {metric.text()}" for side, metric in zip(("left", "right"), found, strict=True))
    return f"{quantity_of(left.fields[name])}:  {words}  difference {apart.text()}"


def interval_at(result: Result, name: str, node: int) -> Metric:
    """The value of a still field at a node, with its 90 % interval where there is an ensemble of it."""
    field, members = result.fields[name], members_of(result, name)
    value = float(scalars(field, 0)[node])
    if members is None or field.times:
        return Metric("here", "", value, field.unit)
    low, high = (float(v) for v in np.nanpercentile(members[:, node], (5, 95)))
    return Metric("here", "", value, field.unit, low, high)


def value_at(result: Result, name: str, node: int, painting: Painting) -> str:
    """Value at a node, with its 90 % interval where an ensemble is about the very same quantity."""
    value = float(painting.values[node])
    field, family = result.fields[name], family_of(result, name)
    if not np.isfinite(value):
        return f"{field.label}: no answer here"
    mean = result.fields.get(f"{family}_mean", field)
    members = members_of(result, name)
    of_ensemble = painting.kind != "value" or painting.title.endswith(", mean")
    if not of_ensemble and quantity_of(mean) != quantity_of(field):
        members = None  # the ensemble is of another moment
    quantity = field.label if members is None else quantity_of(mean)
    if members is None:
        return f"{quantity}  {Metric('here', '', value, field.unit).text()}   ({result.method})"
    low, high = (float(v) for v in np.nanpercentile(members[:, node], (5, 95)))
    source = f"{result.method}, 90 % interval of {len(members)} runs"
    return f"{quantity}  {Metric('here', '', value, field.unit, low, high).text()}   ({source})"


def at_words(point: Point) -> str:
    """A place in words."""
    names = (("R", "L"), ("A", "P"), ("H", "F"))
    return (
        "  ".join(f"{pair[0] if v >= 0 else pair[1]} {abs(v):.0f}" for pair, v in zip(names, point, strict=True))
        + " mm"
    )


def _in_runs(share: float, runs: int) -> str:
    return f" ({round(share / 100 * runs)} of {runs} runs)" if runs and np.isfinite(share) else ""
