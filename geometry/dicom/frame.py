"""What the importer needs to know of each 2D frame; nothing of the patient's identity gets further than this."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from geometry.dicom.files import Member, tolerant
from geometry.dicom.values import (
    Vector,
    as_float,
    axes,
    code,
    codes,
    date_and_time,
    find,
    first_item,
    hashed,
    number,
    second_of_day,
    vector,
)

IMPLICIT = "1.2.840.10008.1.2"
PLAIN = (IMPLICIT, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")  # transfer syntaxes without any packing
_PERCENTAGE = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?) ?%")
_LEAST_BYTES = 8  # a compressed frame has at least the header of its fragment


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
    temporal, instance, acquisition   running numbers
    second          s, time of day; taken  date and time (both only ever used for differences)
    inversion, echo   ms, or None
    contrast        whether an agent was given
    burnt           whether text is said to be burnt into the picture
    inverted        whether the smallest value of an MR picture is shown white (CT values mean HU however they are shown)
    kind            image type and echo: frames of different kind are different pictures of the same place
    sequence        codes of the pulse sequence
    words           description in lower case, to tell one sort of series from another; shown by ``series_words`` alone
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
    temporal: int
    instance: int
    acquisition: int
    second: float | None
    taken: datetime | None
    inversion: float | None
    echo: float | None
    contrast: bool
    burnt: bool
    inverted: bool
    kind: tuple[str, ...]
    sequence: tuple[str, ...]
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


def frames_of(data: Dataset, member: Member, size: int) -> Iterator[Frame]:
    """The frames of one data set of ``size`` bytes, classic (one frame) or enhanced (many); EOFError when cut short."""
    with tolerant():
        shared = first_item(data, "SharedFunctionalGroupsSequence")
        groups = list(data.get("PerFrameFunctionalGroupsSequence") or [])
        count = int(number(data, "NumberOfFrames") or 1)
        _check_count(data, count, size)
        whole = _whole(data)
        for index in range(count):
            own = groups[index] if index < len(groups) else Dataset()
            yield Frame(member=member, index=index, **whole | _own(data, (own, shared, data), index))


def _check_count(data: Dataset, count: int, size: int) -> None:
    """Raise EOFError where a file is too short for the many frames that it promises."""
    if count < 1:
        raise EOFError
    packed = str(getattr(data.file_meta, "TransferSyntaxUID", "") or IMPLICIT) not in PLAIN
    pixels = (number(data, "Rows") or 0) * (number(data, "Columns") or 0) * (number(data, "BitsAllocated") or 8) / 8
    if count > 1 and count * (_LEAST_BYTES if packed else pixels) > size:
        raise EOFError


def _whole(data: Dataset) -> dict[str, Any]:
    """What all frames of a data set have in common."""
    name = str(data.get("SequenceName") or data.get("PulseSequenceName") or "")
    kinds = [codes(data.get(key)) for key in ("ScanningSequence", "SequenceVariant", "ScanOptions")]
    if str(data.get("InversionRecovery") or "") == "YES":
        kinds.append(("IR",))
    if str(data.get("PhaseContrast") or "") == "YES":
        kinds.append(("PC",))
    return {
        "uid": hashed(data, "SOPInstanceUID"),
        "series": hashed(data, "SeriesInstanceUID") or hashed(data, "SeriesNumber"),
        "study": hashed(data, "StudyInstanceUID"),
        "patient_id": hashed(data, "PatientID"),
        "patient_name": hashed(data, "PatientName"),
        "number": code(data.get("SeriesNumber")),
        "modality": code(data.get("Modality")),
        "rows": int(number(data, "Rows") or 0),
        "columns": int(number(data, "Columns") or 0),
        "colors": int(number(data, "SamplesPerPixel") or 1),
        "acquisition": int(number(data, "AcquisitionNumber") or 0),
        "second": second_of_day(data),
        "taken": date_and_time(data),
        "contrast": bool(str(data.get("ContrastBolusAgent") or "").strip() or data.get("ContrastBolusAgentSequence")),
        "burnt": str(data.get("BurnedInAnnotation") or "").upper() == "YES",
        "inverted": str(data.get("PhotometricInterpretation")) == "MONOCHROME1" and str(data.get("Modality")) == "MR",
        "sequence": (*(word for kind in kinds for word in kind), name.upper()),
        "words": " ".join(str(data.get(key) or "") for key in ("SeriesDescription", "ProtocolName")).lower(),
    }


def _own(data: Dataset, levels: tuple[Dataset, ...], index: int) -> dict[str, Any]:
    """What differs from frame to frame; ``levels`` are its functional groups, the shared ones, the data set."""
    across, down = axes(vector(find(levels, "PlaneOrientationSequence", "ImageOrientationPatient"), 6))
    spacing = vector(find(levels, "PixelMeasuresSequence", "PixelSpacing"), 2)
    trigger = number(data, "TriggerTime")
    if trigger is None:
        trigger = as_float(find(levels, "CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime"))
    temporal = find(levels, "FrameContentSequence", "TemporalPositionIndex") or data.get("TemporalPositionIdentifier")
    inversion = number(data, "InversionTime") or as_float(
        vector(find(levels, "MRModifierSequence", "InversionTimes"), 1)
    )
    return {
        "position": vector(find(levels, "PlanePositionSequence", "ImagePositionPatient"), 3),
        "across": across,
        "down": down,
        "spacing": None if spacing is None or min(spacing) <= 0 else (float(spacing[1]), float(spacing[0])),
        "thickness": as_float(find(levels, "PixelMeasuresSequence", "SliceThickness")),
        "trigger": trigger,
        "percent": _percent(data, levels),
        "interval": _interval(data, levels),
        "temporal": int(as_float(temporal) or 0),
        "instance": int(number(data, "InstanceNumber") or 0) + index,
        "inversion": inversion if inversion and inversion > 0 else None,
        "echo": as_float(find(levels, "MREchoSequence", "EffectiveEchoTime")) or number(data, "EchoTime"),
        "kind": _kind(data, levels),
    }


def _percent(data: Dataset, levels: tuple[Dataset, ...]) -> float | None:
    """% of the beat; where a CT does not give it, it is often the only percentage in its description."""
    found = as_float(find(levels, "CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase"))
    if found is not None or str(data.get("Modality")) != "CT":
        return found
    named = _PERCENTAGE.findall(str(data.get("SeriesDescription") or ""))
    return float(named[0]) if len(named) == 1 and float(named[0]) <= 100 else None


def _interval(data: Dataset, levels: tuple[Dataset, ...]) -> float | None:
    """ms, length of the beat from the interval between R waves, else from the heart rate."""
    found = as_float(find(levels, "CardiacSynchronizationSequence", "RRIntervalTimeNominal"))
    found = found or number(data, "NominalInterval")
    if not found:
        rate = number(data, "HeartRate")
        found = 60_000.0 / rate if rate else None
    return found if found and 200.0 <= found <= 3000.0 else None


def _kind(data: Dataset, levels: tuple[Dataset, ...]) -> tuple[str, ...]:
    frame_type = find(levels, "MRImageFrameTypeSequence", "FrameType") or find(
        levels, "CTImageFrameTypeSequence", "FrameType"
    )
    return (*codes(frame_type or data.get("ImageType")), str(data.get("EchoNumbers") or ""))
