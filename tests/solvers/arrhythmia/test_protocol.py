import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array, eye_array

from geometry.errors import Refused
from geometry.progress import Progress
from solvers.arrhythmia.protocol import Protocol, induce
from solvers.arrhythmia.sites import Site
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.march import MonodomainRun, march
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.stimulus import Stimulus

N = 40
CELL = find_cell("mitchell_schaeffer_2003").with_parameters(tau_close=40.0, tau_open=40.0)
MASS = csr_array(eye_array(N))
NEXT = np.ones(N - 1)
DEGREE = np.r_[1.0, np.full(N - 2, 2.0), 1.0]
STIFFNESS = csr_array(0.4 * diags_array([-NEXT, DEGREE, -NEXT], offsets=[-1, 0, 1]))
SITE = {"left end": Site(np.arange(4), np.arange(4, 8))}


def solve(stimuli: list[Stimulus], until: float, state: MarchState | None, progress: Progress) -> MonodomainRun:
    return march(MASS, STIFFNESS, stimuli, CELL, until, 0.1, frame_every=until, resume=state, threads=1)


def test_a_branch_from_the_saved_train_is_the_whole_protocol_computed_at_once() -> None:
    protocol = Protocol(s1=300.0, train=2, extras=((200.0,),), watch=100.0)
    (attempt,) = induce(solve, SITE, N, protocol)
    starts = [Stimulus.at(SITE["left end"].nodes, N, at, 2.0, 50.0) for at in (0.0, 300.0, 500.0)]
    whole = solve(starts, 600.0, None, lambda fraction, message="": None)
    late = whole.state.passages >= 500.0
    assert attempt.captured
    assert not attempt.reentry.sustained  # a cable has no way back
    assert np.sort(attempt.run.state.passages) == pytest.approx(np.sort(whole.state.passages[late]), abs=0.01)
    assert attempt.run.activation[-1] > attempt.run.activation[0] > 500.0


def test_s2_is_shortened_until_it_does_not_capture_and_s3_follows_the_last_that_did() -> None:
    """An action potential from rest lasts 40 ln(1/0.2) = 64 ms: 30 ms after it the tissue cannot be excited."""
    protocol = Protocol(s1=300.0, train=1, extras=((200.0, 30.0, 20.0), (200.0,)), watch=60.0)
    attempts = list(induce(solve, SITE, N, protocol))
    assert [(one.intervals, one.captured) for one in attempts] == [
        ((200.0,), True),
        ((30.0,), False),
        ((200.0, 200.0), True),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"s1": -1.0}, "above zero"),
        ({"s1": float("nan")}, "above zero"),
        ({"train": 0}, "above zero"),
        ({"extras": ()}, "one to three"),
        ({"extras": ((1.0,),)}, "longer than the stimulus"),
    ],
)
def test_absurd_protocols_are_refused(given: dict, words: str) -> None:
    with pytest.raises(Refused, match=words):
        Protocol(**given)


def test_a_site_without_tissue_is_refused() -> None:
    with pytest.raises(Refused, match="holds no node"):
        next(induce(solve, {"nowhere": Site(np.zeros(0, int), np.zeros(0, int))}, N, Protocol()))
