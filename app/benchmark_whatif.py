"""What-if: an ensemble of the eikonal model and its ECG, learning from it, and emulated answers."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from app.case import Case
from app.demo import Step
from app.warm import WarmWorker
from geometry.heart_mesh import HeartMesh
from geometry.shapes import two_chamber_heart
from solvers.electrophysiology.drawn_beats import MOST
from solvers.electrophysiology.eikonal_ensemble import run_eikonal_ensemble
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.leads import surface_nodes, usual_crt, with_lead
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble, PacingSite
from solvers.uncertainty.member_table import MemberTable
from solvers.uncertainty.sampling import varied_numbers
from solvers.uncertainty.sensitivity import learn

EDGE, MEMBERS, WORKERS = 1.69, 100, 2  # mm, for some 50 000 nodes
COARSE = 3.2  # mm, of the heart that the emulator learns from
ASKED = 50  # answers of which the slowest counts
LOOK_EVERY = 0.015  # s, as in the window
DRAGGED = 20  # places of the lead of which the slowest counts


def benchmark_whatif() -> list[Step]:
    """Each in a process of its own, one after the other."""
    steps: list[Step] = []
    for work in (_ensemble, _slider, _drag):
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


def _drag() -> list[Step]:
    """Through the what-if process, as the window asks: from the question to the answer, and to its band."""
    heart = two_chamber_heart(EDGE)
    leads = usual_crt(heart)
    scenario = Electrophysiology(tier="eikonal", conduction="lbbb", start="paced", sites=leads)
    with TemporaryDirectory() as folder:
        case = Case.create(Path(folder) / "case", "Benchmark")
        case.save_mesh(heart, ())
        case.save_scenario("crt", scenario)
        worker = WarmWorker(case.folder, "crt")
        try:
            began = time.perf_counter()
            _ask(worker, scenario)
            ready = time.perf_counter() - began
            times = [_ask(worker, with_lead(scenario, lead)) for lead in _places(heart, leads[1])]
        finally:
            worker.close()
    answers, bands = (max(column) for column in zip(*times, strict=True))
    return [
        Step(f"first answer with a band, {len(heart.points)} nodes, its companion mesh made on the way", ready, 0.0),
        Step(f"drag to new map and ECG, slowest of {DRAGGED}", answers, 0.0),
        Step(f"drag to new map, ECG and band of {MOST} draws, slowest of {DRAGGED} (at most 0.3 s)", bands, 0.0),
    ]


def _ask(worker: WarmWorker, scenario: Electrophysiology) -> tuple[float, float]:
    """Seconds to the answer and to its band, looked for as often as the window does."""
    began = time.perf_counter()
    number, answered = worker.ask(scenario, draft=True), 0.0
    while True:
        time.sleep(LOOK_EVERY)
        if worker.error():
            raise RuntimeError(worker.error())
        band = worker.band()
        if worker.poll() is not None:
            answered = time.perf_counter() - began
        if band is not None and band[0] == number:
            return answered, time.perf_counter() - began


def _places(heart: HeartMesh, lead: PacingSite) -> list[PacingSite]:
    """Places on the epicardium, one away from the next as in a drag: each the 25th nearest further."""
    nodes = surface_nodes(heart, "lv_lead")
    away = np.linalg.norm(heart.points[nodes] - np.array([lead.x, lead.y, lead.z]), axis=1)
    along = heart.points[nodes[np.argsort(away)][25 : 25 * (DRAGGED + 1) : 25]]
    return [lead.model_copy(update={"x": x, "y": y, "z": z}) for x, y, z in along.tolist()]
