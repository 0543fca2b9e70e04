"""What a record says of one of its numbers: label, unit, range, meaning, source -- all that a form shows."""

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from app.scenario_words import humanised
from geometry.metric import with_unit
from solvers.record import Record

LONGEST = 46  # letters of a description that still serves as a label


@dataclass(frozen=True)
class Facts:
    """One field of a record, for a form."""

    name: str
    label: str
    kind: str  # "number", "whole", "choice", "switch", "text", "record" or "other"
    optional: bool
    unit: str
    low: float | None
    high: float | None
    meaning: str
    source: str
    status: str
    choices: tuple[str, ...]

    @property
    def limits(self) -> str:
        """The allowed range in words."""
        if self.low is None and self.high is None:
            return ""
        return (
            with_unit(f"{self.low:g} to {self.high:g}", self.unit)
            if self.low is not None and self.high is not None
            else ""
        )

    def tip(self) -> str:
        """The tooltip."""
        rows = [f"<b>{self.meaning or self.label}</b>"]
        rows += [f"Allowed: {self.limits}"] if self.limits else []
        rows += [f"Source: {self.source}"] if self.source else []
        rows += [f"Status: {self.status}"] if self.status else []
        return "<br>".join(rows)


def facts_of(record: Record) -> tuple[Facts, ...]:
    """All fields of a record, in order; the discriminator ``kind`` is left out."""
    return tuple(_facts(name, type(record).model_fields[name]) for name in type(record).model_fields if name != "kind")


def with_value(record: Record, name: str, value: Any) -> tuple[Record | None, str]:
    """The record with one value changed and "", or None and a sentence that says why not."""
    facts = _facts(name, type(record).model_fields[name])
    try:
        return type(record).model_validate(record.model_dump() | {name: value}), ""
    except ValidationError as failure:
        if facts.limits and isinstance(value, int | float):
            return None, f"Must lie between {facts.limits.replace(' to ', ' and ')}."
        return None, f"{failure.errors()[0]['msg'].removeprefix('Value error, ')}."


def _facts(name: str, field: Any) -> Facts:
    kind, optional, choices = _kind(field.annotation)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    bounds = {key: getattr(item, key) for item in field.metadata for key in ("ge", "le") if hasattr(item, key)}
    meaning = field.description or ""
    return Facts(
        name=name,
        label=meaning if 0 < len(meaning) <= LONGEST and kind != "choice" else humanised(name),
        kind=kind,
        optional=optional,
        unit=str(extra.get("unit", "")),
        low=bounds.get("ge"),
        high=bounds.get("le"),
        meaning=meaning,
        source=str(extra.get("source", "")),
        status=str(extra.get("status", "")),
        choices=choices,
    )


def _kind(annotation: Any) -> tuple[str, bool, tuple[str, ...]]:
    optional = False
    if get_origin(annotation) in (Union, UnionType):
        inner = [a for a in get_args(annotation) if a is not NoneType]
        optional = len(inner) < len(get_args(annotation))
        if len(inner) == 1:
            annotation = inner[0]
    if get_origin(annotation) is Literal:
        return "choice", optional, tuple(str(a) for a in get_args(annotation))
    if isinstance(annotation, type):
        if issubclass(annotation, Record):
            return "other" if optional else "record", optional, ()  # what may be missing is placed in the step Plan
        kinds = {bool: "switch", int: "whole", float: "number", str: "text"}
        return kinds.get(annotation, "other"), optional, ()
    return "other", optional, ()
