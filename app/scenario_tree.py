"""The scenarios of a case as a tree: baselines, and children that each change something on their parent."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.scenario_order import scenario_order
from app.scenario_words import NAMING, change_line
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.scenario import Electrophysiology, Flow
from solvers.scenario_file import scenario_from
from solvers.uncertainty.outline_doubts import with_outline_doubts

Scenarios = Mapping[str, Electrophysiology | Flow]


@dataclass(frozen=True)
class Branch:
    """A scenario in its tree: ``depth`` 0 for a baseline; ``change`` against its parent and ``stale`` in words."""

    name: str
    title: str
    depth: int
    change: str
    stale: str


def scenario_tree(scenarios: Scenarios) -> tuple[Branch, ...]:
    """All scenarios, each followed by its children; one whose parent is not there counts as a baseline."""
    return tuple(_branches(scenarios, "", 0))


def numbers_digest(scenario: Electrophysiology | Flow) -> str:
    """A hash of all that a run depends on: not of the title, nor of the place in the tree.

    Entries at their default are left out, so that one that comes with a later program changes nothing.
    """
    numbers = scenario.model_dump(mode="json", exclude=set(NAMING), exclude_defaults=True)
    text = json.dumps({"kind": scenario.kind, **numbers}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def numbers_of(scenario: Electrophysiology | Flow) -> dict[str, Any]:
    """Its kind and all that a run depends on, as plain data."""
    return scenario.model_dump(mode="json", exclude=set(NAMING - {"kind"}))


def parent_moved(scenarios: Scenarios, name: str) -> str:
    """A sentence where the parent's numbers changed after the child was made from them; else empty."""
    child = scenarios[name]
    parent = scenarios.get(child.parent) if child.parent else None
    if parent is None or not child.parent_numbers or child.parent_numbers == numbers_digest(parent):
        return ""
    before = parent_then(child)
    if before is not None and numbers_digest(before) == numbers_digest(
        parent
    ):  # kept by a program that hashed otherwise
        return ""
    told = f"Its parent '{parent.title}' was changed after this one was made from it"
    if before is None:
        return f"{told}. Look at what it changes now ({change_line(parent, child)}), then confirm it or make it again."
    return f"{told}: {change_line(before, parent)}. Take that over, or confirm this one as it is."


def parent_then(child: Electrophysiology | Flow) -> Electrophysiology | Flow | None:
    """The parent as it was when the child was made from it, without a title; None where that was not kept."""
    if not child.parent_was:
        return None
    try:
        return scenario_from(child.parent_was)
    except Refused:
        return None


def depths_among(scenarios: Scenarios, names: Collection[str]) -> dict[str, int]:
    """How far each of some scenarios is below others of them, in the order of the tree."""
    found, above = dict[str, int](), list[Branch]()
    for branch in scenario_tree(scenarios):
        above = [*above[: branch.depth], branch]
        if branch.name in names:
            found[branch.name] = sum(one.name in names for one in above[:-1])
    return found


def child_of(scenarios: Scenarios, parent: str, title: str = "") -> tuple[str, Electrophysiology | Flow]:
    """A name and a record for a new child of ``parent``, with its numbers; refuses an unknown parent."""
    source = needed_scenario(scenarios, parent)
    words = " ".join(title.split()) or free_title(scenarios, source.title)
    return free_name(scenarios, words), as_child(scenarios, parent, source.model_copy(update={"title": words}))


def as_child[Made: (Electrophysiology, Flow, Electrophysiology | Flow)](
    scenarios: Scenarios, parent: str, made: Made
) -> Made:
    """``made``, which was made from the numbers that ``parent`` has now, as its child."""
    needed_scenario(scenarios, parent)
    return made.model_copy(update=_place(scenarios, parent))


def confirmed(scenarios: Scenarios, name: str) -> Electrophysiology | Flow:
    """The child as it is, taken to be a child of its parent as that is now."""
    child = needed_scenario(scenarios, name)
    return child.model_copy(update=_place(scenarios, child.parent))


