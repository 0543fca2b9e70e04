"""How a field is drawn: which run, which field, with or without its doubt, in which colours."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

VALUE, DOUBT, SPLIT, CHANCE = "value", "doubt", "split", "chance"
MODES = {
    VALUE: "Value",
    DOUBT: "Value + doubt",
    SPLIT: "Mean | SD",
    CHANCE: "Probability",
}


@dataclass(frozen=True)
class Look:
    """One way of looking at a run.

    mode       one of MODES
    palette    "" for the one that suits the field
    threshold  of the probability; None for the ensemble's own
    cut        whether the painted heart is cut open; None for what suits the field
    opened     whether the heart without any field is cut open
    part       what is told of the heart without any field: "" for its surfaces, else a key of ``ui.heart_parts``
    other      a second run beside it, for comparing
    spacing    ms between two isochrones
    velocity   whether arrows along the front's velocity are drawn
    particles  whether particles are drawn that the blood carries
    difference whether the two runs are drawn as one map of their difference
    """

    run: str = ""
    field: str = ""
    mode: str = VALUE
    palette: str = ""
    threshold: float | None = None
    cut: bool | None = None
    opened: bool = False
    part: str = ""
    fibers: bool = False
    landmarks: bool = False
    isochrones: bool = True
    spacing: float = 10.0
    velocity: bool = False
    particles: bool = False
    other: str = ""
    difference: bool = False

    def changed(self, **changes: Any) -> "Look":
        """The same look with some things changed; another field forgets threshold and cut of the last one."""
        if "field" in changes and changes["field"] != self.field:
            changes = {"threshold": None, "cut": None} | changes
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> "Look":
        """From plain data; unknown or missing entries are left at their defaults."""
        known = {f.name for f in fields(cls)}
        kept = {name: value for name, value in facts.items() if name in known}
        return cls(**kept) if kept.get("mode", VALUE) in MODES else cls()
