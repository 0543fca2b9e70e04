"""What is drawn on the heart: the run that is looked at, or the beat that is tried in the step Plan as if it were a run."""

import numpy as np

from geometry.heart_mesh import Floats
from geometry.metric import Metric
from solvers.result import Field, Result, Trace
from solvers.uncertainty.summary import interval
from ui.look import CHANCE, MODES, VALUE, Look
from ui.session import Session

MAP = "activation_time"


def shown_result(session: Session) -> Result | None:
    """Where what is drawn comes from; None where the run is not for the heart as it is now, and nothing is tried."""
    return session.result if fits_heart(session, session.result) else tried_result(session)


def shown_field(session: Session) -> Field | None:
    """The field that is drawn on the heart."""
    result = shown_result(session) if session.with_fields else None
    return result.fields.get(shown_look(session).field) if result is not None else None


def shown_look(session: Session) -> Look:
    """How the session looks at it; what is tried has a map of activation alone."""
    return session.look.changed(field=MAP) if tried(session) else session.look


def fits_heart(session: Session, result: Result | None) -> bool:
    """Whether the field that is looked at is of the heart as it is now in a run; an older run may be on another mesh."""
    field, mesh = result.fields.get(session.look.field) if result is not None else None, session.mesh
    return field is not None and mesh is not None and field.fits(len(mesh.points))


def tried(session: Session) -> bool:
    """Whether the beat that is tried in the step Plan is drawn in place of the run."""
    if session.step != "plan" or session.answer is None:
        return False
    return session.look.field == MAP or not fits_heart(session, session.result)


def tried_modes(session: Session) -> tuple[str, ...]:
    """The ways it can be drawn: with its doubt once a band is there."""
    return tuple(MODES) if tried(session) and session.band.late is not None else (VALUE,)


def tried_result(session: Session) -> Result | None:
    """The answer in place of the run that is looked at; its ensemble too where the look wants one. None: nothing is tried."""
    answer, look, late = session.answer, session.look, session.band.late
    if answer is None or not tried(session):
        return None
    field = Field(answer.activation, "ms", "Activation time", (), "EARLY", "LATE")
    fields = {MAP: field}
    if late is not None and look.mode != VALUE:
        fields |= _ensemble(MAP, field, late, members=look.mode == CHANCE or session.draws.number > 0)
    return Result("electrophysiology", "eikonal", fields)


def _ensemble(name: str, field: Field, late: Floats, members: bool) -> dict[str, Field]:
    """Mean and SD of the draws, and themselves if ``members`` are wanted, as an ensemble of a run has them."""
    words, about = (field.unit, field.label), ((), field.low_word, field.high_word)
    mean = field.values + late.mean(axis=0)
    found = {
        f"{name}_mean": Field(mean, words[0], f"{words[1]}, mean of {len(late)} draws", *about),
        f"{name}_sd": Field(
            late.std(axis=0, ddof=1), words[0], f"{words[1]}, standard deviation", (), "SURE", "UNSURE"
        ),
    }
    if members:
        places = tuple(float(k) for k in range(len(late)))
        found[f"{name}_members"] = Field(field.values + late, words[0], f"{words[1]}, each draw", places, *about[1:])
    return found


def drawn_ecgs(session: Session) -> Trace | None:
    """The ECGs (draws, 12, t) mV of the draws that are shown one by one; None where the mean of all is, or none were kept."""
    if not session.draws.number:
        return None
    if tried(session):
        return session.band.draws
    return session.result.traces.get("ecg_members") if session.result is not None else None


def tried_at(session: Session, node: int) -> str:
    """Its activation at a node, with the 90 % interval of the draws."""
    answer, late = session.answer, session.band.late
    assert answer is not None
    value = float(answer.activation[node])
    if not np.isfinite(value):
        return "no answer here"
    if late is None:
        return f"{Metric('here', '', value, 'ms').text()}   (eikonal what-if, its interval follows)"
    low, high = interval(value + late[:, node])
    return f"{Metric('here', '', value, 'ms', float(low), float(high)).text()}   (eikonal what-if, 90 % of {len(late)} draws)"
