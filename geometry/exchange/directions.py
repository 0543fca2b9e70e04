"""Whether the fibres and sheets of a file are directions at all, or placeholders."""

import numpy as np
from scipy.spatial import cKDTree

from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.heart_mesh import Floats

FIBERS = ("fiber", "fibers", "fibre", "fibres", "fiber_direction", "fibres_ep", "f0", "f")
SHEETS = ("sheet", "sheets", "sheet_direction", "s0", "s")
SAME = 1e-6  # of a unit vector
FEW = 0.02  # share of the tetrahedra that may lack a direction


def directions_of(raw: RawMesh) -> tuple[Floats | None, Floats | None, list[str]]:
    """Fibres (m, 3), sheets (m, 3), each None where there is none, and sentences about what was changed or dropped."""
    centers = raw.points[raw.tets].mean(axis=1)
    fiber, notes = _checked("fibres", _found(FIBERS, raw), centers)
    if fiber is None:
        return None, None, notes
    sheet, more = _checked("sheets", _found(SHEETS, raw), centers)
    notes += more
    if sheet is not None:
        sheet, more = _across(fiber, sheet)
        notes += more
    return fiber, sheet, notes


def _found(names: tuple[str, ...], raw: RawMesh) -> tuple[Array | None, list[str]]:
    for data, at_nodes in ((raw.tet_data, False), (raw.point_data, True)):
        for name, values in data.items():
            if name.lower() in names and values.ndim == 2 and values.shape[1] == 3:
                if not at_nodes:
                    return values.astype(float), []
                return _at_tets(values.astype(float), raw.tets), ["Directions at nodes were brought to the tetrahedra."]
    return None, []


def _at_tets(values: Array, tets: Array) -> Array:
    """The axis that fits the four nodes best: the first principal one, since directions have no sign."""
    corners = values[tets]
    _, axes = np.linalg.eigh(np.einsum("mki,mkj->mij", corners, corners))
    main = axes[:, :, 2]
    sense = np.where(np.einsum("mi,mi->m", main, corners[:, 0]) < 0, -1.0, 1.0)
    empty = ~corners.any(axis=(1, 2))
    return np.where(empty[:, None], 0.0, main * sense[:, None])


def _checked(what: str, found: tuple[Array | None, list[str]], centers: Array) -> tuple[Floats | None, list[str]]:
    values, notes = found
    if values is None:
        return None, []
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values).all(axis=1)).sum())
        return None, [f"The {what} of the file were dropped: {bad} of them are no numbers."]
    lengths = np.linalg.norm(values, axis=1)
    none = lengths < SAME
    if none.all():
        return None, [f"The {what} of the file were dropped: they are all zero."]
    units = values / np.where(none, 1.0, lengths)[:, None]
    if (np.abs(units @ units[np.argmin(none)]) > 1 - SAME)[~none].all() and len(values) > 1:
        first = ", ".join(f"{x:.3g}" for x in values[np.argmin(none)])
        return None, [f"The {what} of the file were dropped: they are a placeholder, ({first}) in every tetrahedron."]
    if none.mean() > FEW:
        return None, [f"The {what} of the file were dropped: {int(none.sum())} of {len(values)} are zero."]
    uneven = ~none & (np.abs(lengths - 1) > 1e-3)
    if uneven.any():
        notes = [*notes, f"{int(uneven.sum())} {what} were not of length 1 and were brought to it."]
    else:
        units = values.copy()  # as they are, to the last digit
    if none.any():
        units[none] = units[~none][cKDTree(centers[~none]).query(centers[none])[1]]
        notes = [*notes, f"{int(none.sum())} {what} were zero and took that of the nearest tetrahedron."]
    return units, notes


def _across(fiber: Floats, sheet: Floats) -> tuple[Floats | None, list[str]]:
    """Sheets at right angles to the fibres; dropped where they lie along them."""
    along = np.einsum("ij,ij->i", fiber, sheet)
    if (np.abs(along) > 0.99).any():
        return None, [f"The sheets of the file were dropped: {int((np.abs(along) > 0.99).sum())} lie along the fibres."]
    if (np.abs(along) < 1e-3).all():
        return sheet, []
    turned = sheet - along[:, None] * fiber
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return turned, [
        f"{int((np.abs(along) >= 1e-3).sum())} sheets were turned to stand at right angles to their fibres."
    ]
