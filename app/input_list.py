"""Every number that goes into a scenario: its value, how much it may be off, and where it is from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic.fields import FieldInfo

from app.scenario_words import NAMING, humanised
from geometry.metric import with_unit
from solvers.record import Record
from solvers.scenario import Doubt, Electrophysiology, Flow

CHOSEN = "chosen for this scenario"


@dataclass(frozen=True)
class Input:
    """One number: ``path`` with dots, ``sd`` in an ensemble (None: not varied), status and source in words."""

    path: str
    label: str
    value: float
    unit: str
    sd: float | None
    status: str
    source: str

    def text(self) -> str:
        """E.g. "Viscosity of blood: 3.5 mPa s, SD 0.4; population default; Chien 1970"."""
        doubt = f", SD {self.sd:g}" if self.sd else ""
        value = with_unit(f"{self.value:g}", self.unit.replace("*", " "))
        return "; ".join(part for part in (f"{self.label}: {value}{doubt}", self.status, self.source) if part)


def inputs_of(scenario: Electrophysiology | Flow, measured: dict[str, float] | None = None) -> tuple[Input, ...]:
    """Every number with a unit in a scenario, in the order they are declared.

    Status: as declared while the value is the declared default; "measured" where it is that of the entry of the same name in
    ``measured`` (name -> value in the same unit); else chosen for this scenario. What the scenario's own ``doubts`` say of a
    number (SD, status, source) takes the place of all that, as it does when its ensemble is drawn.
    """
    doubts = {doubt.number: doubt for doubt in scenario.doubts}
    return tuple(_doubted(row, doubts.get(row.path)) for row in _inputs(scenario, "", measured or {}))


def _doubted(row: Input, own: Doubt | None) -> Input:
    return row if own is None else replace(row, sd=own.sd or None, status=own.status, source=own.source)


def _inputs(record: Record, above: str, measured: dict[str, float]) -> Iterator[Input]:
    for name, info in type(record).model_fields.items():
        value, path = getattr(record, name), f"{above}{name}"
        if not above and name in NAMING:
            continue
        if isinstance(value, Record):
            yield from _inputs(value, f"{path}.", measured)
        elif isinstance(value, tuple):
            for place, entry in enumerate(value):
                if isinstance(entry, Record):
                    yield from _inputs(entry, f"{path}.{place}.", measured)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _number(path, name, info, float(value), measured)


def _number(path: str, name: str, info: FieldInfo, value: float, measured: dict[str, float]) -> Iterator[Input]:
    facts: dict[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if "unit" not in facts:
        return
    status, source = str(facts.get("status", "")), str(facts.get("source", ""))
    if name in measured and abs(measured[name] - value) < 1e-6 * max(abs(value), 1.0):
        status, source = "measured", "the scan of this case"
    elif value != info.default:
        status, source = CHOSEN, ""
    sd = facts.get("sd")
    label = info.description or humanised(name)
    yield Input(path, label, value, str(facts["unit"]), float(sd) if sd else None, status, source)
