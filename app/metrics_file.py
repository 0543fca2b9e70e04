"""The numbers measured on something, in its folder."""

import json
from pathlib import Path

from app.folders import replace_text
from geometry.metric import Metric

METRICS = "metrics.json"


def write_metrics(metrics: tuple[Metric, ...], folder: Path) -> None:
    """Keep numbers in a folder."""
    replace_text(folder / METRICS, json.dumps([metric.to_dict() for metric in metrics], indent=1))


def read_metrics(folder: Path) -> tuple[Metric, ...]:
    """The numbers kept in a folder; none where there are none."""
    path = folder / METRICS
    return tuple(Metric(**facts) for facts in json.loads(path.read_text())) if path.exists() else ()
