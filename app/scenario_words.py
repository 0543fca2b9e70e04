"""What a scenario changes against its parent, in words, computed from the two records."""

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from geometry.metric import shown_unit
from solvers.devices.records import ImplantedValve, PlacedSurface, Stent
from solvers.record import Record
from solvers.scenario import Electrophysiology, Flow

CHOICES = {
    "eikonal": "Eikonal (seconds)",
    "reaction_eikonal": "Reaction-eikonal",
    "monodomain": "Monodomain (minutes)",
    "his_purkinje": "Conduction system",
    "paced": "Pacing sites",
    "uniform": "One cell everywhere",
    "endo-mid-epi": "Three layers",
    "lbbb": "Left bundle block",
    "rbbb": "Right bundle block",
    "fast_layer": "Fast layer",
    "grown_tree": "Grown tree",
    "ejection": "Flow of the ejection",
    "ventricle pressure": "Ventricle's pressure",
    "closed loop": "Ventricle's pressure of a closed loop",
    "leaflets": "Opens and shuts",
    "open": "Open as segmented",
    "": "None",
}
NAMING = frozenset(
    {"kind", "title", "parent", "parent_numbers", "parent_was", "candidates"}
)  # of a scenario: no number depends on them
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST = 6  # changes that are told one by one
SAME_PLACE = 0.05  # mm

SAME = "the same numbers"


def humanised(name: str) -> str:
    """A field's or choice's name as words."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def meaning_in_sentence(info: FieldInfo, name: str) -> str:
    """What a number means as part of a sentence, without remarks: "conduction velocity along the fibres"."""
    words = (info.description or humanised(name)).split(";")[0].split(" (")[0]
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def changes_in_words(parent: Electrophysiology | Flow, child: Electrophysiology | Flow) -> tuple[str, ...]:
    """One phrase for each thing that ``child`` has otherwise than ``parent``, e.g. "viscosity of blood 3.5 -> 4.5 mPa s"."""
    if type(parent) is not type(child):
        return (f"another kind: {child.kind}",)
    return tuple(_changes(parent, child, NAMING))


def change_line(parent: Electrophysiology | Flow, child: Electrophysiology | Flow) -> str:
    """All changes in one line; ``SAME`` where there is none."""
    found = changes_in_words(parent, child)
    more = f"; and {len(found) - MOST} more" if len(found) > MOST else ""
    return "; ".join(found[:MOST]) + more if found else SAME


def device_in_words(device: Record) -> str:
    """E.g. "valve 23 mm, balloon-expandable", "stent 14 x 20 mm"; the class's name for a record that is no device."""
    if isinstance(device, ImplantedValve):
        return f"valve {device.size} mm, {device.family.replace('_', '-')}"
    if isinstance(device, Stent):
        return f"stent {device.diameter:g} x {device.length:g} mm"
    if isinstance(device, PlacedSurface):
        return f"surface \u2018{device.source}\u2019"
    return humanised(type(device).__name__).lower()


def _changes(before: Record, after: Record, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    for name, info in type(before).model_fields.items():
        one, two = getattr(before, name), getattr(after, name)
        if name not in hidden and one != two:
            yield from _change(name, info, one, two)


def _change(name: str, info: FieldInfo, one: Any, two: Any) -> Iterator[str]:
    if isinstance(one, Record) and type(one) is type(two):
        yield from _changes(one, two)
    elif _holds_records(one) and _holds_records(two):
        yield _things(name, one, two)
    elif isinstance(one, dict) and isinstance(two, dict):
        touched = sorted(key for key in {**one, **two} if one.get(key) != two.get(key))
        yield f"{humanised(name).lower()}: {', '.join(touched)}"
    elif isinstance(two, int | float) and isinstance(one, int | float) and not isinstance(two, bool):
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        unit = shown_unit(str(extra.get("unit", ""))).replace("*", " ")
        yield f"{meaning_in_sentence(info, name)} {one:g} \u2192 {two:g} {unit}".rstrip()
    elif isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two):
        yield f"{humanised(name).lower()} changed"
    else:
        yield f"{humanised(name).lower()}: {_told(one)} \u2192 {_told(two)}"


def _things(name: str, one: tuple[Record, ...], two: tuple[Record, ...]) -> str:
    """Of two rows of records: how many there are now, or which of them changed and how."""
    noun = humanised((one or two)[0].__class__.__name__ if one or two else name)
    noun = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in noun).strip()
    if len(one) != len(two):
        many = "" if len(two) == 1 else "s"
        return f"{_count(len(two))} {noun}{many}" + (f" instead of {_count(len(one))}" if one else "")
    parts = []
    for number, (old, new) in enumerate(zip(one, two, strict=True), start=1):
        if old != new:
            which = f"{noun} {number}" if len(two) > 1 else noun
            parts.append(f"{which} {_difference(old, new)}")
    return ", ".join(parts)


def _difference(old: Record, new: Record) -> str:
    """Of one record in a row: how far it moved, and what else it has otherwise."""
    axes = [name for name in ("x", "y", "z") if name in type(new).model_fields]
    away = (
        sum((getattr(old, axis) - getattr(new, axis)) ** 2 for axis in axes) ** 0.5 if type(old) is type(new) else 0.0
    )
    parts = [f"moved by {away:.0f} mm"] if away > SAME_PLACE else []
    if type(old) is type(new):
        parts += _changes(old, new, frozenset(axes))
    return " and ".join(parts) or "changed"


def _holds_records(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(entry, Record) for entry in value)


def _count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def _told(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, Record):
        return device_in_words(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    return CHOICES.get(str(value), humanised(str(value))).split(" (")[0].lower()
