"""A mesh from elsewhere in the window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import DONE, FAILED, JobStatus
from geometry.exchange.writing import write_mesh
from geometry.shapes import half_ellipsoid_ventricle
from ui.window import Window


def test_a_new_case_is_made_of_a_mesh_and_none_of_what_is_refused(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    ended = list[JobStatus]()
    window.watch.ended.connect(ended.append)
    write_mesh(half_ellipsoid_ventricle(6.0), tmp_path / "Doe^John.vtu")
    dialog = window.meshes.dialog(fresh=True)
    qtbot.addWidget(dialog)
    window.meshes.take(tmp_path / "Doe^John.vtu", dialog.options(), fresh=True)
    qtbot.waitUntil(lambda: len(ended) == 1, timeout=180000)
    case = window.session.case
    assert ended[0].state == DONE, ended[0].error
    assert case is not None and case.title == "Patient 1"
    assert window.session.step == "heart" and window.session.mesh is not None
    assert all("Doe" not in path.read_text() for path in case.folder.rglob("*.json"))
    (tmp_path / "bad.vtu").write_text("version https://git-lfs.github.com/spec/v1\n")
    window.meshes.take(tmp_path / "bad.vtu", {}, fresh=True)
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=180000)
    window.watch.ended.disconnect(ended.append)
    assert ended[1].state == FAILED and "git lfs pull" in ended[1].error
    assert window.session.case is None  # what came to nothing leaves no case
    assert not (case.folder.parent / "Patient 2").exists()


@pytest.mark.parametrize(("surfaces", "edge"), [("1=roof", ""), ("", "9"), ("", "fine")])
def test_the_questions_take_no_nonsense(window: Window, qtbot: QtBot, surfaces: str, edge: str) -> None:
    dialog = window.meshes.dialog(fresh=False)
    qtbot.addWidget(dialog)
    dialog.surfaces.setText(surfaces)
    dialog.edge.setText(edge)
    dialog._check()
    assert not dialog.wrong.isHidden() and dialog.result() == 0
    dialog.surfaces.setText("1=endo_lv, 3=epi")
    dialog.edge.setText("1,5")
    assert dialog.options() == {"unit": None, "surfaces": ["1=endo_lv", "3=epi"], "edge": 1.5}
