"""The importer on broken and odd files: 500 spoilt scans, and the odd files of the reference data when it is set.

Each must be read rightly or refused with a sentence; none may crash, hang or take all memory. A spoilt scan is read rightly
when what was spoilt does not matter and voxels, place and times come out as from the whole scan. Where it matters (a scan
with three of four slices, say) the voxels must be those that belong where they are said to lie. Only where grey values
themselves were overwritten, or one number of a header by another, can nobody know.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from geometry.progress import Progress
from solvers.result import Check
from solvers.verification.import_files import Files, scans, share_right, truth
from solvers.verification.import_harmless import is_same, touch
from solvers.verification.import_mutations import KNOWABLE, spoil
from solvers.verification.import_watch import LONGEST, Reading, WatchedReader, written

NAME = "imaging-import"
TITLE = "Import of whole, broken and odd files"
LONG = True
SPOILT, SEED = 500, 20
HARMLESS = 5  # every fifth scan is changed in what must not matter
RIGHT = 0.99  # of the voxels of a scan that is read although it is spoilt
_MOST_SPOILT_BYTES = 2_000_000  # of reference files that are spoilt
_DECODED_APART = ("jpeg2000", ".nrrd", ".mha")
_COMPRESSED = ("deflated", "rle", "jpeg2000")
_SOURCE = "issue 3, broken and odd DICOM"


@dataclass(frozen=True)
class Outcome:
    """How one scan fared: see ``Reading``; also "misread", other than the whole scan though only trifles were changed.

    harmless  whether what was changed must not matter
    right     share of voxels that belong where they are said to lie; None where nobody knows
    """

    name: str
    way: str
    reading: Reading
    harmless: bool = False
    right: float | None = None

    @property
    def kind(self) -> str:
        """In a word."""
        return self.reading.kind


def verify(progress: Progress) -> list[Check]:
    """Read whole scans of every format, then 500 spoilt ones, then the reference files."""
    with WatchedReader() as reader:
        whole = exact_share(reader)
        outcomes = try_spoilt(SPOILT, SEED, reader, progress)
        odd = try_reference(reader)
    return [
        Check("whole scans of all formats read exactly", whole, 1.0, 0.0, "1", "known by construction"),
        Check("spoilt scans tried", float(len(outcomes)), float(SPOILT), 0.0, "1", _SOURCE),
        *_checks("spoilt scans", outcomes),
        *_checks_of_reading(outcomes),
        *(_checks("reference files", odd) if odd else []),
    ]


def _checks(what: str, outcomes: list[Outcome]) -> list[Check]:
    kinds = Counter(outcome.kind for outcome in outcomes)
    slowest = max(outcome.reading.seconds for outcome in outcomes)
    memory = max(outcome.reading.memory for outcome in outcomes)
    return [
        *(
            Check(f"{what}: {words}", float(kinds[kind]), 0.0, 0.0, "1", _SOURCE)
            for kind, words in (("stumbled", "refused by accident"), ("crashed", "crashed"), ("hung", "hung"))
        ),
        Check(f"{what}: slowest", slowest, 0.0, LONGEST, "s", _SOURCE),
        Check(f"{what}: most memory", memory, 0.0, 4.0, "GB", _SOURCE),
    ]


def _checks_of_reading(outcomes: list[Outcome]) -> list[Check]:
    trifles = [outcome for outcome in outcomes if outcome.harmless]
    known = [outcome.right for outcome in outcomes if outcome.right is not None and _knowable(outcome)]
    same = sum(outcome.kind == "read" for outcome in trifles)
    right = sum(share >= RIGHT for share in known)
    return [
        Check("changed in trifles: read as the whole scan", float(same), float(len(trifles)), 0.0, "1", _SOURCE),
        Check("spoilt and read: voxels where they belong", float(right), float(len(known)), 0.0, "1", _SOURCE),
    ]


def _knowable(outcome: Outcome) -> bool:
    """Compressed pictures carry no checksum: bytes overwritten within them give other grey values, and nobody can know."""
    return outcome.way in KNOWABLE and not (outcome.way in ("long", "wrong_vr") and outcome.name in _COMPRESSED)


def exact_share(reader: WatchedReader) -> float:
    """The share of whole scans that come back voxel by voxel, where they lie."""
    voxels, affine = truth()
    right = []
    for files in scans().values():
        found = _read(reader, files, "MR")
        expected = voxels if found.voxels is not None and found.voxels.ndim == 4 else voxels[..., 0]
        same = found.voxels is not None and np.array_equal(found.voxels, expected)
        right.append(same and found.affine is not None and np.allclose(found.affine, affine, atol=1e-3))
    return float(np.mean(right))


def try_spoilt(count: int, seed: int, reader: WatchedReader, progress: Progress) -> list[Outcome]:
    """``count`` spoilt scans, the same ones for the same seed."""
    random = np.random.default_rng(seed)
    made = scans()
    sources = made | _reference_sources()
    costly = [name for name in sources if name not in made or name in _DECODED_APART]
    cheap = [name for name in sources if name not in costly]
    # A child process costs a second: of each eight scans one is decoded by one.
    names = [name for apart in costly for name in (*random.choice(cheap, 7), apart)]
    wholes: dict[str, Reading] = {}
    outcomes = []
    for number in range(count):
        progress(number / count, f"Spoilt scan {number + 1} of {count}")
        name = str(names[number % len(names)])
        way, files = (touch if number % HARMLESS == 0 else spoil)(sources[name], random)
        modality = "MR" if name in made else None
        reading = _read(reader, files, modality)
        outcome = Outcome(name, way, reading, right=_right(reading) if name in made else None)
        if number % HARMLESS == 0 or is_same(sources[name], files):
            if name not in wholes:
                wholes[name] = _read(reader, sources[name], modality)
            outcome = _compared(outcome, wholes[name])
        outcomes.append(outcome)
    return outcomes


def _compared(outcome: Outcome, whole: Reading) -> Outcome:
    """The outcome of a scan changed in trifles only: it must fare as the whole one does."""
    found = outcome.reading
    same = found.same_as(whole) if whole.kind == "read" else found.kind == whole.kind
    fault = found.kind in ("read", "refused") and not same
    return replace(outcome, harmless=whole.kind == "read", reading=replace(found, kind="misread") if fault else found)


def _right(reading: Reading) -> float | None:
    if reading.voxels is None or reading.affine is None:
        return None
    return share_right(reading.voxels, reading.affine)


def try_reference(reader: WatchedReader) -> list[Outcome]:
    """Every DICOM, NIfTI and zip file of the reference data; none where there is no such data."""
    return [Outcome(path.name, "as it is", reader.read(path)) for path in _reference_files()]


def _read(reader: WatchedReader, files: Files, modality: str | None) -> Reading:
    with written(files) as path:
        return reader.read(path, modality)


def _reference_files() -> list[Path]:
    folder = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not folder:
        return []
    return sorted(
        path
        for path in Path(folder).rglob("*")
        if path.name.endswith((".dcm", ".nii.gz", ".nii", ".nrrd", ".mha", ".zip"))
    )


def _reference_sources() -> dict[str, Files]:
    small = [path for path in _reference_files() if path.stat().st_size < _MOST_SPOILT_BYTES and "pydicom" in str(path)]
    return {f"reference {path.name}": {path.name: path.read_bytes()} for path in small}
