"""From a zip archive to a segmentation, as a new user goes: drop, choose, Enter, look."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from pytestqt.qtbot import QtBot

from app.case import Case
from app.desktop import files
from app.jobs import DONE, FAILED, JobStatus
from geometry.dicom.series_summary import SeriesSummary
from geometry.image import Image
from ui.cine import Cine, CinePlayer
from ui.intake import Intake, as_scan, is_volume
from ui.series_chooser import SeriesChooser
from ui.way_in import next_folder
from ui.window import Window

GREY = np.linspace(0, 255, 48 * 40).reshape(48, 40).astype(np.uint8)


def series(key: str, role: str, problem: str = "", phases: int = 20) -> SeriesSummary:
    text = f"MR, 12 slices, {phases} phases, 256 x 256"
    reason = "its planes lie across the heart's long axis"
    return SeriesSummary(key, "MR", 12, phases, 256, 256, text, problem, role, reason, (1.4, 1.4), 10.0, GREY)


def drop(window: Window, path: Path) -> None:
    """What the window gets when a file is dropped on it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(50, 50), action, data, button, Qt.KeyboardModifier.NoModifier))


def contents(folder: Path) -> bytes:
    """Names and contents of all files, unpacked where they are packed, in small letters."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    held = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    return b" ".join([*held, *(str(path.relative_to(folder)).encode() for path in files)]).lower()


@pytest.fixture
def looked_through(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What lay in the folder in which a scan was looked through, before it was removed."""
    seen: list[bytes] = []
    tidy = Intake._tidy

    def look_and_tidy(intake: Intake) -> None:
        if intake._place is not None:
            seen.append(contents(intake._place))
        tidy(intake)

    monkeypatch.setattr(Intake, "_tidy", look_and_tidy)
    return seen


def test_a_dropped_archive_with_two_series_is_chosen_from_with_enter_and_read(
    window: Window, qtbot: QtBot, tmp_path: Path, synthetic_study: Path, looked_through: list[bytes]
) -> None:
    archive = tmp_path / "Doe^John.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in synthetic_study.iterdir():
            packed.write(file, file.name)
    drop(window, archive)
    chooser = window.chooser
    qtbot.waitUntil(lambda: chooser.isVisible() and chooser.parts.currentIndex() == 1, timeout=180000)
    assert len(chooser.series) == 2 and chooser.list.currentRow() >= 0
    ended: list[JobStatus] = []
    window.watch.ended.connect(ended.append)
    qtbot.keyClick(chooser.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=60_0000)
    window.watch.ended.disconnect(ended.append)
    assert [(status.verb, status.state) for status in ended] == [("import", DONE), ("segment", FAILED)]
    assert window.session.image is not None and window.session.step == "segment"
    case = window.session.case
    assert case is not None and case.title == "Patient 1"  # not the name of the archive
    page = window.inspector.page("segment")
    texts = [label.text() for label in page.findChildren(type(chooser.head))]
    assert ended[1].error in texts  # the ramp of grey values holds no heart: said, with ways out
    assert b"short-axis cine" in looked_through[-1]  # series.json and the job's log were there
    for held in (*looked_through, contents(case.folder)):
        assert b"doe^john" not in held and b"nobody" not in held  # names of the archive and in the data sets


def test_the_proposed_series_is_marked_and_an_unusable_one_cannot_be_taken(qtbot: QtBot) -> None:
    chooser = SeriesChooser()
    qtbot.addWidget(chooser)
    chooser.show_series(
        (series("3", "other", "These are projections."), series("7", "short-axis cine"), series("9", "LGE short axis"))
    )
    taken: list[str] = []
    chooser.chosen.connect(taken.append)
    assert chooser.list.currentRow() == 1
    qtbot.keyClick(chooser.list, Qt.Key.Key_Return)
    chooser.list.setCurrentRow(0)  # it is grey
    qtbot.keyClick(chooser.list, Qt.Key.Key_Return)
    chooser.list.setCurrentRow(2)
    qtbot.keyClick(chooser.list, Qt.Key.Key_Return)
    assert taken == ["7", "9"]


def test_a_single_usable_series_is_taken_without_a_question(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[dict[str, str]] = []
    monkeypatch.setattr(window.way_in, "begin", lambda verb, options: begun.append(dict(options)))
    window.way_in.intake.scan = Path("/scans/study.zip")
    window.way_in.intake.found.emit((series("4", "short-axis cine"), series("1", "other", "It is a localiser.")))
    assert begun == [{"scan": "/scans/study.zip", "series": "4"}]


def test_a_file_that_is_no_scan_is_refused_with_a_sentence(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear colleague")
    window.bring_in(text)
    assert window.chooser.isVisible()
    qtbot.waitUntil(lambda: window.messages.isVisible(), timeout=180000)
    assert "no DICOM image" in window.messages.text.text()
    assert not window.chooser.isVisible()
    assert not list(next_folder().parent.glob("Patient*"))


def test_a_case_that_is_dropped_is_opened(window: Window, case_folder: Path) -> None:
    window.show_start()
    window.bring_in(case_folder / "case.json")
    assert window.session.case == Case(case_folder.resolve())


def test_one_dicom_file_stands_for_its_folder_and_a_volume_for_itself(tmp_path: Path) -> None:
    single, volume = tmp_path / "IM0001.dcm", tmp_path / "heart.nii.gz"
    single.touch()
    volume.touch()
    assert as_scan(single) == tmp_path
    assert is_volume(volume) and not is_volume(single) and not is_volume(tmp_path)


def test_the_desktop_entry_offers_dicom_and_archives(tmp_path: Path) -> None:
    written = files(tmp_path)
    entry = next(text for path, text in written.items() if path.suffix == ".desktop")
    assert "application/dicom;application/zip;" in entry and " app %f" in entry


def test_a_beat_is_played_as_fast_as_it_was_taken() -> None:
    cine = Cine.of_phases(4, (20.0, 220.0, 420.0, 620.0), 800.0)
    assert [cine.frame_at(moment) for moment in (0, 199, 200, 599, 600, 799, 800, 1001)] == [0, 0, 1, 2, 3, 3, 0, 1]
    assert cine.wait_after(150.0) == 50.0 and cine.wait_after(700.0) == 100.0
    assert Cine.of_phases(5, (), None).cycle == 1000.0  # 60 / min where nothing is known


def test_what_cannot_be_shown_in_time_is_left_out_not_played_late(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("ui.cine._clock", lambda: now[0])
    player = CinePlayer()
    player.cine = Cine.even(10, 50.0)
    seen: list[int] = []
    player.frame.connect(seen.append)
    player.start(0)
    for moment in (50.0, 210.0, 250.0, 500.0):
        now[0] = moment
        player._tick()
    player.stop()
    assert seen == [1, 4, 5, 0]
    assert player.dropped == 2 + 4  # 2, 3 and 6, 7, 8, 9


def test_frames_are_stepped_by_one_and_go_round(window: Window) -> None:
    window.go("images")
    image, bar = window.session.image, window.workplace.strip.bar
    assert isinstance(image, Image) and image.phases == 2
    window.session.set_phase(0)
    seen = []
    for piece in (bar.next, bar.next, bar.back):
        piece.click()
        seen.append(window.session.phase)
    assert seen == [1, 0, 1]
    keys = {action.shortcut().toString() for action in window.findChildren(QAction)}
    assert {",", ".", "W", "R", "D", "Space"} <= keys
