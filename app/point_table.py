"""Places in a table: rows x,y,z or name,x,y,z in mm (RAS)."""

from collections.abc import Sequence
from csv import reader as csv_reader
from pathlib import Path

import numpy as np

from geometry.errors import Refused


def read_points(path: Path) -> list[tuple[float, float, float]]:
    """Points of a table with three columns x,y,z in mm (RAS), with or without a head."""
    return [place for _, place in read_named_points(path)]


def read_named_points(path: Path) -> list[tuple[str, tuple[float, float, float]]]:
    """(name, place) of each row x,y,z or name,x,y,z of a table; refuses rows that are no numbers, naming the row."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [[cell.strip() for cell in row] for row in csv_reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError) as failure:
        raise Refused(f"The table {path.name} cannot be read; give a file of rows x,y,z in mm (.csv).") from failure
    found: list[tuple[str, tuple[float, float, float]]] = []
    for number, row in enumerate(rows, 1):
        place = _place(row[-3:])
        if place is None and number == 1 and not any(_is_number(cell) for cell in row[-3:]):
            continue  # the head
        if place is None:
            raise Refused(f"Row {number} of {path.name} is not x,y,z or name,x,y,z with finite numbers in mm.")
        found.append((row[0] if len(row) > 3 else str(len(found) + 1), place))
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _place(cells: Sequence[str]) -> tuple[float, float, float] | None:
    try:
        x, y, z = (float(cell) for cell in cells)
    except ValueError:
        return None
    return (x, y, z) if np.isfinite([x, y, z]).all() else None
