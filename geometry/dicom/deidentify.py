"""What of a DICOM study gets into a case, and the record that says so (DICOM PS3.15 Annex E).

Nothing is removed from the data sets: they are read, and only what is listed here is kept. That is the Basic Application
Level Confidentiality Profile with two of its options, both of which the record names.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pydicom.dataset import Dataset

from geometry.dicom.frame import Frame
from geometry.dicom.values import number
from geometry.errors import Refused
from geometry.image import Image
from geometry.subject import Subject

_BASIC = ("113100", "Basic Application Confidentiality Profile")
_PATIENT = ("113108", "Retain Patient Characteristics Option")
_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
_KEPT = (
    "PixelData, rescaled", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Modality",
    "TriggerTime or NominalCardiacTriggerDelayTime or NominalPercentageOfCardiacPhase",
    "NominalInterval or RRIntervalTimeNominal or HeartRate",
)  # fmt: skip
_SHIFT_DAYS = 3650


@dataclass(frozen=True)
class Deidentification:
    """The record.

    options   (code, meaning) of PS3.16 CID 7050, scheme DCM
    kept      attributes whose values are in the case, in whatever form
    dropped   number of attributes of a typical data set that were not kept; private  how many of them were private
    acquired  date and time of the scan, moved by a secret that is the same for all scans of a person on this machine,
              so that intervals stay; empty where no date was kept
    """

    options: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    dropped: int = 0
    private: int = 0
    acquired: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        facts = asdict(self)
        facts["options"] = [{"scheme": "DCM", "code": code, "meaning": meaning} for code, meaning in self.options]
        return {"method": "only the attributes listed were read into the case (DICOM PS3.15 Annex E)"} | facts


@dataclass(frozen=True)
class Imported:
    """A scan, what is known of the person's body, and how the identity was left out."""

    image: Image
    subject: Subject | None
    record: Deidentification


def without_header(image: Image) -> Imported:
    """What comes from a file whose header has no patient in it, or none that is read."""
    return Imported(image, None, Deidentification((_BASIC,), ("voxels", "affine", "times", "modality")))


def record_of(data: Dataset, frame: Frame, subject: Subject | None, secret: bytes | None) -> Deidentification:
    """The record for a study of which ``data`` is one data set and ``frame`` one of its frames."""
    options, kept = [_BASIC], list(_KEPT)
    if subject is not None:
        options.append(_PATIENT)
        named = {"sex": "PatientSex", "height_cm": "PatientSize", "weight_kg": "PatientWeight"}
        named["age_years"] = "PatientAge, 90 for more"
        kept += [name for key, name in named.items() if getattr(subject, key) is not None]
    acquired = shifted(frame, secret)
    if acquired:
        options.append(_DATES)
        kept.append("AcquisitionDate and AcquisitionTime, moved")
    private = sum(tag.is_private for tag in data.keys())  # noqa: SIM118 (iterating would interpret every value)
    return Deidentification(tuple(options), tuple(kept), max(len(data) - len(kept), 0), private, acquired)


def subject_of(data: Dataset) -> Subject | None:
    """Sex, size, weight and age of the person, each only where it is believable; None where nothing is known."""
    sex = str(data.get("PatientSex") or "").strip().upper()
    size = number(data, "PatientSize")
    centimetres = None if size is None else size * 100 if size < 3 else size  # some write cm where m is asked for
    found: dict[str, Any] = {
        "sex": sex if sex in ("M", "F") else None,
        "height_cm": centimetres,
        "weight_kg": number(data, "PatientWeight"),
        "age_years": _years(str(data.get("PatientAge") or "")),
    }
    subject = Subject(**{name: value for name, value in found.items() if _believable(name, value)})
    return None if subject == Subject() else subject


def shifted(frame: Frame, secret: bytes | None) -> str:
    """When the scan was taken, moved back by up to ten years by an amount only ``secret`` gives; empty without one."""
    if secret is None or frame.taken is None:
        return ""
    moved = hmac.digest(secret, (frame.patient_id or frame.study).encode(), hashlib.sha256)
    days, seconds = int.from_bytes(moved[:4], "big"), int.from_bytes(moved[4:8], "big")
    try:
        back = timedelta(days=1 + days % _SHIFT_DAYS, seconds=seconds % 86400)
        return datetime.isoformat(frame.taken - back)
    except OverflowError:  # the year 1, say
        return ""


def _years(text: str) -> int | None:
    """Whole years of an age string such as 061Y."""
    digits, unit = text.strip()[:-1], text.strip()[-1:]
    if not digits.isdigit() or unit not in "YMWD":
        return None
    return int(int(digits) / {"Y": 1, "M": 12, "W": 52, "D": 365}[unit])


def _believable(name: str, value: Any) -> bool:
    if value in (None, 0):
        return False
    try:
        Subject(**{name: value})
    except Refused:
        return False
    return True
