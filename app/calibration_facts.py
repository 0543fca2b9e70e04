"""A calibration as plain data, as it is kept: inputs before and after, the fit, some draws, and words."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geometry.metric import with_unit
from solvers.calibration.fit import Fitted
from solvers.calibration.posterior import UNKNOWN, Posterior
from solvers.scenario import Doubt

UNLIKELY = 0.05  # chance below which it is said that the model cannot make such data
ROUGH = 100  # points that a posterior should be worth
DRAWS = 200
APART = (
    "The posterior is kept as a mean and an SD of each input, with draws beside them; an ensemble of the fitted scenario draws "
    "each input on its own, so that they move together is lost there."
)


def input_facts(found: Posterior) -> list[dict[str, Any]]:
    """For each input its mean and SD before, its mean, SD and 90 % interval after, and what is left of the SD."""
    low, high = found.interval()
    return [
        {
            "name": number.name,
            "label": number.label,
            "unit": number.unit,
            "before": {"mean": number.mean, "sd": number.sd},
            "after": {
                "mean": float(found.mean[k]),
                "sd": float(found.sd[k]),
                "low": float(low[k]),
                "high": float(high[k]),
            },
            "narrowed": float(found.narrowed[k]),
        }
        for k, number in enumerate(found.varied)
    ]


def posterior_facts(found: Posterior, fits: Sequence[Fitted], cannot: str) -> dict[str, Any]:
    """Inputs, fit, draws and notes; ``cannot`` is the sentence for data that the model hardly makes."""
    notes = [*found.told(), APART]
    notes += [_surprise(one) for one in fits if not one.expected]
    if found.misfit < UNLIKELY:
        notes.append(f"{cannot} A worse fit has a chance of {found.misfit:.1%}; do not rely on the posterior.")
    if found.effective < ROUGH:
        notes.append(f"The posterior rests on {found.effective:.0f} points only: it is rough.")
    return {
        "inputs": input_facts(found),
        "predictions": [asdict(one) for one in fits],
        "draws": np.round(found.sample[:DRAWS], 5).tolist(),
        "fit": {"misfit_chance": found.misfit},
        "notes": notes,
    }


def _surprise(one: Fitted) -> str:
    measured = with_unit(f"{one.measured:.0f}", one.unit)
    return (
        f"{one.label} of {measured} lies outside what was thought possible before the fit ({one.before[0]:.0f} to "
        f"{one.before[2]:.0f}): the result leans on how wide that was assumed."
    )


def doubts_after(before: Sequence[Doubt], found: Posterior, source: str) -> tuple[Doubt, ...]:
    """The doubts of a scenario with the posterior's SDs; the status of what was not told stays as it was."""
    own = {number.name for number in found.varied}
    doubts = [doubt for doubt in before if doubt.number not in own]
    for number, sd, ratio in zip(found.varied, found.sd, found.narrowed, strict=True):
        told = ratio <= UNKNOWN
        status: Any = "estimated" if told else number.status or "population default"
        doubts.append(Doubt(number=number.name, sd=float(sd), status=status, source=source if told else number.source))
    return tuple(doubts)
