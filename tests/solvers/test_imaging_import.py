"""The importer on spoilt files: the quick part of what ``cardiotwin verify imaging-import`` does."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.progress import silent
from geometry.read_scan import read_scan
from solvers.verification import import_mutations
from solvers.verification.imaging_import import LONGEST, try_spoilt
from solvers.verification.import_files import scans, truth


def test_sixty_spoilt_scans_are_each_read_or_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARDIOTWIN_REFERENCE_DATA", raising=False)
    outcomes = try_spoilt(60, 3, silent)
    wrong = [outcome for outcome in outcomes if outcome.kind not in ("read", "refused")]
    assert not wrong
    assert {outcome.kind for outcome in outcomes} == {"read", "refused"}
    assert max(outcome.seconds for outcome in outcomes) < LONGEST


def test_the_same_seed_spoils_the_same_way() -> None:
    files = scans()["classic"]
    first, second = (import_mutations.spoil(files, np.random.default_rng(5)) for _ in range(2))
    assert first == second and first[1] != files


def test_a_zip_that_unpacks_to_far_more_than_pictures_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w", force_zip64=True) as out:
        for _ in range(140):
            out.write(bytes(8_000_000))
    with pytest.raises(Refused, match="would unpack to 1 GB"):
        read_scan(path)


def test_names_in_a_zip_that_lead_elsewhere_write_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for ending in (".nii", ".nii.gz"):
            for name, content in scans()[ending].items():
                archive.writestr(f"../../{name}", content)
    before = set(tmp_path.parent.iterdir())
    assert np.array_equal(read_scan(tmp_path / "evil.zip", modality="MR").voxels, truth()[0])
    assert set(tmp_path.parent.iterdir()) == before
