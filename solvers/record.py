"""What scenarios are made of: frozen records whose numbers carry their unit, range, meaning, source and doubt."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Record(BaseModel):
    """A frozen record that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def number(
    default: float | None, unit: str, low: float, high: float, meaning: str, source: str = "", sd: float | None = None
) -> Any:
    """A field with unit, allowed range, meaning, source, and the SD it has in an ensemble (None: it is not varied)."""
    facts: dict[str, JsonValue] = {"unit": unit, "source": source, "sd": sd, "status": "population default"}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=facts)


def choice(default: Any, meaning: str) -> Any:
    """A field that is picked from a list or switched."""
    return Field(default, description=meaning)
