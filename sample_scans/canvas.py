"""Painting tissues over each other on sample points, with the soft edges that partial volume gives."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_scans.anatomy_surfaces import Array, Shape


@dataclass(frozen=True)
class Canvas:
    """Fractions mixed at sample points.

    points  (n, 3) mm, heart frame, float32
    values  (channels, n) float32: first what the scanner sees, then the fraction of each label
    palette tissue -> what the scanner sees of it
    labels  the label of each later channel
    edge    mm over which an edge blurs (the sample spacing)
    """

    points: Array
    values: Array
    palette: Mapping[str, tuple[float, ...]]
    labels: tuple[int, ...]
    edge: float

    def paint(self, shape: Shape, tissue: str, label: int = 0) -> None:
        """Cover the inside of ``shape`` with ``tissue``; ``label`` 0 belongs to none."""
        inside = self.select(shape)
        if inside.size:
            self.cover(inside, shape.distance(self.points[inside]), tissue, label)

    def select(self, shape: Shape) -> NDArray[np.intp]:
        """Indices of the points in the box of ``shape``."""
        corners = shape.box()
        if corners is None:
            return np.arange(len(self.points))
        keep = np.ones(len(self.points), dtype=bool)
        for k in range(3):
            keep &= (self.points[:, k] > corners[0][k]) & (self.points[:, k] < corners[1][k])
        return np.flatnonzero(keep)

    def cover(self, index: NDArray[np.intp], distance: Array, tissue: str, label: int = 0) -> None:
        """Cover points ``index`` by the fraction of each that lies inside (``distance`` < 0)."""
        share = self.inside(distance)
        touched = share > 0
        index, share = index[touched], share[touched]
        colour = (*self.palette[tissue], *(float(label == each) for each in self.labels))
        for channel, value in zip(self.values, colour, strict=True):
            old = channel[index]
            channel[index] = old + share * (np.float32(value) - old)

    def inside(self, distance: Array) -> Array:
        """The fraction of each point that lies inside (``distance`` < 0)."""
        return np.asarray(np.clip(0.5 - distance / self.edge, 0.0, 1.0), np.float32)

    def turn(self, index: NDArray[np.intp], share: Array, old: tuple[str, int], new: tuple[str, int]) -> None:
        """Turn a share of what points ``index`` hold of one (tissue, label) into another.

        Edges of the old tissue stay as they are: ``cover`` would blur them once more, and so move them outwards.
        """
        held = self.values[len(self.values) - len(self.labels) + self.labels.index(old[1]), index]
        share = share * held
        touched = share > 0
        index, share = index[touched], share[touched]
        before, after = (
            (*self.palette[name], *(float(label == each) for each in self.labels)) for name, label in (old, new)
        )
        for channel, one, other in zip(self.values, before, after, strict=True):
            channel[index] += share * np.float32(other - one)

    def part(self, index: NDArray[np.intp]) -> "Canvas":
        """A canvas of some of the points."""
        return Canvas(self.points[index], self.values[:, index], self.palette, self.labels, self.edge)

    def copy(self) -> "Canvas":
        """An independent canvas with the same paint on it."""
        return Canvas(self.points, self.values.copy(), self.palette, self.labels, self.edge)


def blank(
    points: Array, palette: Mapping[str, tuple[float, ...]], labels: tuple[int, ...], edge: float, tissue: str
) -> Canvas:
    """A canvas filled with one tissue."""
    colour = (*palette[tissue], *(0.0 for _ in labels))
    values = np.repeat(np.asarray(colour, np.float32)[:, None], len(points), axis=1)
    return Canvas(np.ascontiguousarray(points, dtype=np.float32), values, palette, labels, edge)
