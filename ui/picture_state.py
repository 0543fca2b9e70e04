"""What the picture of the heart depends on: the same state, the same picture."""

from ui.heart_parts import part_shown
from ui.look import VALUE
from ui.painting import frame_at
from ui.session import Session
from ui.tried_beat import tried


def picture_state(session: Session, painted: bool) -> tuple[object, ...]:
    """All that the picture depends on, but for marks and time."""
    mesh = session.mesh
    told = (session.look.landmarks, part_shown(session), id(session.tet_numbers))
    seen = (
        id(mesh),
        session.cut,
        session.look.fibers,
        id(session.fiber_lines),
        session.theme.name,
        session.step == "plan",
    )
    if not painted:
        return (*seen, *told)
    pair = session.look.other if session.step == "compare" else ""
    late = session.band.late if session.look.mode != VALUE else None
    answer = (id(session.answer), id(late)) if tried(session) else 0
    frame = frame_at(session.field, session.time) if session.field is not None else 0
    return (*seen, session.look, id(session.result), pair, session.step == "compare", answer, frame)
