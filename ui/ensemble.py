"""Which fields of a run carry the doubt of another one, and what its members say of a threshold."""

import re

import numpy as np
from numpy.typing import NDArray

from solvers.result import Field, Result
from ui.look import VALUE, Look

TAILS = ("_mean", "_sd", "_exceedance", "_members", "_p05", "_p95")
LENGTH = "_magnitude"  # an ensemble of a vector field keeps the length of its vectors
_ABOVE = re.compile(r"> (-?[\d.]+(?:e[-+]?\d+)?)")


def family_of(result: Result, name: str) -> str:
    """The name whose _mean, _sd ... carry the doubt of a field."""
    return f"{name}{LENGTH}" if f"{name}{LENGTH}_sd" in result.fields else name


def carries_doubt(result: Result, name: str) -> bool:
    """Whether a field is part of another field's doubt, so that nobody chooses it by itself."""
    return any(
        name.endswith(tail)
        and {name.removesuffix(tail), name.removesuffix(tail).removesuffix(LENGTH)} & {*result.fields}
        for tail in TAILS
    )


def drawn_field(result: Result, look: Look) -> Field | None:
    """The field whose values are drawn: the ensemble's mean in the views of doubt, else the field itself."""
    field = result.fields.get(look.field)
    family = family_of(result, look.field)
    if look.mode == VALUE or field is None or f"{family}_sd" not in result.fields:
        return field
    return result.fields.get(f"{family}_mean", field)


def members_of(result: Result, name: str) -> NDArray[np.floating] | None:
    """(members, n), what each run of the ensemble says of a field."""
    members = result.fields.get(f"{family_of(result, name)}_members")
    return np.asarray(members.values) if members is not None else None


def count_of(result: Result, name: str) -> int:
    """How many runs an ensemble has; 0 where there is none."""
    members = result.fields.get(f"{family_of(result, name)}_members")
    return len(members.times) or len(np.asarray(members.values)) if members is not None else 0


def quantity_of(field: Field) -> str:
    """What a field is called without the words for mean or spread, e.g. "Velocity at constant peak flow"."""
    return field.label.split(",")[0].removesuffix(" mean").strip()


def threshold_of(result: Result, look: Look) -> float | None:
    """The threshold of the probability: the chosen one, else the one the ensemble was run with."""
    if look.threshold is not None:
        return look.threshold
    ready = result.fields.get(f"{family_of(result, look.field)}_exceedance")
    found = _ABOVE.search(ready.label) if ready is not None else None
    if found:
        return float(found.group(1))
    members = members_of(result, look.field)
    return float(np.nanmedian(members)) if members is not None else None


def share_above(members: NDArray[np.floating], threshold: float) -> NDArray[np.floating]:
    """(n,), the share of the members above a threshold; NaN where any member has no answer."""
    return np.where(np.isfinite(members).all(axis=0), (members > threshold).mean(axis=0), np.nan)


def main_field(result: Result) -> str:
    """The field to show first."""
    for name in ("activation_time", "velocity", "pressure"):
        if name in result.fields:
            return name
    return next(iter(shown_fields(result)), "")


def shown_fields(result: Result) -> dict[str, str]:
    """Fields a person chooses from, name -> label: not those that carry another field's doubt."""
    return {name: field.label for name, field in result.fields.items() if not carries_doubt(result, name)}
