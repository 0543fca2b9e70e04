"""Re-entry on the simplest circuit there is: a ring with a stretch that is slow to recover beside the place of pacing."""

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array

from geometry.progress import Progress
from solvers.arrhythmia.protocol import Attempt, Protocol, Solve, induce
from solvers.arrhythmia.sites import Site
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.march import MonodomainRun, march
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.stimulus import Stimulus

N, COUPLING = 160, 0.4
SLOW = slice(14, 40)  # nodes, on one side of the site
CELL = find_cell("mitchell_schaeffer_2003").with_parameters(tau_close=40.0, tau_open=40.0).varying("tau_open")
SITE = {"site": Site(np.arange(4), np.arange(4, 8))}
PROTOCOL = Protocol(s1=500.0, train=1, extras=(tuple(float(v) for v in range(190, 90, -10)),), watch=1000.0)
TOLD = "a cut anywhere leaves no way back"


def ring(cut: int | None) -> Solve:
    """Nodes in a circle, each coupled to the next; the link behind ``cut`` is missing."""
    link = np.full(N, COUPLING)
    if cut is not None:
        link[cut] = 0.0
    beside = diags_array([-link[:-1], -link[:-1]], offsets=[1, -1]).tolil()
    beside[0, N - 1] = beside[N - 1, 0] = -link[-1]
    stiffness = csr_array(beside + diags_array(link + np.roll(link, 1)))
    stiffness.setdiag(link + np.roll(link, 1))
    start = np.repeat(np.array(list(CELL.states.values()))[:, None], N, axis=1)
    start[list(CELL.states).index("tau_open"), SLOW] = 120.0

    def solve(stimuli: list[Stimulus], until: float, state: MarchState | None, progress: Progress) -> MonodomainRun:
        mass = csr_array(eye_array(N))
        return march(
            mass,
            stiffness,
            stimuli,
            CELL,
            until,
            0.1,
            frame_every=until,
            start=start,
            resume=state,
            stop_at_rest=True,
            threads=1,
        )

    return solve


def attempts(cut: int | None) -> list[Attempt]:
    return list(induce(ring(cut), SITE, N, PROTOCOL))


def test_a_premature_beat_goes_round_a_ring_for_good_and_a_cut_ends_that() -> None:
    whole = attempts(None)
    assert whole[-1].reentry.sustained
    assert not any(one.reentry.sustained for one in whole[:-1])
    once_round = whole[-1].reentry.cycle_length
    assert 100.0 < once_round < 500.0
    assert whole[-1].reentry.drift < 0.1
    for cut in (25, 90):
        assert not any(one.reentry.sustained for one in attempts(cut)), TOLD


def test_a_branch_that_dies_out_is_not_simulated_to_its_end() -> None:
    tried = attempts(90)
    assert tried[0].captured
    assert all(one.run.state.t < 500.0 + PROTOCOL.watch / 2 for one in tried)
