"""The tools that need no mouse, by name: what a command line, a button or another process asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change
from geometry.editing.copy_phase import copy_phase
from geometry.editing.erase import erase
from geometry.editing.fill_between import fill_between
from geometry.editing.islands import islands
from geometry.editing.smooth import smooth
from geometry.editing.swap import swap
from geometry.errors import Refused

TOOLS: Mapping[str, str] = {
    "smooth": "Smooth",
    "islands": "Islands and holes",
    "fill": "Fill between slices",
    "copy_phase": "Copy to another phase",
    "swap": "Swap labels",
    "erase": "Erase",
}
DECIDING = ("swap", "erase")  # what they change a person has decided; what the others change follows from their rule


def run_tool(
    name: str,
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    axis: int,
    phases: Sequence[int],
    options: Mapping[str, Any],
) -> Change:
    """The change that a tool makes in phases of labels (x, y, z[, phases]); options are the tool's own.

    Raises Refused for an unknown tool or phase, and where the tool does; a gap to fill in one phase is enough.
    """
    if name not in TOOLS:
        raise Refused(f"There is no tool {name!r}; there are: {', '.join(TOOLS)}.")
    if name == "copy_phase":
        return copy_phase(labels, phases[0], axis=axis, **options).by_tool
    changes: list[Change] = []
    refusal: Refused | None = None
    for phase in phases:
        if not 0 <= phase < (labels.shape[3] if labels.ndim == 4 else 1):
            raise Refused(f"There is no phase {phase + 1} in this scan.")
        volume = np.ascontiguousarray(labels[..., phase] if labels.ndim == 4 else labels)
        try:
            found = _in_volume(name, volume, affine, axis, options)
        except Refused as reason:
            refusal = reason
            continue
        changes.append(found.in_phase(phase, labels.shape))
    if not changes:
        raise refusal or Refused("No phase was chosen to edit; name at least one.")
    change = together(changes)
    return change if name in DECIDING else change.by_tool


def together(changes: Sequence[Change]) -> Change:
    """Changes of different voxels of one array as one."""
    parts = [(change.where, change.before, change.after) for change in changes]
    where, before, after = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Change(changes[0].shape, where, before, after)


def _in_volume(
    name: str, volume: NDArray[np.uint8], affine: NDArray[np.floating], axis: int, options: Mapping[str, Any]
) -> Change:
    if name == "smooth":
        return smooth(volume, affine, axis=axis, **options)
    if name == "islands":
        return islands(volume, affine, axis=axis, **options)
    if name == "fill":
        return fill_between(volume, affine, axis=axis, **options)
    if name == "swap":
        return swap(volume, axis=axis, **options)
    return erase(volume, axis=axis, **options)
