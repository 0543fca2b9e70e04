"""Speed and memory, as ratios within one run; run by ``cardiotwin benchmark``, never timed in tests."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from app.demo import Step, walk_road
from sample_scans.catalogue import samples


def benchmark_demo() -> list[Step]:
    """The road of both sample patients, each step with its share of the whole."""
    steps: list[Step] = []
    with tempfile.TemporaryDirectory(prefix="cardiotwin-") as folder:
        for sample in samples():
            walked = walk_road(sample, Path(folder) / sample.key)
            steps += [replace(step, what=f"{sample.key} {step.what}") for step in walked]
    total = sum(step.seconds for step in steps)
    return [replace(step, share=step.seconds / total) for step in steps]


BENCHMARKS: Mapping[str, Callable[[], list[Step]]] = {"demo": benchmark_demo}
