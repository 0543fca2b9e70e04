"""What an ensemble teaches: for every decision number an emulator, where its doubt comes from, and what to measure next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.metric import Metric, with_unit
from geometry.progress import Progress, silent
from solvers.threads import one_thread
from solvers.uncertainty.emulator import FEWEST, GOOD_Q2, Emulator, fit_emulator
from solvers.uncertainty.interval import HALF_WIDTH
from solvers.uncertainty.member_table import MemberTable, Output
from solvers.uncertainty.sampling import Varied
from solvers.uncertainty.sobol import Indices, emulated_indices

LITTLE = 0.05  # share of the variance below which knowing an input is not worth a measurement


@dataclass(frozen=True)
class Study:
    """One decision number: its emulator, and the Sobol indices of the ``varied`` inputs."""

    output: Output
    varied: tuple[Varied, ...]
    emulator: Emulator
    indices: Indices

    def answer(self, values: Sequence[float]) -> Metric:
        """The emulated answer at these inputs (k) with its 90 % interval; the note says how good the emulator is."""
        mean, sd = self.emulator.answer(np.asarray(values, dtype=float)[None])
        reach = HALF_WIDTH * float(sd[0])
        at = float(mean[0])
        output = self.output
        return Metric(output.name, output.label, at, output.unit, at - reach, at + reach, f"Emulated. {self.trust()}")

    def trust(self) -> str:
        """How far the emulator's answers can be relied on, in words."""
        emulator = self.emulator
        count = len(emulator.answers)
        inside = f"{100 * emulator.coverage:.0f} % inside their 90 % interval"
        judged = f"{count} members, each from the others: Q2 {emulator.q2:.2f}, {inside}"
        if emulator.poor:
            return f"{judged}. This emulator is poor (Q2 below {GOOD_Q2:g}): run more members, or confirm with the full model."
        return f"{judged}."

    def next_measurement(self) -> str:
        """Which input to measure next, and how much narrower the 90 % interval would be expected to become."""
        first, (low, high) = self.indices.first, self.indices.first_interval
        ranked = np.argsort(first)[::-1]
        best, label = int(ranked[0]), self.output.label
        poor = f" {self.trust()}" if self.emulator.poor else ""
        if first[best] < LITTLE:
            return f"{label}: no single measurement would narrow it much; its doubt comes from inputs together.{poor}"
        now = HALF_WIDTH * float(np.std(self.emulator.answers, ddof=1))
        then = now * float(np.sqrt(1.0 - min(first[best], 1.0)))
        unit = self.output.unit
        said = (
            f"{label}: measure the {self.varied[best].label} next. Known exactly, it would take away "
            f"{100 * first[best]:.0f} % of the variance ({100 * low[best]:.0f} to {100 * high[best]:.0f} %); "
            "the 90 % interval would shrink from "
            f"\u00b1{with_unit(f'{now:.2g}', unit)} to about \u00b1{with_unit(f'{then:.2g}', unit)}."
        )
        rivals = [int(k) for k in ranked[1:] if high[k] > low[best] and first[k] >= LITTLE]
        if rivals:
            names = " and ".join(f"the {self.varied[k].label}" for k in rivals)
            said += f" The emulator cannot tell it apart from {names}."
        return said + poor


@dataclass(frozen=True)
class Sensitivity:
    """The members of an ensemble and what was learned of each decision number; ``notes`` say of which nothing was."""

    table: MemberTable
    studies: tuple[Study, ...]
    notes: tuple[str, ...] = ()

    def study(self, name: str) -> Study:
        """The study of a decision number; refuses one that there is none of."""
        for study in self.studies:
            if study.output.name == name:
                return study
        known = ", ".join(study.output.name for study in self.studies) or "none"
        raise Refused(f"There is no emulator of {name!r} in this run; there is one of: {known}.")


def learn(table: MemberTable, seed: int, progress: Progress = silent) -> Sensitivity | None:
    """Fit and judge an emulator of every decision number that varies; None where there are too few members or inputs."""
    if len(table.inputs) < FEWEST or not table.varied:
        return None
    studies, notes = [], []
    for place, output in enumerate(table.outputs):
        progress(place / len(table.outputs), f"Learning what '{output.label}' depends on")
        try:
            emulator = fit_emulator(table.inputs, table.answers[:, place])
        except (Refused, np.linalg.LinAlgError) as failure:
            notes.append(f"{output.label} could not be emulated: {failure}")
            continue
        with one_thread():
            indices = emulated_indices(emulator, lambda shares: _values(table.varied, shares), seed)
        studies.append(Study(output, table.varied, emulator, indices))
    return Sensitivity(table, tuple(studies), tuple(notes))


def _values(varied: tuple[Varied, ...], shares: Floats) -> Floats:
    return np.column_stack([number.quantile(shares[:, k]) for k, number in enumerate(varied)])
