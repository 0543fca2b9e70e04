"""A Purkinje network grown on the endocardium as a fractal tree, after Sahli Costabal 2016 (doi 10.1016/j.jbiomech.2015.12.025).

Branches run along the surface in short segments, bend away from what has grown before, fork into two when they have their
length, and end where they would come too close to another branch or leave the surface. All branches of a generation grow
together; it goes on until there is no room left. Lengths and angles are chosen so that no place of a human endocardium is
more than some 7 mm from a junction (2 mm on average): anatomy gives no numbers for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.heart_mesh import Floats, Ints
from geometry.on_surface import OnSurface

SEGMENT = 1.0  # mm
LENGTH = 4.0  # mm, mean of a branch; the spread and the least are those of the paper
SPREAD, LEAST = 0.2**0.5, 0.1  # of LENGTH
FORK = 0.5  # rad to either side of the branch before
BEND = 0.1  # weight of the direction away from the nearest other branch, as in the paper
CLEARANCE = 1.5  # mm from another branch at which one ends
FIRST = 6  # branches that leave a root, evenly around it
NEIGHBOURS = 40  # nodes looked at around a tip: its own branch and those it came with are among them
LEAVES = 0.5  # of a segment: a step that ends this far from the surface would leave it


@dataclass(frozen=True)
class PurkinjeTree:
    """Nodes, each joined to the one before it.

    points   (p, 3) mm
    parent   (p,) node before it, -1 at a root; always a smaller number
    normals  (p, 3) unit vectors of the surface there, by the order of its corners
    """

    points: Floats
    parent: NDArray[np.int64]
    normals: Floats

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where the network meets the wall: the roots, and the last node of every branch that has no fork."""
        last = np.ones(len(self.parent), dtype=bool)
        last[self.parent[self.parent >= 0]] = False
        return np.flatnonzero(last | (self.parent < 0))

    @property
    def segments(self) -> NDArray[np.int64]:
        """(s, 2) nodes at both ends of each segment."""
        child = np.flatnonzero(self.parent >= 0)
        return np.column_stack([self.parent[child], child])


def joined(trees: Sequence[PurkinjeTree]) -> PurkinjeTree:
    """Several trees as one."""
    first = np.cumsum([0, *(len(tree.parent) for tree in trees)])
    parents = [np.where(tree.parent < 0, -1, tree.parent + k) for tree, k in zip(trees, first, strict=False)]
    points, normals = (np.concatenate([getattr(tree, name) for tree in trees]) for name in ("points", "normals"))
    return PurkinjeTree(points, np.concatenate(parents), normals)


def grow_tree(points: Floats, triangles: Ints, roots: Floats, rng: np.random.Generator) -> PurkinjeTree:
    """Cover the surface of ``triangles`` (k, 3) from ``roots`` (r, 3) mm, which are nodes 0 to r - 1."""
    growth = _Growth(OnSurface(points, triangles), roots, rng)
    tips = growth.sprouts()
    while len(tips.node):
        tips = growth.forks(growth.lengthened(tips))
    return PurkinjeTree(growth.points, growth.parent, growth.surface.normals[growth.triangle])


@dataclass(frozen=True)
class _Tips:
    """Growing ends: their node, direction (t, 3), segments left to grow, and branch."""

    node: NDArray[np.int64]
    direction: Floats
    left: NDArray[np.int64]
    branch: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_]) -> "_Tips":
        return _Tips(*(getattr(self, one.name)[which] for one in fields(self)))

    def and_also(self, other: "_Tips") -> "_Tips":
        return _Tips(*(np.concatenate([getattr(self, one.name), getattr(other, one.name)]) for one in fields(self)))


