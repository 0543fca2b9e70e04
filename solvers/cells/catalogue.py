"""The cell models there are: every module of this folder that says ``CELLS``."""

import importlib
import pkgutil
from collections.abc import Mapping

import solvers.cells
from geometry.errors import Refused
from solvers.cells.cell import Cell


def find_cells() -> Mapping[str, Cell]:
    """name -> Cell, for every cell model found."""
    modules = (
        importlib.import_module(f"solvers.cells.{found.name}") for found in pkgutil.iter_modules(solvers.cells.__path__)
    )
    return {cell.name: cell for module in modules for cell in getattr(module, "CELLS", ())}


def find_cell(name: str) -> Cell:
    """The cell model of that name; refuses with the names there are."""
    cells = find_cells()
    if name not in cells:
        raise Refused(f"There is no cell model {name!r}. Choose one of: {', '.join(cells)}.")
    return cells[name]
