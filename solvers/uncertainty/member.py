"""One member of an ensemble: what came of it, or why nothing did."""

from collections.abc import Callable
from dataclasses import dataclass

from geometry.errors import Cancelled


@dataclass(frozen=True)
class Outcome[R]:
    """The value of a member, or None and the reason."""

    value: R | None
    failure: str = ""


def attempt[D, R](function: Callable[[D], R], draw: D) -> Outcome[R]:
    """Run a member; whatever it dies of is its outcome, so that it does not take the others along."""
    try:
        return Outcome(function(draw))
    except Cancelled:
        raise
    except Exception as failure:
        return Outcome(None, str(failure) or type(failure).__name__)
