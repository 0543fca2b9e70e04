"""What-if: an ensemble of the eikonal model and its ECG, learning from it, and emulated answers."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from app.demo import Step
from geometry.shapes import two_chamber_heart
from solvers.electrophysiology.eikonal_ensemble import run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble
from solvers.uncertainty.member_table import MemberTable
from solvers.uncertainty.sampling import varied_numbers
from solvers.uncertainty.sensitivity import learn

EDGE, MEMBERS, WORKERS = 1.69, 100, 2  # mm, for some 50 000 nodes
COARSE = 3.2  # mm, of the heart that the emulator learns from
ASKED = 50  # answers of which the slowest counts


def benchmark_whatif() -> list[Step]:
    """Each in a process of its own, one after the other."""
    steps: list[Step] = []
    for work in (_ensemble, _slider):
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            steps += alone.submit(work).result()
    return steps


def _ensemble() -> list[Step]:
    model = EikonalModel(two_chamber_heart(EDGE))
    scenario = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=MEMBERS))
    began = time.perf_counter()
    found = run_eikonal_ensemble(model, scenario, 150.0, WORKERS)
    seconds = time.perf_counter() - began
    words = f"{len(found.good)} members of eikonal + ECG, {len(model.mesh.points)} nodes, {WORKERS} processes (at most 60 s)"
    return [Step(words, seconds, 0.0)]


def _slider() -> list[Step]:
    scenario = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=32))
    result = run_electrophysiology(two_chamber_heart(COARSE), scenario)
    table = MemberTable.of(result.members, result.metrics, list(varied_numbers(scenario)))
    began = time.perf_counter()
    learned = learn(table, 1)
    assert learned is not None
    steps = [
        Step(
            f"learning {len(learned.studies)} numbers from 32 members, Sobol indices too",
            time.perf_counter() - began,
            0.0,
        )
    ]
    slowest = 0.0
    for row in table.inputs[:ASKED]:
        began = time.perf_counter()
        for study in learned.studies:
            study.answer(row.tolist())
        slowest = max(slowest, time.perf_counter() - began)
    return [*steps, Step("slider to the answers of all numbers with intervals, slowest (at most 0.2 s)", slowest, 0.0)]
