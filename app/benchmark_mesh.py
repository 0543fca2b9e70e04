"""From the labels of a short-axis stack to the tagged mesh of both ventricles: seconds and memory, each in its own process."""

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from app.demo import Step
from geometry.meshing.ventricles import build_ventricles
from geometry.quality import mesh_quality
from sample_scans.sparse_slices import cut_slices

SEED, GAP = 500_000, 8.0
EDGES = (2.0, 1.0)  # mm
MOST = 5_000_000  # tetrahedra of the last one


def benchmark_mesh() -> list[Step]:
    """Edges of 2 and 1 mm, and those that give five million tetrahedra."""
    steps: list[Step] = []
    edges, count = list(EDGES), 0
    while edges:
        edge = edges.pop(0)
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            step, count = alone.submit(_measured, edge).result()
        steps.append(step)
        if not edges and len(steps) == len(EDGES):
            edges.append(round(edge * (count / MOST) ** (1 / 3), 3))
    return steps


def _measured(edge: float) -> tuple[Step, int]:
    labels = cut_slices(SEED, GAP)
    began = time.perf_counter()
    mesh = build_ventricles(labels, edge=edge)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    quality = mesh_quality(mesh)
    words = f"both ventricles, {edge:g} mm edges: {quality.tets / 1e6:.2f} million tetrahedra, "
    words += f"dihedral over {quality.min_dihedral:.0f} deg, 99 % radius ratio {quality.radius_ratio_p99:.2f}"
    return Step(words, seconds, memory), quality.tets
