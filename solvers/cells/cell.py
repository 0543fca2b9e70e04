"""What a cell model is: states, parameters and equations as text, from which kernel, documentation and tests are made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from geometry.errors import Refused


@dataclass(frozen=True)
class Cell:
    """A model of one cell's membrane, in ms, mV, mM and pA/pF (which is mV/ms on dV/dt).

    name        ``<author>_<year>[_<variant>]``
    title       as shown
    source      DOI of the paper
    states      name -> value at rest; the first is V (mV)
    parameters  name -> value; may be changed without compiling again
    equations   one ``name = expression`` a line. Expressions are valid C and valid Python: + - * /, comparisons,
                ``exp log sqrt square select(condition, if_true, if_false)``. Names seen: states, parameters, ``stimulus``
                (mV/ms), and what was assigned above
    gates       states y with dy/dt = (y_inf - y)/tau_y; equations must assign ``y_inf`` and ``tau_y`` (ms).
                Advanced by Rush-Larsen, doi 10.1109/TBME.1978.326270
    rates       the other states -> expression of their rate per ms. V's must contain ``stimulus``
    notes       what it is meant for and what not
    stimulus    strength (mV/ms) and duration (ms) of the stimulus its authors pace it with
    chamber     "ventricle", "atrium", or "any" for models of no special cell
    order       of the integration in time that steps of 0.05 ms need
    """

    name: str
    title: str
    source: str
    states: Mapping[str, float]
    parameters: Mapping[str, float]
    equations: str
    gates: tuple[str, ...]
    rates: Mapping[str, str]
    notes: str = ""
    stimulus: tuple[float, float] = (52.0, 1.0)
    chamber: str = "ventricle"
    order: int = 1

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items()), tuple(self.states.items())))

    def with_parameters(self, **changed: float) -> "Cell":
        """The same model with other parameter values, e.g. ``g_Kr=0.0765``; refuses unknown names."""
        unknown = sorted(set(changed) - set(self.parameters))
        if unknown:
            raise Refused(f"{self.title} has no parameter {', '.join(unknown)}. It has: {', '.join(self.parameters)}.")
        return replace(self, parameters={**self.parameters, **changed})

    def with_states(self, values: Mapping[str, float]) -> "Cell":
        """The same model that starts from other values, e.g. after pacing."""
        return replace(self, states={name: float(values[name]) for name in self.states})

    def varying(self, *parameters: str) -> "Cell":
        """The same model with those parameters as constant states, so that each cell of an array has its own value."""
        values = {name: self.parameters[name] for name in parameters}
        left = {name: value for name, value in self.parameters.items() if name not in values}
        rates = {**self.rates, **dict.fromkeys(parameters, "0")}
        return replace(self, states={**self.states, **values}, parameters=left, rates=rates)

    def integrating(self, name: str, expression: str) -> "Cell":
        """The same model with one state more: the integral over time (ms) of an expression, e.g. of a sum of currents."""
        return replace(self, states={**self.states, name: 0.0}, rates={**self.rates, name: expression})

    def assignments(self) -> list[tuple[str, str]]:
        """The equations as (name, expression), in order, comments removed."""
        lines = (line.split("#")[0].strip() for line in self.equations.splitlines())
        return [
            (name.strip(), expression.strip())
            for name, _, expression in (line.partition("=") for line in lines if line)
        ]


def names_in(expression: str) -> set[str]:
    """The names an expression uses, functions included."""
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", expression))
