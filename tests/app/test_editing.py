"""The verb edit, and how edits get into the case."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.edit_journal import append, pending
from app.edited import begin_by_hand, keep_noted
from geometry.editing.brush import brush
from geometry.errors import Refused
from geometry.image import Image
from geometry.metric import Metric
from geometry.progress import silent
from geometry.segmentation import LV, MYOCARDIUM, Segmentation

AFFINE = np.diag([3.0, 3.0, 10.0, 1.0])


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A case of two phases with a ragged cavity in a wall."""
    made = Case.create(tmp_path / "case", "Edited")
    rng = np.random.default_rng(0)
    u, v = np.meshgrid(np.arange(32) - 15.5, np.arange(32) - 15.5, indexing="ij")
    labels = np.zeros((32, 32, 5, 2), dtype=np.uint8)
    for phase, radius in enumerate((8.0, 6.0)):
        for k in range(1, 4):
            away = np.hypot(u, v)
            labels[..., k, phase] = np.where(away < 11, MYOCARDIUM, 0)
            labels[..., k, phase][away + rng.normal(0, 0.6, away.shape) < radius] = LV
    made.save_image(Image(labels.astype(np.int16) * 100, AFFINE, "MR", (0.0, 400.0), 800.0, "phantom"))
    chance = {LV: np.where(labels == LV, 0.9, 0.05).astype(np.float32)}
    made.save_segmentation(Segmentation(labels, AFFINE, chance, "made", 0, 1), (Metric("lv_edv", "EDV", 1.0, "ml"),))
    return made


def test_the_verb_smooths_keeps_the_automatic_result_and_measures_again(
    case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    first = case.segmentation()
    assert first is not None
    assert (
        main(["edit", str(case.folder), "--tool", "smooth", "--label", "lv_cavity", "--size", "4", "--json", "-"]) == 0
    )
    told = json.loads(capfd.readouterr().out.strip().splitlines()[-1])
    now = case.segmentation()
    assert now is not None and now.method == "made, corrected by hand" and (now.labels != first.labels).any()
    assert (now.labels == LV).sum() == (first.labels == LV).sum()
    assert told["metrics"]["lv_edv"]["value"] == pytest.approx((now.labels[..., 0] == LV).sum() * 0.09)
    before, metrics = case.before_edits()
    assert before is not None and (before == first.labels).all() and metrics[0].value == 1.0
    assert not pending(case.folder)
    assert main(["edit", str(case.folder), "--tool", "copy_phase", "--phase", "1", "--to", "all"]) == 0
    copied = case.segmentation()
    assert copied is not None and (copied.labels[..., 1] == now.labels[..., 0]).all()
    before, _ = case.before_edits()
    assert before is not None and (before == first.labels).all()  # still the automatic one


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tool", "smooth"], "needs a label"),
        (["--tool", "smooth", "--label", "spleen"], "no label 'spleen'"),
        (["--tool", "erase", "--label", "1", "--size", "3"], "has no --size"),
        (["--tool", "copy_phase"], "Name the phase"),
        (["--tool", "copy_phase", "--phase", "1", "--to", "later"], "no phase to copy to"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    case: Case, arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["edit", str(case.folder), *arguments]) == 2
    assert words in capfd.readouterr().err


def test_edits_noted_while_others_are_kept_stay_noted(case: Case) -> None:
    first = case.segmentation()
    assert first is not None
    for k in range(3):
        change = brush(first.phase(0), AFFINE, np.array([[2, 2, k]]), 4.0, MYOCARDIUM, axis=2)
        append(case.folder, change.in_phase(0, first.labels.shape))

    def more(fraction: float, message: str = "") -> None:
        if message == "Measuring volumes":
            late = brush(first.phase(0), AFFINE, np.array([[29, 29, 4]]), 4.0, LV, axis=2)
            append(case.folder, late.in_phase(0, first.labels.shape))

    keep_noted(case, more)
    assert [path.stem for path in pending(case.folder)] == ["000004"]
    found = case.segmentation()
    assert found is not None and found.labels[2, 2, 2, 0] == MYOCARDIUM and found.labels[29, 29, 4, 0] == LV
    keep_noted(case, silent)
    assert not pending(case.folder)


def test_a_new_segmentation_forgets_the_edits_of_the_last_one(case: Case) -> None:
    first = case.segmentation()
    assert first is not None
    append(case.folder, brush(first.phase(0), AFFINE, np.array([[2, 2, 2]]), 4.0, LV).in_phase(0, first.labels.shape))
    case.save_segmentation(first, ())
    again = case.segmentation()
    assert again is not None and (again.labels == first.labels).all() and again.by_hand is None


def test_a_heart_drawn_by_hand_gets_its_phases_from_what_was_drawn(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "bare", "Bare")
    image = Image(np.zeros((16, 16, 4, 3), dtype=np.int16), AFFINE, "MR", (0.0, 300.0, 600.0), 900.0, "phantom")
    case.save_image(image)
    empty = begin_by_hand(case, image)
    for phase, radius in ((1, 12.0), (2, 7.0)):
        change = brush(empty.phase(phase), AFFINE, np.array([[8, 8, 2]]), radius, LV, axis=2)
        append(case.folder, change.in_phase(phase, empty.labels.shape))
    keep_noted(case, silent)
    found = case.segmentation()
    assert found is not None and (found.method, found.ed, found.es) == ("by hand", 1, 2)
    assert {metric.name for metric in case.measures()} >= {"lv_edv", "lv_esv", "ejection_fraction"}


def test_a_swap_that_was_cut_short_is_mended(case: Case) -> None:
    folder = case.folder / "segmentation"
    folder.rename(case.folder / ".old-segmentation-12345678")
    assert Case.open(case.folder).segmentation() is not None


def test_editing_nothing_is_refused(case: Case) -> None:
    from app.edited import edit_case

    with pytest.raises(Refused, match="changes nothing"):
        edit_case(case, {"tool": "islands", "label": 3, "keep": "largest"}, silent)
