"""The monodomain equation on a HeartMesh: dV/dt = div(D grad V) + (stimulus - I_ion)(V, u), du/dt = f(V, u), no flux out.

Strang splitting with its half steps joined: R(dt/2) D(dt) R(dt) D(dt) ... R(dt); what is seen at k*dt is half way through
the reaction step, to second order the mean of its ends. D is Crank-Nicolson on P1 elements, or on P2 elements, whose waves
travel right on edges some three times as long (``cardiotwin verify ep-niederer``). On meshes of clinical size the
velocity depends on the mesh: take the diffusion from ``tissue.tuned_diffusion`` and look at ``conduction`` afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import compile_cell
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.execution import ALONE, Execution
from solvers.electrophysiology.march import MonodomainRun, march, march_together
from solvers.electrophysiology.march_state import fingerprint
from solvers.electrophysiology.march_watch import check_step
from solvers.electrophysiology.stimulus import Stimulus
from solvers.kernels.precision import Precision
from solvers.ranks import on_ranks

Floats = NDArray[np.float64]


def solve_monodomain(
    mesh: HeartMesh,
    diffusion: Floats,
    stimuli: Sequence[Stimulus],
    cell: Cell,
    duration: float,
    dt: float = 0.05,
    *,
    frame_every: float = 1.0,
    stop_when_activated: bool = False,
    consistent: float = 0.0,
    degree: int = 1,
    order: int = 1,
    quiet_dt: float | None = None,
    rtol: float = 1e-4,
    precision: Precision = "single",
    threads: int | None = None,
    start: Floats | None = None,
    how: Execution = ALONE,
    progress: Progress = silent,
) -> MonodomainRun:
    """Solve on ``mesh`` for ``duration`` ms in steps of ``dt`` ms.

    diffusion            (m, 3, 3) mm2/ms = conductivity / (chi Cm), per tet
    frame_every          ms between frames
    stop_when_activated  end early once every node has been activated
    consistent           1: full mass matrix, 0: lumped, or a blend; the one the diffusion was tuned for
    degree               of the elements; 2 has cells in the middles of the edges too, and needs the full mass matrix
    order                of the cell model's integration in time (2 costs twice as much)
    quiet_dt             step (ms) while no voltage changes fast and no stimulus is near; None: always ``dt``
    start                (states, n) of each node's own cell instead of rest; with elements of first order
    rtol                 of the linear solver, see ``Diffusion``
    precision            of the right-hand sides and the linear solver; the states themselves are always double
    how                  it is carried out: ranks, checkpoint, restart, watch

    Refuses wrong shapes, a diffusion that is not positive, steps that do not converge and a voltage that is not finite.
    """
    from solvers.fem import assemble_diffusion, edges  # starts MPI: only when a mesh is really solved

    _check(mesh, diffusion)
    if degree == 2 and consistent != 1.0:
        raise Refused("Elements of second order need the full mass matrix (consistent = 1): theirs has no lumped form.")
    if start is not None and (degree != 1 or start.shape != (len(cell.states), len(mesh.points))):
        raise Refused("States to start from are needed for each node of the mesh, with elements of first order.")
    check_step(compile_cell(cell, order), dt, cell)
    progress(0.0, "Assembling the tissue")
    mass, stiffness = assemble_diffusion(mesh, diffusion, degree)
    blended = blend_mass(mass, consistent)
    given = [one.start for one in stimuli] + ([] if start is None else [start])
    kept = how.checkpoint and replace(how.checkpoint, made_for=fingerprint(blended, stiffness, cell, given))
    solve = partial(march, watch=how.watch) if how.ranks == 1 else partial(on_ranks, how.ranks, march_together)
    run = solve(
        blended,
        stiffness,
        stimuli if degree == 1 else [stimulus.with_middles(edges(mesh)) for stimulus in stimuli],
        cell,
        duration,
        dt,
        frame_every=frame_every,
        stop_when_activated=stop_when_activated,
        order=order,
        quiet_dt=quiet_dt,
        rtol=rtol,
        precision=precision,
        threads=threads,
        start=start,
        points=mesh.points,
        checkpoint=kept,
        resume=kept.load() if kept and how.restart else None,
        progress=part(progress, 0.02, 1.0),
    )
    n = len(mesh.points)
    return replace(run, activation=run.activation[:n], frames=run.frames[:, :n])


def _check(mesh: HeartMesh, diffusion: Floats) -> None:
    if diffusion.shape != (len(mesh.tets), 3, 3):
        raise Refused(
            f"The diffusion has shape {diffusion.shape}; it needs one 3 x 3 tensor for each of {len(mesh.tets)} tetrahedra."
        )
    if not np.isfinite(diffusion).all() or np.linalg.eigvalsh(diffusion).min() < 0.0:
        raise Refused("The diffusion tensor is not positive everywhere. Check conductivities and fibres.")