def without(scenarios: Scenarios, name: str) -> dict[str, Electrophysiology | Flow]:
    """The scenarios without one; its children become children of its parent (their numbers stay)."""
    moved = _place(scenarios, needed_scenario(scenarios, name).parent)
    return {
        key: one.model_copy(update=moved) if one.parent == name else one
        for key, one in scenarios.items()
        if key != name
    }


def with_doubts_of(scenarios: Scenarios, mesh: HeartMesh) -> dict[str, Electrophysiology | Flow]:
    """Those scenarios that change, with the doubt of the outlines of a fresh mesh; a child that knew its parent still does."""
    fresh = {name: with_outline_doubts(one, mesh) for name, one in scenarios.items()}
    for name, one in scenarios.items():
        if one.parent in scenarios and one.parent_numbers == numbers_digest(scenarios[one.parent]):
            fresh[name] = fresh[name].model_copy(update=_place(fresh, one.parent))
    return {name: one for name, one in fresh.items() if one != scenarios[name]}


def paced_of(scenarios: Scenarios, name: str) -> str:
    """The paced scenario that tries leads on this beat: a child of it, or one that differs in its leads alone; empty for none."""
    source = needed_scenario(scenarios, name)
    paced = {key: one for key, one in scenarios.items() if isinstance(one, Electrophysiology) and one.start == "paced"}
    own = [key for key, one in paced.items() if one.parent == name]
    alike = [key for key, one in paced.items() if not one.parent and _unpaced(one) == _unpaced(source)]
    return next(iter((*own, *alike)), "")


def _unpaced(scenario: Electrophysiology | Flow) -> dict[str, Any]:
    """Its numbers without leads, and without the tier: leads are tried by the eikonal one."""
    leads = {"start", "sites", "candidates", "vein", "vein_width", "tier"}
    return {key: value for key, value in numbers_of(scenario).items() if key not in leads}


def _place(scenarios: Scenarios, parent: str) -> dict[str, Any]:
    """What a child of ``parent`` as that is now holds of it; of a baseline where there is no such scenario."""
    source = scenarios.get(parent)
    if source is None:
        return {"parent": "", "parent_numbers": "", "parent_was": {}}
    return {"parent": parent, "parent_numbers": numbers_digest(source), "parent_was": numbers_of(source)}


def needed_scenario(scenarios: Scenarios, name: str) -> Electrophysiology | Flow:
    """The scenario of that name; refuses an unknown one with those there are."""
    if name not in scenarios:
        raise Refused(f"The case has no scenario {name!r}; it has: {', '.join(scenarios) or 'none yet'}.")
    return scenarios[name]


def free_name(scenarios: Scenarios, title: str) -> str:
    """A name for files that no scenario has yet, made of the letters and digits of a title."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "scenario"
    return next(name for name in _numbered(stem, "_") if name not in scenarios)


def free_title(scenarios: Scenarios, title: str) -> str:
    """A title that no scenario has yet: the given one with the next number."""
    taken = {one.title for one in scenarios.values()}
    return next(words for words in _numbered(re.sub(r" \d+$", "", title), " ") if words not in taken)


def _numbered(stem: str, gap: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}{gap}{number}"
        number += 1


def _branches(scenarios: Scenarios, parent: str, depth: int) -> Iterator[Branch]:
    for name in scenario_order(scenarios):
        one = scenarios[name]
        known = one.parent if one.parent in scenarios and not _circles(scenarios, name) else ""
        if known != parent:
            continue
        above = scenarios.get(known)
        change = change_line(above, one) if above is not None else ""
        yield Branch(name, one.title, depth, change, parent_moved(scenarios, name) if above is not None else "")
        yield from _branches(scenarios, name, depth + 1)


def _circles(scenarios: Scenarios, name: str) -> bool:
    """Whether a scenario is, by files changed by hand, above itself."""
    seen, now = {name}, scenarios[name].parent
    while now in scenarios:
        if now in seen:
            return True
        seen.add(now)
        now = scenarios[now].parent
    return False
