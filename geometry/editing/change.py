"""What an edit did, small enough to keep hundreds of them: the voxels it decided, before and after."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.segmentation import Segmentation

BY_HAND = 128  # this bit of a value says that a person decided the voxel; the rest is the label
BY_TOOL = 64  # and this one that a tool changed it
LABEL = 63


@dataclass(frozen=True)
class Change:
    """Voxels that an edit decided.

    shape          of the array the indices count in
    where          (n,) flat indices, last axis fastest
    before, after  (n,) uint8, label plus ``BY_HAND`` where a person had decided the voxel, ``BY_TOOL`` where a tool had changed it
    """

    shape: tuple[int, ...]
    where: NDArray[np.unsignedinteger]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    def __bool__(self) -> bool:
        return self.where.size > 0

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return self.where.nbytes + self.before.nbytes + self.after.nbytes

    @property
    def reversed(self) -> "Change":
        """The change that takes this one back."""
        return replace(self, before=self.after, after=self.before)

    @property
    def by_tool(self) -> "Change":
        """The same change as one whose voxels nobody looked at one by one."""
        return replace(self, after=(self.after & np.uint8(LABEL)) | np.uint8(BY_TOOL))

    def in_phase(self, phase: int, shape: tuple[int, ...]) -> "Change":
        """A change of one volume (x, y, z) as a change of that phase of an array of ``shape`` (x, y, z[, phases])."""
        if len(shape) == 3:
            return self
        return replace(self, shape=shape, where=_indices(self.where.astype(np.int64) * shape[3] + phase, shape))


def difference(before: NDArray[np.uint8], after: NDArray[np.uint8], decided: NDArray[np.bool_] | None = None) -> Change:
    """The change from one array of labels to another; ``decided`` voxels are in it even where their label stays."""
    moved = before != after
    where = np.flatnonzero(moved if decided is None else moved | decided)
    places = np.unravel_index(where, before.shape)
    return Change(before.shape, _indices(where, before.shape), before[places], after[places] | np.uint8(BY_HAND))


def boxed(
    labels: NDArray[np.uint8],
    box: tuple[slice, ...],
    after: NDArray[np.uint8],
    decided: NDArray[np.bool_] | None = None,
) -> Change:
    """Like ``difference`` where only a box of the array may have changed; ``after`` and ``decided`` fill the box."""
    small = difference(labels[box], after, decided)
    places = np.unravel_index(small.where, small.shape)
    moved = tuple(part + side.indices(size)[0] for part, side, size in zip(places, box, labels.shape, strict=True))
    where = np.ravel_multi_index(moved, labels.shape) if small else small.where
    return replace(small, shape=labels.shape, where=_indices(np.asarray(where), labels.shape))


def remembering(change: Change, segmentation: Segmentation) -> Change:
    """The change with it noted which of its voxels a person had decided, or a tool had changed, before."""
    before, places = change.before, np.unravel_index(change.where, change.shape)
    for mask, bit in ((segmentation.by_hand, BY_HAND), (segmentation.by_tool, BY_TOOL)):
        if mask is not None:
            before = before | (mask[places].astype(np.uint8) * np.uint8(bit))
    return replace(change, before=before)


def apply(segmentation: Segmentation, *changes: Change) -> Segmentation:
    """The segmentation after the changes; refuses changes of another grid."""
    labels = segmentation.labels.copy(order="K")
    by_hand, by_tool = (
        np.zeros_like(labels, dtype=bool) if mask is None else mask.copy("K")
        for mask in (segmentation.by_hand, segmentation.by_tool)
    )
    for change in changes:
        if change.shape != labels.shape:
            raise Refused(
                f"The edit was made on a grid of {change.shape} voxels, the segmentation has {labels.shape}; "
                "it belongs to another segmentation."
            )
        places = np.unravel_index(change.where, change.shape)
        labels[places] = change.after & np.uint8(LABEL)
        by_hand[places] = change.after & np.uint8(BY_HAND) > 0
        by_tool[places] = change.after & np.uint8(BY_TOOL) > 0
    return replace(segmentation, labels=labels, by_hand=by_hand, by_tool=by_tool if by_tool.any() else None)


def save_change(change: Change, path: Path) -> None:
    """Write a change as .npz in one move."""
    fresh = path.with_name(f".{path.name}")
    with fresh.open("wb") as file:
        np.savez_compressed(file, shape=change.shape, where=change.where, before=change.before, after=change.after)
    fresh.replace(path)


def load_change(path: Path) -> Change:
    """Read what ``save_change`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        return Change(tuple(int(n) for n in data["shape"]), data["where"], data["before"], data["after"])


def _indices(where: NDArray[np.integer], shape: tuple[int, ...]) -> NDArray[np.unsignedinteger]:
    return where.astype(np.uint32 if np.prod(shape, dtype=np.int64) < 2**32 else np.uint64)
