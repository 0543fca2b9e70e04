"""What went into each member of an ensemble and which numbers came out: all that an emulator needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import Floats
from geometry.metric import Metric
from solvers.uncertainty.drawn import INPUT
from solvers.uncertainty.sampling import Varied

SAME = 1e-9  # share of its size below which a number does not vary, and off 1 at which two numbers vary as one


@dataclass(frozen=True)
class Output:
    """A decision number: its name, label and unit; ``center`` is what the run itself found."""

    name: str
    label: str
    unit: str
    center: float


@dataclass(frozen=True)
class MemberTable:
    """Inputs (m, k) of the ``varied`` numbers and answers (m, o) of the ``outputs``; NaN where a member has no answer."""

    varied: tuple[Varied, ...]
    inputs: Floats
    outputs: tuple[Output, ...]
    answers: Floats

    @classmethod
    def of(cls, members: Mapping[str, Floats], metrics: Sequence[Metric], varied: Sequence[Varied]) -> "MemberTable":
        """From what a run keeps (``Result.members``): the metrics that vary, of those a constant apart the first alone."""
        numbers = tuple(number for number in varied if INPUT + number.name in members)
        outputs: list[Output] = []
        columns: list[Floats] = []
        for metric in metrics:
            column = members.get(metric.name)
            if column is not None and _varies(column) and not any(_as_one(column, other) for other in columns):
                outputs.append(Output(metric.name, metric.label, metric.unit, metric.value))
                columns.append(column)
        inputs = [members[INPUT + number.name] for number in numbers]
        return cls(numbers, _table(inputs), tuple(outputs), _table(columns))


def _table(columns: list[Floats]) -> Floats:
    return np.column_stack(columns) if columns else np.empty((0, 0))


def _varies(column: Floats) -> bool:
    known = column[np.isfinite(column)]
    return len(known) > 1 and bool(np.std(known) > SAME * max(1.0, float(np.abs(known).max())))


def _as_one(a: Floats, b: Floats) -> bool:
    """Whether two numbers are a constant apart in every member."""
    apart = a - b
    return bool(np.isfinite(apart).all() and np.ptp(apart) < SAME * max(1.0, float(np.abs(a).max())))
