"""Draws of a scenario: a Latin hypercube over every number in it that has a standard deviation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from scipy.stats import qmc, truncnorm

from geometry.heart_mesh import Floats

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Varied:
    """A number of a scenario that is not known exactly: normal around ``mean``, cut to ``low .. high``.

    path    names and places that lead to it from the scenario, e.g. ("velocities", "fiber")
    status  "measured", "estimated" or "population default", and ``source`` says where mean and SD come from
    """

    path: Path
    mean: float
    sd: float
    low: float
    high: float
    unit: str
    meaning: str
    status: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """The meaning without its remarks, as part of a sentence."""
        words = self.meaning.split(";")[0].split(" (")[0]
        return words if words[:2].isupper() else words[:1].lower() + words[1:]

    @property
    def name(self) -> str:
        """The path with dots."""
        return ".".join(str(step) for step in self.path)

    def quantile(self, share: Floats) -> Floats:
        """The values below which these shares of the truncated normal lie."""
        low, high = ((bound - self.mean) / self.sd for bound in (self.low, self.high))
        return np.asarray(truncnorm.ppf(share, low, high, loc=self.mean, scale=self.sd), dtype=np.float64)


def varied_numbers(record: BaseModel) -> Iterator[Varied]:
    """Every number with an SD in a tree of records, in the order they are declared.

    What the record says in its ``doubts`` (records with number, sd, status, source) takes the place of what is declared.
    """
    doubts = {doubt.number: doubt for doubt in getattr(record, "doubts", ())}
    yield from _varied_below(record, (), doubts)


def _varied_below(record: BaseModel, above: Path, doubts: Mapping[str, Any]) -> Iterator[Varied]:
    for name, info in type(record).model_fields.items():
        yield from _varied_in(getattr(record, name), info, (*above, name), doubts)


def _varied_in(value: Any, info: FieldInfo, path: Path, doubts: Mapping[str, Any]) -> Iterator[Varied]:
    if isinstance(value, BaseModel):
        yield from _varied_below(value, path, doubts)
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            if isinstance(entry, BaseModel):
                of = getattr(entry, "name", "")
                for number in _varied_below(entry, (*path, place), doubts):
                    yield replace(number, meaning=f"{number.label}, {of}") if of else number
    elif (varied := _declared(value, info, path, doubts)) is not None:
        yield varied


def _declared(value: Any, info: FieldInfo, path: Path, doubts: Mapping[str, Any]) -> Varied | None:
    facts = info.json_schema_extra
    if not isinstance(facts, dict) or not isinstance(value, int | float):
        return None
    own = doubts.get(".".join(str(step) for step in path))
    sd = facts.get("sd") if own is None else own.sd
    if not isinstance(sd, int | float) or sd <= 0:
        return None
    low = next((float(m.ge) for m in info.metadata if isinstance(m, Ge)), -np.inf)  # type: ignore[arg-type]
    high = next((float(m.le) for m in info.metadata if isinstance(m, Le)), np.inf)  # type: ignore[arg-type]
    words = {name: str(facts.get(name, "")) for name in ("unit", "status", "source")}
    if own is not None:
        words |= {"status": own.status, "source": own.source}
    return Varied(path, float(value), float(sd), low, high, meaning=info.description or "", **words)


def latin_hypercube(varied: list[Varied], members: int, rng: np.random.Generator) -> Floats:
    """(members, k) values: each number's range of probability is cut in ``members`` equal parts, each used once."""
    if not varied or members == 0:
        return np.empty((members, len(varied)))
    shares = qmc.LatinHypercube(d=len(varied), rng=rng).random(members)
    return np.column_stack([number.quantile(shares[:, k]) for k, number in enumerate(varied)])


def draws[S: BaseModel](scenario: S, members: int, seed: int) -> list[S]:
    """``members`` scenarios drawn around this one; the same seed gives the same draws."""
    varied = list(varied_numbers(scenario))
    values = latin_hypercube(varied, members, np.random.default_rng(seed))
    return [with_numbers(scenario, {v.path: float(x) for v, x in zip(varied, row, strict=True)}) for row in values]


def with_numbers[S: BaseModel](scenario: S, numbers: Mapping[Path, float]) -> S:
    """The scenario with some numbers replaced; checked like a new one."""
    tree = scenario.model_dump()
    for path, value in numbers.items():
        branch: Any = tree
        for step in path[:-1]:
            branch[step] = list(branch[step]) if isinstance(branch[step], tuple) else branch[step]
            branch = branch[step]
        branch[path[-1]] = value
    return type(scenario).model_validate(tree)
