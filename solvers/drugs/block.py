"""How much of a current a concentration leaves, and a cell model under a drug."""

import math
from collections.abc import Mapping

from geometry.errors import Refused
from solvers.cells.cell import Cell
from solvers.cells.variants import CHANNELS
from solvers.drugs.catalogue import Drug


def remaining(concentration: float, ic50: float, hill: float = 1.0) -> float:
    """Share of a current left: 1 / (1 + (C / IC50)^h); refuses what is no concentration."""
    if not (math.isfinite(concentration) and concentration >= 0.0):
        raise Refused(f"A concentration of {concentration:g} nM was given. It must be 0 or more.")
    if not (ic50 > 0.0 and hill > 0.0):
        raise Refused(f"An IC50 of {ic50:g} nM with a Hill coefficient of {hill:g} was given. Both must be above 0.")
    return 1.0 / (1.0 + math.pow(concentration / ic50, hill))


def changed_parameters(cell: Cell, drug: Drug, concentration: float) -> Mapping[str, float]:
    """The cell's parameters that ``concentration`` nM of the drug changes, with their values.

    A model with states of hERG gets the drug's binding to them; others a block of IKr by IC50.
    """
    binds = "K_max" in cell.parameters
    changed = {"D": concentration, **drug.binding} if binds else {}
    for current, (ic50, hill) in drug.blocks.items():
        names = [name for name in CHANNELS[current] if name in cell.parameters]
        if names and not (binds and current == "Kr"):
            changed[names[0]] = cell.parameters[names[0]] * remaining(concentration, ic50, hill)
    return changed


def under_drug(cell: Cell, drug: Drug, concentration: float) -> Cell:
    """The cell model under ``concentration`` nM of the drug."""
    return cell.with_parameters(**changed_parameters(cell, drug, concentration))
