"""What an ensemble says: mean, spread, quantiles and the probability of exceeding a threshold."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.metric import Metric
from solvers.result import Field
from solvers.uncertainty.interval import INTERVAL


def mean(values: NDArray[np.floating]) -> Floats:
    """(...) over the members (first axis); NaN where any member has no answer."""
    return np.asarray(np.mean(values, axis=0, dtype=np.float64))


def standard_deviation(values: NDArray[np.floating]) -> Floats:
    """(...) over the members, with n - 1; zero for a single member."""
    if len(values) < 2:
        return np.zeros(values.shape[1:])
    return np.asarray(np.std(values, axis=0, ddof=1, dtype=np.float64))


def interval(values: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """The bounds of the 90 % interval over the members: the k-th of n leaves k / (n + 1) below it, so that few members give
    no interval that is too narrow (Weibull's plotting positions)."""
    low, high = np.quantile(values, INTERVAL, axis=0, method="weibull")
    return np.asarray(low), np.asarray(high)


def exceedance(values: NDArray[np.floating], threshold: float) -> Floats:
    """The share of the members above the threshold; NaN where any member has no answer."""
    above = np.mean(values > threshold, axis=0)
    return np.where(np.isnan(values).any(axis=0), np.nan, above)


def summary_fields(name: str, field: Field, members: NDArray[np.floating], threshold: float) -> dict[str, Field]:
    """F_mean, F_sd, F_exceedance and F_members of a field that was computed ``members.shape[0]`` times."""
    label, unit, count = field.label, field.unit, len(members)
    low, high = field.low_word, field.high_word
    probability = f"Probability that {label.lower()} > {threshold:g} {unit}"
    places = tuple(float(k) for k in range(count))
    return {
        f"{name}_mean": Field(mean(members), unit, f"{label}, mean of {count} members", (), low, high),
        f"{name}_sd": Field(standard_deviation(members), unit, f"{label}, standard deviation", (), "SURE", "UNSURE"),
        f"{name}_exceedance": Field(exceedance(members, threshold), "1", probability, (), "NEVER", "ALWAYS"),
        f"{name}_members": Field(members.astype(np.float32), unit, f"{label}, each member", places, low, high),
    }


def with_interval(metric: Metric, members: NDArray[np.floating]) -> Metric:
    """The metric with the 90 % interval of the members that have a value; unchanged with fewer than two of them."""
    known = members[np.isfinite(members)]
    if len(known) < 2:
        return metric
    low, high = interval(known)
    note = f"{metric.note}; " if metric.note else ""
    return replace(metric, low=float(low), high=float(high), note=f"{note}90 % interval of {len(known)} members")