class _Growth:
    """All nodes so far; a root is a branch of its own."""

    def __init__(self, surface: OnSurface, roots: Floats, rng: np.random.Generator) -> None:
        self.surface, self.rng = surface, rng
        self.points, self.triangle = surface.nearest(roots)
        self.parent = np.full(len(roots), -1)
        self.branch = np.arange(len(roots))
        self.before = np.full(len(roots), -1)  # of each branch, the one it came from

    def sprouts(self) -> _Tips:
        """The first branches, evenly around each root, turned by chance."""
        roots = np.repeat(np.arange(len(self.points)), FIRST)
        turn = np.repeat(self.rng.uniform(0, 2 * np.pi, len(self.points)), FIRST)
        turn += np.tile(2 * np.pi / FIRST * np.arange(FIRST), len(self.points))
        normal = self.surface.normals[self.triangle[roots]]
        across = _units(np.cross(normal, np.eye(3)[np.abs(normal).argmin(axis=1)]))
        return self._begun(roots, _turned(across, normal, turn))

    def forks(self, ended: _Tips) -> _Tips:
        """Two branches from each end, one to either side."""
        two = np.repeat(np.arange(len(ended.node)), 2)
        turn = np.tile([-FORK, FORK], len(ended.node))
        normal = self.surface.normals[self.triangle[ended.node[two]]]
        return self._begun(ended.node[two], _turned(ended.direction[two], normal, turn))

    def lengthened(self, tips: _Tips) -> _Tips:
        """Grow the branches by one segment at a time; gives the tips of those that reached their length."""
        whole = tips.only(tips.left == 0)
        while len(tips.node):
            tips = self._step(tips)
            whole, tips = whole.and_also(tips.only(tips.left == 0)), tips.only(tips.left > 0)
        return whole

    def _begun(self, nodes: NDArray[np.int64], direction: Floats) -> _Tips:
        length = np.maximum(self.rng.normal(LENGTH, SPREAD * LENGTH, len(nodes)), LEAST * LENGTH)
        left = np.maximum(np.round(length / SEGMENT), 1).astype(np.int64)
        branch = len(self.before) + np.arange(len(nodes))
        self.before = np.concatenate([self.before, self.branch[nodes]])
        return _Tips(nodes, direction, left, branch)

    def _step(self, tips: _Tips) -> _Tips:
        """One segment more for each tip that has room for it."""
        here = self.points[tips.node]
        _, away = self._nearest_other(tips, here)
        wanted = here + SEGMENT * _units(tips.direction + BEND * away)
        at, triangle = self.surface.nearest(wanted)
        gap, _ = self._nearest_other(tips, at)
        grows = (gap > CLEARANCE) & (np.linalg.norm(at - wanted, axis=1) < LEAVES * SEGMENT)
        normal = self.surface.normals[triangle]
        along = at - here
        ahead = _units(along - (along * normal).sum(axis=1)[:, None] * normal)
        number = len(self.points) + np.arange(int(grows.sum()))
        self.points = np.concatenate([self.points, at[grows]])
        self.triangle = np.concatenate([self.triangle, triangle[grows]])
        self.parent = np.concatenate([self.parent, tips.node[grows]])
        self.branch = np.concatenate([self.branch, tips.branch[grows]])
        return _Tips(number, ahead[grows], tips.left[grows] - 1, tips.branch[grows])

    def _nearest_other(self, tips: _Tips, at: Floats) -> tuple[Floats, Floats]:
        """(t,) mm to the nearest node that is not of the tip's branch, the one before or its other ones; (t, 3) away from it."""
        count = min(NEIGHBOURS, len(self.points))
        _, near = cKDTree(self.points).query(at, k=count)
        near = near.reshape(len(at), count)
        theirs, before = self.branch[near], self.before[tips.branch][:, None]
        own = (theirs == tips.branch[:, None]) | (theirs == before) | (self.before[theirs] == before)
        first = np.argmax(~own, axis=1)
        off = at - self.points[near[np.arange(len(at)), first]]
        gap = np.where(own.all(axis=1), np.inf, np.linalg.norm(off, axis=1))
        return gap, np.where(np.isfinite(gap)[:, None], _units(off), 0.0)


def _turned(direction: Floats, normal: Floats, angle: Floats) -> Floats:
    """Directions turned around the normals they are perpendicular to, by ``angle`` (n,) rad."""
    return np.asarray(np.cos(angle)[:, None] * direction + np.sin(angle)[:, None] * np.cross(normal, direction))


def _units(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
