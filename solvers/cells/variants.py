"""Cells of one model that differ in numbers only: layers of the wall, remodelled channels, and all of them in one array."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from solvers.cells.catalogue import find_cell, find_cells
from solvers.cells.cell import Cell

Floats = NDArray[np.float64]

_LAYER = re.compile(r"_(endo|m|epi)$")

# current -> the parameter that scales it, by the names models use
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "CaL": ("P_CaL", "g_CaL"),
    "Kr": ("g_Kr",),
    "to": ("g_to",),
    "K1": ("g_K1",),
    "Ks": ("g_Ks",),
    "NaL": ("g_NaL",),
    "Na": ("g_Na",),
}


def layer_variant(name: str, layer: str) -> Cell:
    """The cell of ``layer`` ("endo", "m", "epi") of the model that cell ``name`` is of; refuses a model without it."""
    find_cell(name)
    wanted = f"{_LAYER.sub('', name)}_{layer}"
    if wanted not in find_cells():
        layered = sorted(one for one in find_cells() if one.endswith("_epi"))
        raise Refused(
            f"The cell model {find_cell(name).title} has no cells of the layers of the wall. "
            f"Make the wall uniform, or choose one of: {', '.join(layered)}."
        )
    return find_cell(wanted)


def with_currents(cell: Cell, factors: Mapping[str, float]) -> Cell:
    """The cell with currents (names of ``CHANNELS``) multiplied; currents that the model does not have are left out."""
    changed = {
        name: factor * cell.parameters[name]
        for current, factor in factors.items()
        for name in CHANNELS[current]
        if name in cell.parameters and factor != 1.0
    }
    return cell.with_parameters(**changed) if changed else cell


def together(cells: Sequence[Cell]) -> tuple[Cell, Floats]:
    """One model for an array of all these cells, and the states (states, k) each of them starts from.

    What they differ in becomes constant states (``Cell.varying``). Refuses cells of different equations.
    """
    first = cells[0]
    if any(one.equations != first.equations or list(one.states) != list(first.states) for one in cells):
        raise Refused(f"Cells of other models than {first.title} cannot be in one tissue with it.")
    names = [name for name, value in first.parameters.items() if any(one.parameters[name] != value for one in cells)]
    columns = [[*one.states.values(), *(one.parameters[name] for name in names)] for one in cells]
    return first.varying(*names), np.array(columns).T
