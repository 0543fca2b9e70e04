"""The two ways a piece of work ends early on purpose."""


class Refused(Exception):
    """The work cannot be done; the message is a sentence for the user: what is wrong, where, and what to do.

    place  (x, y, z) mm (RAS) of what is wrong, where it has one: the window goes there
    """

    def __init__(self, sentence: str, place: tuple[float, float, float] | None = None) -> None:
        super().__init__(sentence)
        self.place = place


class Cancelled(Exception):
    """The user asked to stop."""
