"""Names for the boundary of a wall: given by the user, known from the file, else found from the shape."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.exchange.naming_by_shape import names_by_shape
from geometry.exchange.places import counted
from geometry.exchange.raw_mesh import Array
from geometry.exchange.surface_words import KNOWN, SURFACES, our_name
from geometry.heart_mesh import Floats
from geometry.surface import area_vectors

NEEDED = ("endo_lv", "epi", "base")
AGREE = 0.9  # share of a surface's area whose shape must speak for one name
FEW = 0.03  # share of the boundary that may take the name of its neighbours


@dataclass(frozen=True)
class NamedBoundary:
    """Tags (f,) of boundary facets, their names, and sentences about how they were found."""

    tags: Array
    names: dict[int, str]
    notes: tuple[str, ...] = ()


def named_boundary(
    points: Floats, facets: Array, tags: Array, told: Mapping[int, str], given: Mapping[int, str]
) -> NamedBoundary:
    """Name the facets; ``tags`` is 0 where the file has none. Where names are missing, the notes say what is."""
    present = [int(tag) for tag in np.unique(tags) if tag != 0]
    unknown = ", ".join(str(tag) for tag in sorted(set(given) - set(present)))
    if unknown:
        raise Refused(
            f"The mesh has no surface {unknown} to give a name to; it has: {_listed(points, facets, tags, told)}."
        )
    names = {tag: name for tag in present if (name := given.get(tag) or our_name(told.get(tag, "")))}
    notes = []
    for name in dict.fromkeys(names.values()):
        theirs = [told[tag] for tag in names if names[tag] == name and tag not in given and told[tag] != name]
        if theirs:
            notes.append(f"Taken as {name}, by the names in the file: {', '.join(theirs)}.")
    words = np.array([names.get(int(tag), "") for tag in tags], dtype="<U80")
    if not set(NEEDED) <= set(words):
        words, more = _by_shape(points, facets, tags, words, told)
        notes += more
    words, more = _filled_up(points, facets, words)
    notes += [*more, *_missing(points, facets, tags, words, told)]
    for tag in present:  # what means nothing here keeps its own name
        words[(words == "") & (tags == tag)] = told.get(tag, f"surface {tag}")
    if all(tag in told and (words[tags == tag] == told[tag]).all() for tag in [*present, *([0] * (0 in tags))]):
        return NamedBoundary(tags, {tag: told[tag] for tag in present}, tuple(notes))
    return _numbered(words, notes)


def _by_shape(
    points: Floats, facets: Array, tags: Array, words: Array, told: Mapping[int, str]
) -> tuple[Array, list[str]]:
    """Names from the shape for the facets without; where the file has numbers, one name for each of them."""
    shaped = names_by_shape(points, facets, tags)
    if shaped is None:
        return words, []
    area = np.linalg.norm(area_vectors(points, facets), axis=1)
    open_tags = [int(tag) for tag in np.unique(tags[words == ""]) if tag != 0]
    open_tags.sort(key=lambda tag: -float(area[tags == tag].sum()))
    found, notes = words.copy(), []
    for tag in open_tags:
        at = tags == tag
        sums = {name: area[at & (shaped == name)].sum() for name in SURFACES}
        best = max(sums, key=lambda name: sums[name])
        last = tag == open_tags[-1] and set(NEEDED) - set(found) == {best}
        if last or sums[best] >= AGREE * area[at].sum():
            found[at] = best
            notes.append(f"The surface {tag} has no name that is known; by its shape it was taken as {best}.")
    bare = (found == "") & (tags == 0)
    if bare.any():
        found[bare] = shaped[bare]
        notes.append("The names of the surfaces were found from the shape of the wall; look whether they are right.")
    return found, notes


def _filled_up(points: Floats, facets: Array, words: Array) -> tuple[Array, list[str]]:
    """A few facets without a name take that of the nearest one."""
    bare = words == ""
    if not bare.any() or bare.all():
        return words, []
    area = np.linalg.norm(area_vectors(points, facets), axis=1)
    if area[bare].sum() > FEW * area.sum():
        return words, []
    middle = points[facets].mean(axis=1)
    found = words.copy()
    found[bare] = words[~bare][cKDTree(middle[~bare]).query(middle[bare])[1]]
    return found, [f"{counted(int(bare.sum()), 'facet', 'facets')} without a name took that of the nearest surface."]


def _numbered(words: Array, notes: list[str]) -> NamedBoundary:
    """Numbers as ``geometry.meshing.ventricles`` gives them, further names after them."""
    present = [str(word) for word in np.unique(words) if word]
    order = {name: number for number, name in enumerate(("", *KNOWN, *(w for w in present if w not in KNOWN)))}
    tags = np.array([order[str(word)] for word in words], np.int64)
    return NamedBoundary(tags, {order[word]: word for word in sorted(present, key=lambda w: order[w])}, tuple(notes))


def _missing(points: Floats, facets: Array, tags: Array, words: Array, told: Mapping[int, str]) -> list[str]:
    missing = [name for name in NEEDED if name not in words]
    if not missing or {"inlet", "outlet", "wall"} <= set(words):
        return []
    if not tags.any():
        return [
            f"The surfaces {', '.join(missing)} are not known: the file has no tags on the boundary, and the shape (no flat "
            "base that parts the inside from the outside) does not tell. Without them no fibres can be made."
        ]
    return [
        f"The surfaces {', '.join(missing)} are not known. The file has {_listed(points, facets, tags, told)}. Say which is "
        "which with --surface NUMBER=NAME. Without them no fibres can be made."
    ]


def _listed(points: Floats, facets: Array, tags: Array, told: Mapping[int, str]) -> str:
    area = np.linalg.norm(area_vectors(points, facets), axis=1)
    rows = [(int(tag), area[tags == tag].sum() / 100) for tag in np.unique(tags) if tag != 0]
    return (
        ", ".join(f"{tag}{f' {told[tag]!r}' if tag in told else ''} ({size:.0f} cm2)" for tag, size in rows) or "none"
    )
