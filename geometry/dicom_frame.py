"""What the importer needs to know of each 2D frame; nothing of the patient's identity gets further than this."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from geometry.dicom_files import Member, tolerant

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """One 2D frame of one file.

    member, index   the file it lies in, and its place there
    uid             hash of what is unique to this picture, to know a copy by; empty where the file says nothing
    series, study   what it belongs to (hashes, not identifiers)
    patient_id, patient_name   hashes; empty where the file says nothing
    number          series number as text, empty where there is none
    position        (3,) mm, centre of the first pixel, LPS; None where the file says nothing
    across, down    (3,) unit vectors along increasing column and row index, LPS
    spacing         mm between (columns, rows)
    trigger         ms after the R wave, or None
    percent         percent of the cardiac cycle, or None
    interval        ms, length of the beat, or None
    instance, acquisition   running numbers
    kind            image type and echo: frames of different kind are different pictures of the same place
    words           description in lower case, only ever used to tell short axis from other series
    """

    member: Member
    index: int
    uid: str
    series: str
    study: str
    patient_id: str
    patient_name: str
    number: str
    modality: str
    rows: int
    columns: int
    colors: int
    position: Vector | None
    across: Vector | None
    down: Vector | None
    spacing: tuple[float, float] | None
    thickness: float | None
    trigger: float | None
    percent: float | None
    interval: float | None
    instance: int
    acquisition: int
    kind: tuple[str, ...]
    words: str

    @property
    def placed(self) -> bool:
        """Whether the frame says where it lies."""
        return self.position is not None and self.across is not None and self.spacing is not None

    @property
    def normal(self) -> Vector:
        """(3,) unit vector out of the plane, LPS."""
        assert self.across is not None and self.down is not None
        return np.asarray(np.cross(self.across, self.down))


def frames_of(data: Dataset, member: Member) -> Iterator[Frame]:
    """The frames of one data set, classic (one frame) or enhanced (many, placed by functional groups)."""
    with tolerant():
        shared = _first(data, "SharedFunctionalGroupsSequence")
        groups = list(data.get("PerFrameFunctionalGroupsSequence") or [])
        count = int(_number(data, "NumberOfFrames") or 1)
        for index in range(count):
            own = groups[index] if index < len(groups) else Dataset()
            yield _frame(data, (own, shared, data), member, index)


def _frame(data: Dataset, levels: tuple[Dataset, ...], member: Member, index: int) -> Frame:
    across, down = _axes(_vector(_find(levels, "PlaneOrientationSequence", "ImageOrientationPatient"), 6))
    spacing = _vector(_find(levels, "PixelMeasuresSequence", "PixelSpacing"), 2)
    thickness = _find(levels, "PixelMeasuresSequence", "SliceThickness")
    delay = _find(levels, "CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime")
    trigger = _as_float(delay if _as_float(data.get("TriggerTime")) is None else data.get("TriggerTime"))
    return Frame(
        member=member,
        index=index,
        uid=_hash(data, "SOPInstanceUID"),
        series=_hash(data, "SeriesInstanceUID") or _hash(data, "SeriesNumber"),
        study=_hash(data, "StudyInstanceUID"),
        patient_id=_hash(data, "PatientID"),
        patient_name=_hash(data, "PatientName"),
        number=_plain(data.get("SeriesNumber")),
        modality=_plain(data.get("Modality")),
        rows=int(_number(data, "Rows") or 0),
        columns=int(_number(data, "Columns") or 0),
        colors=int(_number(data, "SamplesPerPixel") or 1),
        position=_vector(_find(levels, "PlanePositionSequence", "ImagePositionPatient"), 3),
        across=across,
        down=down,
        spacing=None if spacing is None or min(spacing) <= 0 else (float(spacing[1]), float(spacing[0])),
        thickness=_as_float(thickness),
        trigger=trigger,
        percent=_as_float(_find(levels, "CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase")),
        interval=_interval(data, levels),
        instance=int(_number(data, "InstanceNumber") or 0) + index,
        acquisition=int(_number(data, "AcquisitionNumber") or 0),
        kind=_kind(data, levels),
        words=_words(data),
    )


def _find(levels: tuple[Dataset, ...], group: str, name: str) -> Any:
    """The value in the frame's own functional group, else the shared one, else at the top of the data set."""
    for level in levels:
        held = _first(level, group)
        if held.get(name) not in (None, ""):
            return held.get(name)
    return levels[-1].get(name)


def _first(data: Dataset, name: str) -> Dataset:
    sequence = data.get(name)
    return sequence[0] if sequence else Dataset()


def _interval(data: Dataset, levels: tuple[Dataset, ...]) -> float | None:
    """ms, length of the beat from the interval between R waves, else from the heart rate."""
    found = _as_float(_find(levels, "CardiacSynchronizationSequence", "RRIntervalTimeNominal"))
    found = found or _number(data, "NominalInterval")
    if not found:
        rate = _number(data, "HeartRate")
        found = 60_000.0 / rate if rate else None
    return found if found and 200.0 <= found <= 3000.0 else None


def _kind(data: Dataset, levels: tuple[Dataset, ...]) -> tuple[str, ...]:
    frame_type = _find(levels, "MRImageFrameTypeSequence", "FrameType") or _find(
        levels, "CTImageFrameTypeSequence", "FrameType"
    )
    parts = frame_type or data.get("ImageType") or []
    words = [parts] if isinstance(parts, str) else [str(part).upper() for part in parts]
    return (*words, str(data.get("EchoNumbers") or ""))


def _words(data: Dataset) -> str:
    return " ".join(str(data.get(name) or "") for name in ("SeriesDescription", "ProtocolName")).lower()


def _axes(cosines: Vector | None) -> tuple[Vector | None, Vector | None]:
    """Two orthogonal unit vectors from direction cosines, or none where they are no such thing."""
    if cosines is None:
        return None, None
    across, down = cosines[:3], cosines[3:]
    lengths = np.linalg.norm(across), np.linalg.norm(down)
    if abs(lengths[0] - 1) > 0.05 or abs(lengths[1] - 1) > 0.05 or abs(across @ down) > 0.05:
        return None, None
    across = across / lengths[0]
    down = down - (down @ across) * across
    return across, down / np.linalg.norm(down)


def _vector(value: Any, length: int) -> Vector | None:
    try:
        vector = np.array([float(part) for part in value], dtype=float)
    except (TypeError, ValueError):
        return None
    return vector if vector.shape == (length,) and np.isfinite(vector).all() else None


def _number(data: Dataset, name: str) -> float | None:
    return _as_float(data.get(name))


def _plain(value: Any) -> str:
    """A short code or number; empty for anything else, which might be free text in the wrong place."""
    text = str(value or "").strip()
    return text if text.isascii() and text.isalnum() and len(text) <= 10 else ""


def _as_float(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _hash(data: Dataset, name: str) -> str:
    """A value as something that can be compared and not read."""
    text = str(data.get(name) or "").strip(" ^\0").casefold()
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12] if text else ""
