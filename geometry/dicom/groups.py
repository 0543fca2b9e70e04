"""Frames sorted into stacks: what lies parallel, of one kind, in one series or in several that belong together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geometry.dicom.frame import Frame
from geometry.dicom.kinds import is_flat
from geometry.dicom.stack import LEAST_SLICES, SAME_PLACE, group_by_position, position_of

_PARALLEL = 0.9998  # cosine of 1 degree
_WIDEST = 2.5  # times the usual gap: series further apart are not one stack


@dataclass(frozen=True, eq=False)
class Group:
    """Frames that are to be read together.

    rows      slices x phases, ordered along the normal and in time; one row where the frames are not placed
    parallel  False for slices that are turned against each other
    """

    rows: tuple[tuple[Frame, ...], ...]
    parallel: bool = True

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All frames."""
        return tuple(frame for row in self.rows for frame in row)

    @property
    def first(self) -> Frame:
        """Any frame, to ask what all have in common."""
        return self.rows[0][0]

    @property
    def slices(self) -> int:
        """The number of slices; 0 where the frames do not say where they lie."""
        return len(self.rows) if self.first.placed else 0

    @property
    def phases(self) -> int:
        """The number of time points that most slices have."""
        return Counter(len(row) for row in self.rows).most_common(1)[0][0]

    @property
    def places(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """(slices,) mm along the normal of the first frame."""
        return np.array([position_of(row[0]) @ self.first.normal for row in self.rows])

    @property
    def gap(self) -> float | None:
        """mm between slices, the median; None where there is but one."""
        return float(np.median(np.abs(np.diff(self.places)))) if self.slices > 1 and self.parallel else None


def group_frames(frames: list[Frame]) -> list[Group]:
    """All groups; slices stored as series of their own are put together where they make one stack."""
    alike: dict[tuple[object, ...], list[list[Frame]]] = {}
    for frame in frames:
        key = (frame.series, frame.modality, frame.colors, frame.kind, frame.rows, frame.columns, frame.spacing)
        groups = alike.setdefault(key, [])
        for group in groups:
            if parallel(group[0], frame):
                group.append(frame)
                break
        else:
            groups.append([frame])
    found = _put_slices_together([_group(group) for groups in alike.values() for group in groups])
    return _put_turned_together(found) + _over_the_beat(found)


def parallel(one: Frame, other: Frame) -> bool:
    """Whether two frames have the same orientation (within 1 degree); those without a place are alike."""
    if not (one.placed and other.placed):
        return one.placed == other.placed
    assert one.across is not None and other.across is not None and one.down is not None and other.down is not None
    return bool(one.across @ other.across > _PARALLEL and one.down @ other.down > _PARALLEL)


def _group(frames: Iterable[Frame]) -> Group:
    held = list(frames)
    rows = group_by_position(held) if held[0].placed else [held]
    return Group(tuple(map(tuple, rows)))


def _put_slices_together(groups: list[Group]) -> list[Group]:
    """Groups as they are, and in place of parallel ones that together make one stack that stack."""
    result = [group for group in groups if not group.first.placed or is_flat(group.first)]
    rest = sorted((group for group in groups if group not in result), key=lambda group: -group.slices)
    while rest:
        base = rest.pop(0)
        mates = [group for group in rest if _same_stack(base, group)]
        if base.slices < LEAST_SLICES:
            together = _group(frame for group in (base, *mates) for frame in group.frames)
            if together.slices >= LEAST_SLICES:
                rest = [group for group in rest if group not in mates]
                base = together
        else:
            base, rest = _continued(base, rest, mates)
        result.append(base)
    return result


def _continued(base: Group, rest: list[Group], mates: list[Group]) -> tuple[Group, list[Group]]:
    """A stack with those series that fill its gaps or go on where it ends; one taken in the same places is another."""
    changed = True
    while changed:
        changed = False
        for mate in [group for group in mates if group in rest]:
            distances = np.abs(base.places[:, None] - _places_along(mate, base.first))
            gap = base.gap or 0.0
            if distances.min() > 0.5 * gap and distances.min(axis=0).min() <= _WIDEST * gap:
                base, rest, changed = _group((*base.frames, *mate.frames)), [g for g in rest if g is not mate], True
    return base, rest


def _places_along(group: Group, frame: Frame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([position_of(row[0]) @ frame.normal for row in group.rows])


def _same_stack(one: Group, other: Group) -> bool:
    a, b = one.first, other.first
    pulses = [set(frame.sequence[:-1]) for frame in (a, b)]
    return (
        (a.study, a.modality, a.colors, a.kind[:3]) == (b.study, b.modality, b.colors, b.kind[:3])
        and pulses[0] == pulses[1]
        and (a.inversion is None) == (b.inversion is None)
        and (one.phases > 1) == (other.phases > 1)
        and abs(one.phases - other.phases) <= max(one.phases, other.phases) // 2
        and parallel(a, b)
        and (a.series == b.series or one.phases > 1 or min(one.slices, other.slices) < LEAST_SLICES)
    )


def _over_the_beat(groups: list[Group]) -> list[Group]:
    """CT volumes of one place at several points of the beat, each a series of its own, once more as one group."""
    sets: list[list[Group]] = []
    for group in groups:
        if group.first.modality != "CT" or group.first.percent is None or group.phases > 1 or not group.gap:
            continue
        mates = next((mates for mates in sets if _same_place(mates[0], group)), None)
        if mates is None:
            sets.append([group])
        elif group.first.percent not in [mate.first.percent for mate in mates]:
            mates.append(group)
    return [_group(frame for group in mates for frame in group.frames) for mates in sets if len(mates) > 1]


def _same_place(one: Group, other: Group) -> bool:
    a, b = one.first, other.first
    return (
        (a.study, a.kind, a.rows, a.columns, a.spacing) == (b.study, b.kind, b.rows, b.columns, b.spacing)
        and one.slices == other.slices
        and parallel(a, b)
        and bool(np.allclose(position_of(a), position_of(b), atol=SAME_PLACE))
        and bool(np.allclose(one.places, _places_along(other, a), atol=SAME_PLACE))
    )


def _put_turned_together(groups: list[Group]) -> list[Group]:
    """Single slices of one series that lie in different directions, as one group that is no stack."""
    turned: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        first = group.first
        if group.slices in (1, 2) and not is_flat(first):
            turned.setdefault((first.series, first.modality, first.colors, first.kind), []).append(group)
    whole = [sets for sets in turned.values() if len(sets) >= LEAST_SLICES]
    taken = {id(group) for sets in whole for group in sets}
    kept = [group for group in groups if id(group) not in taken]
    return kept + [Group(tuple(row for group in sets for row in group.rows), parallel=False) for sets in whole]
