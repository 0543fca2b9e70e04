"""What was drawn for each member of an ensemble, kept with the run so that members of several runs can be paired."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from geometry.heart_mesh import Floats
from solvers.uncertainty.sampling import varied_numbers

INPUT = "input:"  # in front of the path of a number in the scenario, among the members of a result


def drawn_inputs(drawn: Sequence[BaseModel]) -> dict[str, Floats]:
    """ "input:PATH" -> (members,) of every number that has an SD, in its own unit."""
    rows = [{number.name: number.mean for number in varied_numbers(one)} for one in drawn]
    names = list(rows[0]) if rows else []
    return {INPUT + name: np.array([row[name] for row in rows]) for name in names}
