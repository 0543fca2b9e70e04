"""Runs that are to be made one after another: which is made now, and which wait."""

from app.jobs import Job


class RunQueue:
    """Holds the names of scenarios in the order in which they run; ``job`` is the one that runs now."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.waiting = names
        self.total = len(names)
        self.job: Job | None = None

    def take(self) -> str:
        """The name of the next one, which leaves the queue; empty when there is none."""
        name, self.waiting = (self.waiting[0], self.waiting[1:]) if self.waiting else ("", ())
        return name

    def words(self, job: Job) -> str:
        """Which of how many a job is, e.g. "2 of 5"; empty for one that stands in no queue."""
        return f"{self.total - len(self.waiting)} of {self.total}" if job == self.job else ""
