"""Speed and memory, as ratios within one run; run by ``cardiotwin benchmark``, never timed in tests."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from app.benchmark_editing import benchmark_editing
from app.benchmark_ep import benchmark_ep
from app.benchmark_flow import benchmark_flow
from app.benchmark_imaging import benchmark_imaging
from app.benchmark_mesh import benchmark_mesh
from app.benchmark_whatif import benchmark_whatif
from app.demo import Step, walk_road
from app.following import follow_all
from sample_scans.catalogue import samples


def benchmark_demo() -> list[Step]:
    """The road of both sample patients, one after the other, each step with its share of the whole."""
    steps: list[Step] = []
    with tempfile.TemporaryDirectory(prefix="cardiotwin-") as folder:
        for sample in samples():
            follow_all({f"{sample.key}:": walk_road(sample, Path(folder) / sample.key, steps)})
    total = sum(step.seconds for step in steps)
    return [replace(step, share=step.seconds / total) for step in steps]


BENCHMARKS: Mapping[str, Callable[[], list[Step]]] = {
    "demo": benchmark_demo,
    "imaging": benchmark_imaging,
    "editing": benchmark_editing,
    "mesh": benchmark_mesh,
    "ep": benchmark_ep,
    "whatif": benchmark_whatif,
    "flow": benchmark_flow,
}
