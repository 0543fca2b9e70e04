"""Electrophysiology: nanoseconds a node and step, against fenicsx-beat where it is installed, and seconds of a beat."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import app.peer_beat
from app.demo import Step
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab, two_chamber_heart
from solvers.cells.catalogue import find_cell
from solvers.directions.fibers import add_fibers
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.march import MonodomainRun, march
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import diffusion_tensor
from solvers.kernels.compile import threads
from solvers.kernels.precision import Precision
from solvers.scenario import Electrophysiology, PacingSite

SIDES = (20.0, 7.0, 3.0)  # mm
DT, STEPS, ROUNDS = 0.05, 100, 3
CELL = "tentusscher_panfilov_2006_epi"
HEART_EDGE = 1.31  # mm, for some 100 000 nodes


def benchmark_ep() -> list[Step]:
    """Each in a process of its own, one after the other."""
    steps: list[Step] = []
    for work in (_slab_and_peer, _large_slab, _beat, _eikonal):
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            steps += alone.submit(_with_memory, work).result()
    return steps


def _with_memory(work: Callable[[], list[Step]]) -> list[Step]:
    made = work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [replace(step, megabytes=memory) for step in made]


def _slab_and_peer() -> list[Step]:
    """The slab of Niederer 2011 at 0.2 mm, full mass matrix, while its corner is stimulated; the peer takes turns."""
    peer: list[float | None] = []
    alike: list[MonodomainRun] = []
    usual: list[MonodomainRun] = []
    run = _slab_runner(0.2, 1.0)
    for _ in range(ROUNDS):
        alike.append(run(1e-6, "double"))
        usual.append(run(1e-4, "single"))
        peer.append(_peer_nanoseconds())
    fair, own = (min(map(_nanoseconds, runs)) for runs in (alike, usual))
    both = ~np.isnan(alike[0].activation) & ~np.isnan(usual[0].activation)
    apart = np.abs(usual[0].activation / alike[0].activation - 1.0)[both].max()
    base = (
        f"monodomain TP06, slab 0.2 mm, {threads()} threads: {fair:.0f} ns a node and step in double precision at 1e-6, "
        f"{own:.0f} as we use it (activation within {100 * apart:.3f} %, at most 0.5)"
    )
    known = [value for value in peer if value is not None]
    if known:
        ratios = f"{min(known) / fair:.1f} x (at least 8) and {min(known) / own:.1f} x (at least 16)"
        words = f"{base}; fenicsx-beat with mpiexec -n 2: {min(known):.0f}, that is {ratios}"
    else:
        words = f"{base}; fenicsx-beat is not installed (set CARDIOTWIN_PEER, see app/peer_beat.py)"
    return [Step(words, own * 1e-9, 0.0)]


def _slab_runner(edge: float, consistent: float) -> Callable[[float, Precision], MonodomainRun]:
    from solvers.fem import assemble_diffusion

    mesh = slab(SIDES, edge)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    mass, stiffness = assemble_diffusion(mesh, diffusion_tensor(fiber, *app.peer_beat.DIFFUSION))
    corner = np.flatnonzero((mesh.points <= 1.5 + 1e-9).all(axis=1))
    stimuli = [Stimulus.at(corner, len(mesh.points))]

    def run(rtol: float, precision: Precision) -> MonodomainRun:
        return march(
            blend_mass(mass, consistent),
            stiffness,
            stimuli,
            find_cell(CELL),
            STEPS * DT,
            DT,
            frame_every=1e9,
            rtol=rtol,
            precision=precision,
        )

    return run


def _nanoseconds(run: MonodomainRun) -> float:
    return 1e9 * run.seconds / STEPS / len(run.activation)


def _peer_nanoseconds() -> float | None:
    folder = os.environ.get("CARDIOTWIN_PEER")
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not folder or not mpiexec.exists():
        return None
    command = [str(mpiexec), "-n", "2", sys.executable, str(app.peer_beat.__file__), "0.2", "30"]
    env = {**os.environ, "PYTHONPATH": folder, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return float(done.stdout.split()[-1]) if done.returncode == 0 and done.stdout.split() else None


def _large_slab() -> list[Step]:
    """Half a million nodes, with lumped mass as hearts are solved, beside what memory allows."""
    run = _slab_runner(0.097, 0.0)
    made = [run(1e-4, "single") for _ in range(ROUNDS)]
    best, nodes = min(made, key=lambda one: one.seconds), len(made[0].activation)
    floor = _bytes_a_step(best.iterations) / _bandwidth()
    words = f"monodomain TP06, {nodes / 1000:.0f} thousand nodes, {threads()} threads: {_nanoseconds(best):.0f} ns a node and step "
    return [Step(words + f"(at most 70); memory alone would take {floor * 1e9:.0f}", _nanoseconds(best) * 1e-9, 0.0)]


def _bytes_a_step(iterations: float, neighbours: float = 14.6, states: int = 19) -> float:
    """Bytes a node that a step reads and writes at least when nothing stays in a cache."""
    cells = 2 * 8 * states
    first = neighbours * (4 + 4 + 4) + 4 * 12
    rest = iterations * (neighbours * (4 + 4) + 4 * 14)
    return cells + first + rest


def _bandwidth(megabytes: int = 400) -> float:
    """Bytes/s of reading and writing arrays, a thread a core."""
    count = threads()
    arrays = [(np.zeros(megabytes * 125_000 // count), np.ones(megabytes * 125_000 // count)) for _ in range(count)]
    best = np.inf
    with ThreadPoolExecutor(count) as pool:
        for _ in range(5):
            began = time.perf_counter()
            list(pool.map(lambda pair: np.copyto(*pair), arrays))
            best = min(best, time.perf_counter() - began)
    return 2e6 * megabytes / best


def _heart() -> HeartMesh:
    return add_fibers(two_chamber_heart(HEART_EDGE), Electrophysiology().fibers)


def _beat() -> list[Step]:
    """A second of both ventricles, activated from the left endocardium."""
    mesh = _heart()
    endo = np.unique(mesh.tagged("endo_lv"))
    fiber = np.asarray(mesh.fiber)
    began = time.perf_counter()
    run = solve_monodomain(
        mesh,
        diffusion_tensor(fiber, 0.5, 0.25),
        [Stimulus.at(endo, len(mesh.points))],
        find_cell(CELL),
        1000.0,
        DT,
        frame_every=10.0,
        quiet_dt=0.25,
    )
    seconds = time.perf_counter() - began
    words = f"1 s of a biventricle of {len(mesh.points) / 1000:.0f} thousand nodes (at most 60 s); "
    return [Step(words + f"activated by {np.nanmax(run.activation):.0f} ms", seconds, 0.0)]


def _eikonal() -> list[Step]:
    """Activation and ECG of the same heart: from nothing, and after one of four sites or the only one was moved by 5 mm."""
    mesh = _heart()
    model = EikonalModel(mesh)
    points = mesh.points[np.unique(mesh.tagged("endo_lv"))][::97]
    model.answer(_paced(points[:1]))
    nodes = f"{len(mesh.points) / 1000:.0f} thousand nodes"
    cold = [_seconds(model, _paced(points[k : k + 1])) for k in range(6)]  # with other sites nothing is kept
    few = [points[[k, k + 2, k + 4, k + 6]] for k in range(6)]
    of_four, of_one = ([_after_moving(model, one[:count]) for one in few] for count in (4, 1))
    scenario = _paced(points[:1])
    activation, began = model.activation(scenario), time.perf_counter()
    model.ecg(scenario, activation, 300.0)
    ecg = time.perf_counter() - began
    solved = f"exact eikonal, {nodes}"
    return [
        Step(f"{solved}, cold (at most 0.35 s)", float(np.median(cold)), 0.0),
        Step(f"{solved}, one of four sites moved (at most 0.06 s)", float(np.median(of_four)), 0.0),
        Step(
            f"{solved}, the only site moved, so that every time changes (at most 0.06 s)", float(np.median(of_one)), 0.0
        ),
        Step(f"12-lead ECG of that activation, {nodes} (at most 0.02 s)", ecg, 0.0),
    ]


def _paced(places: np.ndarray) -> Electrophysiology:
    sites = tuple(PacingSite(x=float(x), y=float(y), z=float(z)) for x, y, z in places)
    return Electrophysiology(start="paced", sites=sites)


def _seconds(model: EikonalModel, scenario: Electrophysiology) -> float:
    """Processor time: one thread, and other work of the machine does not count."""
    began = time.process_time()
    model.activation(scenario)
    return time.process_time() - began


def _after_moving(model: EikonalModel, places: np.ndarray) -> float:
    """Seconds of the activation after the first of these places was moved by some 5 mm along the endocardium."""
    endo = model.mesh.points[np.unique(model.mesh.tagged("endo_lv"))]
    moved = places.copy()
    moved[0] = endo[np.argmin(np.abs(np.linalg.norm(endo - places[0], axis=1) - 5.0))]
    model.activation(_paced(places))
    return _seconds(model, _paced(moved))
