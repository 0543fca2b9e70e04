"""How long before a node is to be activated its current has to begin."""

from functools import lru_cache

import numpy as np

from solvers.cells.catalogue import find_cell
from solvers.cells.kernel import compile_cell
from solvers.electrophysiology.stimulus import Stimulus

STEP = 0.01  # ms


@lru_cache(maxsize=16)
def foot(cell: str) -> float:
    """ms from the beginning of a ``Stimulus`` to 0 mV in a single cell at rest."""
    model, stimulus = find_cell(cell), Stimulus(np.zeros(1))
    kernel, steps = compile_cell(model, model.order), round(stimulus.duration / STEP)
    V = kernel.record(kernel.rest(1), np.full((steps, 1), stimulus.strength), STEP)[:, 0]
    return STEP * (int(np.argmax(V >= 0.0)) + 1)
