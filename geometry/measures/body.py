"""Numbers per square metre of body surface."""

from dataclasses import replace

import numpy as np

from geometry.metric import Metric
from geometry.subject import Subject

INDEXED = (
    *(f"{side}_{volume}" for side in ("lv", "rv") for volume in ("edv", "esv", "volume")),
    "stroke_volume",
    "rv_stroke_volume",
    "lv_mass",
    "cardiac_output",
)


def body_surface(subject: Subject | None) -> float | None:
    """m2 = sqrt(cm kg / 3600), Mosteller 1987, doi 10.1056/NEJM198710223171717; None where height or weight is not known."""
    if subject is None or subject.height_cm is None or subject.weight_kg is None:
        return None
    return float(np.sqrt(subject.height_cm * subject.weight_kg / 3600.0))


def indexed(metrics: tuple[Metric, ...], subject: Subject | None) -> tuple[Metric, ...]:
    """NAME_index of every volume, mass and output among the metrics; none where the body surface is not known."""
    area = body_surface(subject)
    return () if area is None else tuple(_per_area(metric, area) for metric in metrics if metric.name in INDEXED)


def _per_area(metric: Metric, area: float) -> Metric:
    low, high = (None if bound is None else bound / area for bound in (metric.low, metric.high))
    return replace(
        metric,
        name=f"{metric.name}_index",
        label=f"{metric.label} index",
        value=metric.value / area,
        unit="l/min/m2" if metric.unit == "l/min" else f"{metric.unit}/m2",
        low=low,
        high=high,
        note=f"Per m2 of body surface ({area:.2f} m2, Mosteller). {metric.note}",
    )
