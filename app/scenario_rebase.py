"""A child scenario takes over what was changed on its parent since it was made, and keeps what it changes itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.scenario_tree import Scenarios, as_child, needed_scenario, numbers_of, parent_moved, parent_then
from app.scenario_words import NAMING, changes_in_words
from geometry.errors import Refused
from solvers.scenario import Electrophysiology, Flow
from solvers.scenario_file import scenario_from, with_entries

MISSING = object()


@dataclass(frozen=True)
class Rebased:
    """The child on its parent as that is now; taken  what it took over in words; kept  what both had changed, where it
    keeps its own: in words, from its own to the parent's."""

    scenario: Electrophysiology | Flow
    taken: tuple[str, ...]
    kept: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """What happened."""
        title = self.scenario.title
        told = [
            f"'{title}' took over from its parent: {'; '.join(self.taken)}."
            if self.taken
            else f"'{title}' has nothing to take over."
        ]
        if self.kept:
            told.append(f"Changed on both, its own is kept (own \u2192 its parent's): {'; '.join(self.kept)}.")
        return tuple(told)


def rebased(scenarios: Scenarios, name: str) -> Rebased:
    """Entry by entry: where the child had its parent's number it gets the one of now, else it keeps its own.

    Refuses a baseline, a child of an unchanged parent, and one that was kept without its parent's numbers.
    """
    child = needed_scenario(scenarios, name)
    parent = scenarios.get(child.parent)
    if parent is None:
        raise Refused(f"'{child.title}' changes no other scenario: there is nothing to take over.")
    if not parent_moved(scenarios, name):
        raise Refused(f"'{parent.title}' has not changed since '{child.title}' was made from it.")
    before = parent_then(child)
    if before is None or type(before) is not type(parent):
        raise Refused(
            f"What '{parent.title}' was when '{child.title}' was made from it is not known. Confirm that it is meant so, or "
            "make it again."
        )
    clashes: dict[str, Any] = {}
    merged = _merged(numbers_of(before), numbers_of(parent), numbers_of(child), "", clashes)
    own = {key: value for key, value in child.model_dump(mode="json").items() if key in NAMING}
    found = as_child(scenarios, child.parent, scenario_from(merged | own))
    there = with_entries(found, {path: value for path, value in clashes.items() if value is not MISSING})
    return Rebased(found, changes_in_words(child, found), changes_in_words(found, there))


def _merged(base: Any, theirs: Any, own: Any, path: str, clashes: dict[str, Any]) -> Any:
    if own in (base, theirs):
        return theirs
    if theirs == base:
        return own
    if _alike(base, theirs, own):
        found = {
            key: _merged(was, now, mine, f"{path}.{key}".lstrip("."), clashes)
            for key, was, now, mine in _entries(base, theirs, own)
        }
        found = {key: value for key, value in found.items() if value is not MISSING}
        return found if isinstance(own, dict) else list(found.values())
    clashes[path] = theirs
    return own


def _alike(*values: Any) -> bool:
    """Whether three values are the same kind of record, mapping of records, or rows of as many records."""
    if all(isinstance(value, list) for value in values):
        return len({len(value) for value in values}) == 1 and all(isinstance(e, dict) for v in values for e in v)
    if not all(isinstance(value, dict) for value in values):
        return False
    mapping = all(isinstance(entry, dict) for value in values for entry in value.values())
    return mapping or len({(value.get("kind"), *sorted(value)) for value in values}) == 1


def _entries(base: Any, theirs: Any, own: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Each key or place and the three values there; MISSING where one has it not."""
    tables = [dict(enumerate(one)) if isinstance(one, list) else one for one in (base, theirs, own)]
    for key in dict.fromkeys(key for table in tables for key in table):
        first, second, third = (table.get(key, MISSING) for table in tables)
        yield key, first, second, third
