"""The process that paces a cell: its answers as they are written, read and refused."""

from pathlib import Path

import numpy as np

from app.warm_cell import CellQuestion, answer_question, read_cell_answer, write_cell_answer
from solvers.drugs.markers import measure_beat


def test_a_drug_that_blocks_ikr_lengthens_the_beat_and_leaves_less_of_the_current(tmp_path: Path) -> None:
    asked = CellQuestion("tentusscher_panfilov_2006_epi", 800.0, "dofetilide", 2.0)
    write_cell_answer(answer_question(asked, 4), tmp_path / "4.npz")
    found = read_cell_answer(tmp_path / "4.npz", 4)
    assert found.beat is not None and found.before is not None and found.refusal == ""
    now, then = (measure_beat(beat.times, beat.V) for beat in (found.beat, found.before))
    assert now.apd90 > then.apd90 + 5.0
    assert np.max(found.beat.currents["i_Kr"]) < np.max(found.before.currents["i_Kr"])
    assert "i_rel" not in found.beat.currents  # a flux of calcium, not a current


def test_what_cannot_be_paced_is_refused_in_words(tmp_path: Path) -> None:
    write_cell_answer(answer_question(CellQuestion("no_such_cell"), 1), tmp_path / "1.npz")
    assert "no_such_cell" in read_cell_answer(tmp_path / "1.npz", 1).refusal
