"""The importer on broken and odd files: 500 spoilt scans, and the odd files of the reference data when it is set.

Each must be read rightly or refused with a sentence; none may crash, hang or take all memory.
"""

import os
import resource
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress
from geometry.read_scan import STUMBLED, read_scan
from solvers.result import Check
from solvers.verification.import_files import Files, scans, truth
from solvers.verification.import_mutations import spoil

NAME = "imaging-import"
TITLE = "Import of whole, broken and odd files"
SPOILT, SEED = 500, 20
LONGEST = 10.0  # s of processor time for one scan, its children counted
_MOST_SPOILT_BYTES = 2_000_000  # of reference files that are spoilt
_DECODED_APART = ("jpeg2000", ".nrrd", ".mha")
_SOURCE = "issue 3, broken and odd DICOM"


@dataclass(frozen=True)
class Outcome:
    """How one scan fared: "read", "refused", "stumbled" (refused by accident) or "crashed", and the words."""

    name: str
    way: str
    kind: str
    words: str
    seconds: float


def verify(progress: Progress) -> list[Check]:
    """Read whole scans of every format, then 500 spoilt ones, then the reference files."""
    whole = exact_share()
    outcomes = try_spoilt(SPOILT, SEED, progress)
    checks = [
        Check("whole scans of all formats read exactly", whole, 1.0, 0.0, "1", "known by construction"),
        *_checks("spoilt scans", outcomes),
        Check("spoilt scans tried", float(len(outcomes)), float(SPOILT), 0.0, "1", _SOURCE),
    ]
    odd = try_reference()
    return checks + (_checks("reference files", odd) if odd else [])


def _checks(what: str, outcomes: list[Outcome]) -> list[Check]:
    kinds = Counter(outcome.kind for outcome in outcomes)
    slowest = max(outcome.seconds for outcome in outcomes)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1e6
    return [
        Check(f"{what}: read", float(kinds["read"]), len(outcomes) / 2, len(outcomes) / 2, "1", "for information"),
        Check(
            f"{what}: refused", float(kinds["refused"]), len(outcomes) / 2, len(outcomes) / 2, "1", "for information"
        ),
        Check(f"{what}: refused by accident", float(kinds["stumbled"]), 0.0, 0.02 * len(outcomes), "1", _SOURCE),
        Check(f"{what}: crashed or read as nonsense", float(kinds["crashed"]), 0.0, 0.0, "1", _SOURCE),
        Check(f"{what}: slowest, processor time", slowest, 0.0, LONGEST, "s", _SOURCE),
        Check(f"{what}: most memory of this process", memory, 0.0, 4.0, "GB", _SOURCE),
    ]


def exact_share() -> float:
    """The share of whole scans that come back voxel by voxel, where they lie."""
    voxels, affine = truth()
    right = []
    with tempfile.TemporaryDirectory() as folder:
        for name, files in scans().items():
            image = read_scan(_write(files, Path(folder) / name.strip(".")), modality="MR")
            expected = voxels if image.phases > 1 else voxels[..., 0]
            right.append(np.array_equal(image.voxels, expected) and np.allclose(image.affine, affine, atol=1e-3))
    return float(np.mean(right))


def try_spoilt(count: int, seed: int, progress: Progress) -> list[Outcome]:
    """``count`` spoilt scans, the same ones for the same seed."""
    random = np.random.default_rng(seed)
    sources = scans() | _reference_sources()
    costly = [name for name in sources if name.startswith("reference") or name in _DECODED_APART]
    cheap = [name for name in sources if name not in costly]
    # A child process costs a second: of each eight scans one is decoded by one.
    names = [name for apart in costly for name in (*random.choice(cheap, 7), apart)]
    outcomes = []
    for number in range(count):
        progress(number / count, f"Spoilt scan {number + 1} of {count}")
        name = names[number % len(names)]
        way, files = spoil(sources[name], random)
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(_try(_write(files, Path(folder) / "scan"), name, way))
    return outcomes


def try_reference() -> list[Outcome]:
    """Every DICOM, NIfTI and zip file of the reference data; none where there is no such data."""
    return [_try(path, path.name, "as it is") for path in _reference_files()]


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


def _write(files: Files, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / next(iter(files)) if len(files) == 1 else folder


def _try(path: Path, name: str, way: str) -> Outcome:
    began = _processor_time()
    try:
        image = read_scan(path, modality=None if "reference" in name or way == "as it is" else "MR")
        kind, words = ("read", image.source) if _sane(image) else ("crashed", f"nonsense: {image.source}")
    except Refused as refusal:
        words = str(refusal)
        kind = "stumbled" if words.startswith(STUMBLED) else "refused" if words.endswith(".") else "crashed"
    except Exception as fault:
        kind, words = "crashed", f"{type(fault).__name__}: {fault}"
    return Outcome(name, way, kind, words, _processor_time() - began)


def _sane(image: Image) -> bool:
    finite = bool(np.isfinite(image.voxels).all() and np.isfinite(image.affine).all())
    times = len(image.times) in (0, image.phases) and bool((np.diff(image.times) > 0).all())
    return finite and times and image.spacing.min() >= 0.05 and image.spacing.max() <= 100.0


def _processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
