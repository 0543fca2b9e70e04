"""What is painted on the heart now: the field of a run or of two, the beat that is tried, or one draw of an ensemble."""

from ui.draws import draw_painting
from ui.painting import Painting, paint, paint_pair
from ui.session import Session
from ui.tried_beat import fits_heart, shown_look, tried_result


def shown_paintings(session: Session, frame: int) -> tuple[Painting, ...]:
    """One painting, or two of them side by side."""
    look = shown_look(session)
    shown = tried_result(session) or session.result
    assert shown is not None
    other = session.result_of(look.other) if session.step == "compare" else None
    if other is not None and fits_heart(session, other):
        return paint_pair(shown, other, look, session.time)
    found = paint(shown, look, frame)
    if session.draws.number:
        return (draw_painting(shown, look, session.draws.number), *found[1:])
    return found


def captions(session: Session, paintings: tuple[Painting, ...]) -> tuple[str, ...]:
    """What is written above each of two."""
    if session.step == "compare":
        return tuple(session.title_of(name) for name in (session.look.run, session.look.other))
    return tuple(painting.title for painting in paintings)
