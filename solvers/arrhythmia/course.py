"""How far programmed stimulation of one site is, and with which stimulus."""

from dataclasses import dataclass

from geometry.progress import Progress, part

SETTLED = 500.0  # ms: after a stimulus without re-entry the heart is at rest again, and its branch ends


@dataclass(frozen=True)
class Course:
    """The train S1, then each coupling interval of each level, longest first, with the time that they are likely to take.

    site      as told, e.g. "Site 1 of 4, basal of the scar"
    train     ms that the train takes
    extras    ms, the coupling intervals of S2, S3, S4
    watch     ms after the last stimulus
    progress  of this site
    """

    site: str
    train: float
    extras: tuple[tuple[float, ...], ...]
    watch: float
    progress: Progress

    def of_train(self) -> Progress:
        """What the solver of the train tells."""
        return self._stretch(0, "S1", 0.0, self.train)

    def of_branch(self, intervals: tuple[float, ...], begin: float, end: float) -> Progress:
        """What the solver of a branch with these intervals tells, from ``begin`` to ``end`` ms."""
        level = len(intervals) - 1
        tried = sorted(self.extras[level], reverse=True).index(intervals[-1])
        before = sum(len(one) for one in self.extras[:level])
        words = ", ".join(f"S{k + 2} {v:g} ms" for k, v in enumerate(intervals))
        return self._stretch(1 + before + tried, words, begin, end)

    def _stretch(self, number: int, words: str, begin: float, end: float) -> Progress:
        branch = min(self.watch, SETTLED)
        whole = self.train + branch * sum(len(one) for one in self.extras)
        start, stop = (
            (self.train + branch * (number - 1), self.train + branch * number) if number else (0.0, self.train)
        )
        inside = part(self.progress, start / whole, stop / whole)

        def report(fraction: float, message: str = "") -> None:
            t = fraction * end
            inside((t - begin) / (end - begin), f"{self.site}: {words}, {t:.0f} of {end:.0f} ms")

        return report
