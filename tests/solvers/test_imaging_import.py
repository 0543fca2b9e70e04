"""The importer on spoilt files: the quick part of what ``cardiotwin verify imaging-import`` does."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.progress import silent
from geometry.read_scan import read_scan
from solvers.verification import import_mutations, import_watch
from solvers.verification.imaging_import import try_spoilt
from solvers.verification.import_files import scans, share_right, truth
from solvers.verification.import_harmless import is_same, touch
from solvers.verification.import_watch import WatchedReader


@pytest.fixture
def reader() -> Iterator[WatchedReader]:
    with WatchedReader() as found:
        yield found


def test_sixty_spoilt_scans_are_each_read_rightly_or_refused_with_a_sentence(
    reader: WatchedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARDIOTWIN_REFERENCE_DATA", raising=False)
    outcomes = try_spoilt(60, 3, reader, silent)
    wrong = [(one.name, one.way, one.reading.words) for one in outcomes if one.kind not in ("read", "refused")]
    assert not wrong
    assert {outcome.kind for outcome in outcomes} == {"read", "refused"}
    assert sum(outcome.harmless for outcome in outcomes) >= 12
    assert all(outcome.kind == "read" and outcome.right == 1.0 for outcome in outcomes if outcome.harmless)


def test_a_reader_that_hangs_or_dies_is_ended_and_the_next_scan_is_read(
    reader: WatchedReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_watch, "LONGEST", 0.5)
    os.mkfifo(tmp_path / "pipe.nii")  # opening it waits for somebody who writes
    assert reader.read(tmp_path / "pipe.nii").kind == "hung"
    (tmp_path / "scan.nii").write_bytes(scans()[".nii"]["scan.nii"])
    monkeypatch.setattr(import_watch, "LONGEST", 60.0)
    found = reader.read(tmp_path / "scan.nii", "MR")
    assert found.voxels is not None and np.array_equal(found.voxels, truth()[0])


def test_a_scan_that_lies_elsewhere_than_it_says_is_found_out() -> None:
    voxels, affine = truth()
    assert share_right(voxels, affine) == 1.0
    assert share_right(voxels[::-1], affine) < 0.2
    assert share_right(voxels + 5, affine) < 0.2


def test_only_what_matters_makes_a_dicom_file_another() -> None:
    files = scans()["classic"]
    random = np.random.default_rng(0)
    assert all(is_same(files, touch(files, random)[1]) for _ in range(5))
    name = next(iter(files))
    assert not is_same(files, dict(files) | {name: files[name][:-2] + b"!!"})


def test_the_same_seed_spoils_the_same_way() -> None:
    files = scans()["classic"]
    first, second = (import_mutations.spoil(files, np.random.default_rng(5)) for _ in range(2))
    assert first == second and first[1] != files


def test_a_zip_that_unpacks_to_far_more_than_pictures_is_refused_unread(tmp_path: Path) -> None:
    bomb = import_mutations.bomb(scans()["zip"]["study.zip"], np.random.default_rng(0))
    (tmp_path / "bomb.zip").write_bytes(bomb)
    with pytest.raises(Refused, match="would unpack to 4 GB"):
        read_scan(tmp_path / "bomb.zip")


def test_names_in_a_zip_that_lead_elsewhere_write_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for ending in (".nii", ".nii.gz"):
            for name, content in scans()[ending].items():
                archive.writestr(f"../../{name}", content)
    before = set(tmp_path.parent.iterdir())
    assert np.array_equal(read_scan(tmp_path / "evil.zip", modality="MR").voxels, truth()[0])
    assert set(tmp_path.parent.iterdir()) == before
