"""The two ways a piece of work ends early on purpose."""


class Refused(Exception):
    """The work cannot be done; the message is a sentence for the user: what is wrong, where, and what to do."""


class Cancelled(Exception):
    """The user asked to stop."""
