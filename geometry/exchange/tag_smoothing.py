"""Tags carried to new facets have ragged borders: single facets, islands and pinches take the tag around them."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.exchange.raw_mesh import Array

ROUNDS = 20
ISLAND = 0.02  # of the facets of a tag


def smoothed_tags(facets: Array, tags: Array) -> Array:
    """(f,) tags of a closed surface in which no facet lies between two of another tag, and no tag has small islands."""
    beside = _neighbours(facets)
    found = tags.copy()
    for _ in range(ROUNDS):
        around = found[beside]
        first, second, third = around.T
        pair = np.where(first == second, first, np.where(second == third, second, third))
        alike = (around == pair[:, None]).sum(axis=1) >= 2
        change = (alike & (pair != found)) | _islands(beside, found)
        if not change.any():
            break
        other = np.where(first != found, first, np.where(second != found, second, third))
        found = np.where(change, np.where(alike & (pair != found), pair, other), found)
    for _ in range(ROUNDS):
        pinched = _pinches(facets, beside, found)
        if not len(pinched):
            break
        found = _widened(facets, found, pinched)
    return found


def _neighbours(facets: Array) -> Array:
    """(f, 3) the facet across each edge; itself where the surface is open or touches itself."""
    ends = np.sort(facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)
    key = ends[:, 0] * (int(ends.max()) + 1) + ends[:, 1]
    order = np.argsort(key, kind="stable")
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    one, two = order[first[count == 2]], order[first[count == 2] + 1]
    across = np.arange(len(key))
    across[one], across[two] = two, one
    return np.asarray(across // 3).reshape(-1, 3)


def _islands(beside: Array, tags: Array) -> Array:
    """(f,) bool: in a piece of its tag that is small beside all of it."""
    rows, other = np.repeat(np.arange(len(tags)), 3), beside.ravel()
    same = tags[rows] == tags[other]
    links = coo_array((np.ones(same.sum(), np.int8), (rows[same], other[same])), shape=(len(tags),) * 2)
    _, piece = connected_components(links.tocsr(), directed=False)
    _, which, size = np.unique(tags, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(piece)[piece] < ISLAND * size[which.ravel()])


def _pinches(facets: Array, beside: Array, tags: Array) -> Array:
    """(p,) corners, as 3 * facet + k, in the smaller of two fans of one tag that meet in nothing but a node."""
    here, there = [], []
    rows = np.arange(len(tags))
    for edge in range(3):
        other = beside[:, edge]
        same = (tags[other] == tags) & (other != rows)
        for k in (edge, (edge + 1) % 3):  # both ends of the edge, as corners of this facet and of the other
            match = facets[other] == facets[:, k, None]
            both = same & match.any(axis=1)
            here.append(3 * rows[both] + k)
            there.append(3 * other[both] + match[both].argmax(axis=1))
    ends = np.concatenate(here), np.concatenate(there)
    links = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(facets.size,) * 2)
    _, fan = connected_components(links.tocsr(), directed=False)
    places = np.column_stack([facets.ravel(), np.repeat(tags, 3)])
    _, group = np.unique(places, axis=0, return_inverse=True)
    rank = np.bincount(fan)[fan] * (int(fan.max()) + 1) - fan  # the largest fan, of equal ones the first
    best = np.full(int(group.max()) + 1, -1)
    np.maximum.at(best, group.ravel(), rank)
    return np.flatnonzero(rank < best[group.ravel()])


def _widened(facets: Array, tags: Array, pinched: Array) -> Array:
    """The facets of pinched corners with the commonest other tag at their node."""
    found = tags.copy()
    for corner in pinched:
        row = int(corner) // 3
        around = tags[(facets == facets[row, int(corner) % 3]).any(axis=1)]
        others, count = np.unique(around[around != tags[row]], return_counts=True)
        if len(others):
            found[row] = others[np.argmax(count)]
    return found
