"""How long work tells where it is: one callable, which raises Cancelled when the user asked to stop."""

from typing import Protocol


class Progress(Protocol):
    """Called with the fraction done (0..1) and a short message; may raise ``Cancelled``."""

    def __call__(self, fraction: float, message: str = "") -> None:
        """Tell how far the work is."""


def silent(fraction: float, message: str = "") -> None:
    """A progress that nobody looks at."""


def part(progress: Progress, start: float, stop: float) -> Progress:
    """The progress of a step that fills ``start..stop`` of a longer one."""

    def report(fraction: float, message: str = "") -> None:
        progress(start + (stop - start) * min(max(fraction, 0.0), 1.0), message)

    return report
