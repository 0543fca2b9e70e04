import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.execution import Execution
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import diffusion_tensor

EPI = find_cell("tentusscher_panfilov_2006_epi")
MESH = slab((6.0, 2.0, 2.0), 0.5)
N = len(MESH.points)
DIFFUSION = diffusion_tensor(np.tile([1.0, 0, 0], (len(MESH.tets), 1)), 0.3, 0.1)
CORNER = np.flatnonzero((MESH.points < 1.1).all(axis=1))


def test_a_stimulated_corner_activates_the_whole_slab_and_frames_show_it() -> None:
    run = solve_monodomain(MESH, DIFFUSION, [Stimulus.at(CORNER, N)], EPI, 25.0, frame_every=5.0)
    far = int(np.argmax(MESH.points.sum(axis=1)))
    assert not np.isnan(run.activation).any()
    assert run.activation[far] > 3 * run.activation[CORNER].max()
    assert run.times == pytest.approx([0, 5, 10, 15, 20, 25])
    assert run.frames.shape == (6, N)
    # a frame is above 0 mV just where the map says activated (nothing repolarises in 25 ms)
    assert np.array_equal(run.frames[1] > 0.0, run.activation <= 5.0)


def test_who_watches_is_told_the_activation_so_far_in_the_order_of_the_mesh() -> None:
    told: list[np.ndarray] = []
    run = solve_monodomain(
        MESH,
        DIFFUSION,
        [Stimulus.at(CORNER, N)],
        EPI,
        12.0,
        how=Execution(watch=lambda so_far: told.append(so_far().copy())),
    )
    assert len(told) >= 10
    half = told[len(told) // 2]
    known = np.isfinite(half)
    assert 0 < known.sum() < np.isfinite(run.activation).sum()
    np.testing.assert_array_equal(half[known], run.activation[known])


def test_each_node_starts_when_its_own_stimulus_says() -> None:
    starts = np.where(MESH.points[:, 0] < 1.1, 1.0, np.where(MESH.points[:, 0] > 4.9, 4.0, np.nan))
    run = solve_monodomain(MESH, DIFFUSION, [Stimulus(starts, strength=60.0)], EPI, 6.5)
    left, right = (run.activation[starts == start].mean() for start in (1.0, 4.0))
    assert right - left == pytest.approx(3.0, abs=0.1)


def test_without_a_stimulus_nothing_happens() -> None:
    run = solve_monodomain(MESH, DIFFUSION, [], EPI, 5.0)
    assert np.isnan(run.activation).all()
    assert np.ptp(run.frames) < 0.5


def test_a_stimulus_carries_its_charge_whatever_the_step() -> None:
    """2.03 ms do not fit into steps of 0.05 ms; the charge below threshold must not depend on it."""
    weak = [Stimulus.at(np.arange(N), N, start=0.012, duration=2.03, strength=2.0)]
    coarse, fine = (solve_monodomain(MESH, DIFFUSION, weak, EPI, 2.5, dt).frames[-1].mean() for dt in (0.05, 0.01))
    assert coarse == pytest.approx(fine, abs=0.02)


def test_it_tells_how_far_it_is_and_stops_when_asked() -> None:
    said: list[str] = []

    def progress(fraction: float, message: str = "") -> None:
        said.append(message)
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        solve_monodomain(MESH, DIFFUSION, [Stimulus.at(CORNER, N)], EPI, 20.0, progress=progress)
    assert 6 <= len(said) <= 12  # once a millisecond
    assert said[-1].endswith("of 20 ms")


def test_it_may_stop_once_everything_is_activated() -> None:
    run = solve_monodomain(MESH, DIFFUSION, [Stimulus.at(CORNER, N)], EPI, 500.0, stop_when_activated=True)
    assert run.times[-1] < 40.0
    assert run.activation.max() < run.times[-1]


def test_long_steps_in_quiet_times_change_no_answer() -> None:
    """Two beats 340 ms apart (the second in the tail of the first), with steps of 0.25 ms where nothing moves fast."""
    beats = [Stimulus.at(CORNER, N), Stimulus.at(CORNER, N, start=340.0)]
    every, quiet = (
        solve_monodomain(MESH, DIFFUSION, beats, EPI, 420.0, frame_every=10.0, quiet_dt=step) for step in (None, 0.25)
    )
    assert quiet.activation == pytest.approx(every.activation, abs=0.02)
    assert quiet.times == pytest.approx(every.times, abs=0.3)
    plateau, tail, second = (int(np.argmin(np.abs(every.times - t))) for t in (150.0, 290.0, 370.0))
    for k in (plateau, tail, second):
        assert np.abs(quiet.frames[k] - every.frames[k]).max() < 1.0  # the end of the action potential moves by 0.3 ms


def test_second_order_elements_carry_a_wave_right_on_a_coarse_mesh() -> None:
    """2 mm across the fibres at 0.5 mm edges: linear elements are late or stand still there, see ``ep-niederer``."""
    run = solve_monodomain(MESH, DIFFUSION, [Stimulus.at(CORNER, N)], EPI, 40.0, consistent=1.0, degree=2)
    assert run.activation.shape == (N,) and run.frames.shape[1] == N
    assert not np.isnan(run.activation).any()
    with pytest.raises(Refused, match="full mass"):
        solve_monodomain(MESH, DIFFUSION, [Stimulus.at(CORNER, N)], EPI, 40.0, degree=2)


@pytest.mark.parametrize(
    ("diffusion", "dt", "starts", "words"),
    [
        (DIFFUSION[:3], 0.05, np.zeros(N), "tensor for each"),
        (-DIFFUSION, 0.05, np.zeros(N), "not positive"),
        (DIFFUSION, 0.0, np.zeros(N), "time step"),
        (DIFFUSION, 0.05, np.zeros(3), "start time"),
        (DIFFUSION, 2.0, np.zeros(N), "smaller time step"),
    ],
)
def test_what_cannot_be_solved_is_refused(diffusion, dt, starts, words) -> None:
    with pytest.raises(Refused, match=words):
        solve_monodomain(MESH, diffusion, [Stimulus(starts)], EPI, 40.0, dt)
