"""Changes are small, go both ways, and know what a person decided."""

from pathlib import Path

import numpy as np
import pytest

from geometry.editing.brush import brush
from geometry.editing.catalogue import run_tool
from geometry.editing.change import apply, difference, load_change, remembering, save_change
from geometry.editing.erase import erase
from geometry.errors import Refused
from geometry.segmentation import LV, MYOCARDIUM, Segmentation, load_segmentation, save_segmentation
from geometry.volume_draws import draw_volumes

AFFINE = np.diag([1.5, 1.5, 9.0, 1.0])


def soft(shape: tuple[int, ...] = (64, 64, 8, 5)) -> Segmentation:
    """A cylinder whose boundary is in doubt over several millimetres."""
    u, v = np.meshgrid(np.arange(shape[0]) - 31.5, np.arange(shape[1]) - 31.5, indexing="ij")
    away = np.hypot(u, v)[..., None, None] * 1.5
    chance = np.broadcast_to(1 / (1 + np.exp((away - 24) / 2)), shape).astype(np.float32)
    return Segmentation((chance > 0.5).astype(np.uint8), AFFINE, {LV: chance}, "made", 0, 2)


def test_150_edits_undone_give_back_the_first_bytes_and_take_little_memory() -> None:
    first = soft()
    rng = np.random.default_rng(1)
    now, done = first, []
    for _ in range(150):
        phase = int(rng.integers(5))
        start = rng.uniform((0, 0, 0), (64, 64, 8))
        path = np.array([start, start + rng.normal(0, 6, 3)])
        change = brush(now.phase(phase), AFFINE, path, float(rng.uniform(1, 12)), int(rng.integers(4)), axis=2)
        change = remembering(change.in_phase(phase, now.labels.shape), now)
        now = apply(now, change)
        done.append(change)
    assert (now.labels != first.labels).any()
    last = now
    for change in reversed(done):
        now = apply(now, change.reversed)
    assert now.labels.tobytes() == first.labels.tobytes()
    assert now.by_hand is not None and not now.by_hand.any()
    assert apply(now, *done).labels.tobytes() == last.labels.tobytes()
    assert sum(change.nbytes for change in done) < 2 * first.labels.nbytes  # 150 copies would be 150 times


def test_a_change_is_read_back_as_written(tmp_path: Path) -> None:
    before = soft().labels
    after = before.copy()
    after[10:20, 10:20, 2, 1] = MYOCARDIUM
    change = difference(before, after)
    save_change(change, tmp_path / "000001.npz")
    again = load_change(tmp_path / "000001.npz")
    assert again.shape == change.shape and (again.where == change.where).all() and (again.after == change.after).all()
    assert [path.name for path in tmp_path.iterdir()] == ["000001.npz"]


def test_a_change_of_another_grid_is_refused() -> None:
    other = np.zeros((4, 4, 4), dtype=np.uint8)
    with pytest.raises(Refused, match="another segmentation"):
        apply(soft(), difference(other, other + np.uint8(1)))


def test_what_a_person_painted_is_certain_and_narrows_the_interval_of_the_volume(tmp_path: Path) -> None:
    doubtful = soft()
    now = doubtful
    for k in range(8):  # a person draws the boundary with a broad brush: inside, then outside
        turn = np.linspace(0, 2 * np.pi, 40)
        for radius, label in ((12.0, LV), (20.5, 0)):
            path = np.stack([31.5 + radius * np.cos(turn), 31.5 + radius * np.sin(turn), np.full(40, float(k))], axis=1)
            change = brush(now.phase(0), AFFINE, path, 6.0, label, axis=2).in_phase(0, now.labels.shape)
            now = apply(now, remembering(change, now))
    assert now.by_hand is not None
    chance = now.chance(LV, 0)
    decided = now.by_hand[..., 0]
    assert set(np.unique(chance[decided])) == {0.0, 1.0}
    assert (chance[~decided] == doubtful.chance(LV, 0)[~decided]).all()
    widths = []
    for segmentation in (doubtful, now):
        drawn = draw_volumes(segmentation, LV, (0, 2))
        assert drawn is not None
        widths.append(np.quantile(drawn, 0.95, axis=1) - np.quantile(drawn, 0.05, axis=1))
    assert widths[1][0] < 0.3 * widths[0][0]
    assert widths[1][1] == pytest.approx(widths[0][1])  # the other phase was not touched
    save_segmentation(now, tmp_path)
    again = load_segmentation(tmp_path)
    assert again.by_hand is not None and (again.by_hand == now.by_hand).all() and (again.labels == now.labels).all()


def test_what_a_tool_changed_is_likely_but_not_certain_and_can_be_taken_back(tmp_path: Path) -> None:
    first = soft()
    gap = erase(first.labels[..., 0].copy(), 2, index=3).in_phase(0, first.labels.shape)
    erased = apply(first, remembering(gap, first))
    filled = remembering(run_tool("fill", erased.labels, AFFINE, 2, [0], {"label": LV}), erased)
    now = apply(erased, filled)
    tool = now.by_tool
    assert tool is not None and now.by_hand is not None and now.edited
    assert tool[..., 3, 0].any() and not (tool & now.by_hand).any()
    chance, automatic = now.chance(LV, 0), first.chance(LV, 0)
    assert chance[tool[..., 0]] == pytest.approx(0.6 + 0.4 * automatic[tool[..., 0]])  # all of them became LV
    untouched = ~(tool | now.by_hand)[..., 0]
    assert (chance[untouched] == automatic[untouched]).all()
    assert (chance[:, :, 3] == now.chance(LV, 0, (slice(None), slice(None), slice(3, 4)))[:, :, 0]).all()
    save_segmentation(now, tmp_path)
    again = load_segmentation(tmp_path)
    assert again.by_tool is not None and (again.by_tool == tool).all()
    back = apply(now, filled.reversed)
    assert back.by_tool is None and back.by_hand is not None and erased.by_hand is not None
    assert (back.by_hand == erased.by_hand).all() and (back.labels == erased.labels).all()
