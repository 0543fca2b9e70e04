"""Changes to a scan that must change nothing of what is read, for ``imaging_import``, and how to know one."""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

from geometry.dicom.files import tolerant
from solvers.verification.import_files import Files, ending_of, zipped

Random = np.random.Generator
_UNRELATED = (
    "StationName", "OperatorsName", "InstitutionName", "ImageComments", "StudyDate", "StudyTime", "AccessionNumber",
    "SoftwareVersions", "SliceLocation", "DeviceSerialNumber", "WindowCenter", "WindowWidth", "PatientComments",
    "PatientBirthDate", "PatientWeight", "PatientAge", "RequestedProcedureDescription", "InstanceCreationDate",
    "ImagesInAcquisition", "FlipAngle", "EchoTrainLength", "RequestAttributesSequence",
)  # fmt: skip
_MATTERS = (
    "PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "SOPInstanceUID", "Modality",
    "ImageType", "EchoNumbers", "EchoTime", "InversionTime", "InversionTimes", "InversionRecovery", "PhaseContrast",
    "SequenceName", "PulseSequenceName", "ScanningSequence", "SequenceVariant", "ScanOptions", "AcquisitionNumber",
    "AcquisitionTime", "ContentTime", "ContrastBolusAgent", "ContrastBolusAgentSequence", "BurnedInAnnotation",
    "SeriesDescription", "ProtocolName", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
    "SliceThickness", "TriggerTime", "NominalInterval", "HeartRate", "NominalPercentageOfCardiacPhase",
    "TemporalPositionIdentifier", "InstanceNumber", "SamplesPerPixel", "PhotometricInterpretation",
    "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "RescaleSlope", "RescaleIntercept", "PixelValueTransformationSequence", "PixelData",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "SpecificCharacterSet", "DirectoryRecordSequence",
)  # fmt: skip
# Places and lengths in the header (nifti1.h) that say nothing of the voxels: data_type, db_name, extents, session_error,
# cal_max, cal_min, glmax, glmin, descrip, aux_file, intent_name.
_NIFTI_WORDS = (
    (4, 10),
    (14, 18),
    (32, 4),
    (36, 2),
    (124, 4),
    (128, 4),
    (140, 4),
    (144, 4),
    (148, 80),
    (228, 24),
    (328, 16),
)


def touch(files: Files, random: Random) -> tuple[str, Files]:
    """One scan changed in what must not matter: the name of the way, and the files."""
    names = sorted(files)
    way = _WAYS[ending_of(names[0])]
    hit = [str(name) for name in random.choice(names, size=int(random.integers(1, len(names) + 1)))]
    return way.__name__.strip("_"), dict(files) | {name: way(files[name], random) for name in hit}


def is_same(before: Files, after: Files) -> bool:
    """Whether DICOM files still say the same in all that the importer goes by (False where one cannot be parsed)."""
    if before.keys() != after.keys() or not next(iter(before)).endswith(".dcm"):
        return False
    changed = [name for name, content in before.items() if after[name] != content]
    held = [(_essence(before[name]), _essence(after[name])) for name in changed]
    try:
        return all(one is not None and one == other for one, other in held)
    except Exception:  # pydicom raises many things where a value cannot be read any more: it is not the same
        return False


def _essence(content: bytes) -> Mapping[str, Any] | None:
    if content[128:132] != b"DICM":
        return None
    with tolerant():
        try:
            data = pydicom.dcmread(io.BytesIO(content))
            return {"syntax": data.file_meta.TransferSyntaxUID} | {name: data.get(name) for name in _MATTERS}
        except Exception:  # pydicom raises many things
            return None


def _unrelated_tags(content: bytes, random: Random) -> bytes:
    with tolerant():
        data = pydicom.dcmread(io.BytesIO(content))
        for name in random.choice(_UNRELATED, size=6):
            tag = tag_for_keyword(str(name))
            assert tag is not None
            junk = random.bytes(2 * int(random.integers(0, 30)))
            vr, little = dictionary_VR(tag), data.original_encoding[1] is not False
            data[tag] = RawDataElement(BaseTag(tag), vr, len(junk), junk, 0, False, little)
        private = data.private_block(0x0051, "SOMEBODY", create=True)
        private.add_new(0x0A, "UN", random.bytes(64))
        stream = io.BytesIO()
        try:
            data.save_as(stream, enforce_file_format=True)
        except Exception:  # pydicom cannot write all that it reads
            return content
    return stream.getvalue()


def _header_words(content: bytes, random: Random) -> bytes:
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(_header_words(gzip.decompress(content), random), 1)
    changed = bytearray(content)
    for place, length in random.choice(np.array(_NIFTI_WORDS), size=4):
        changed[place : place + length] = random.bytes(int(length))
    return bytes(changed)


def _nrrd_words(content: bytes, random: Random) -> bytes:
    stop = content.index(b"\n\n")
    words = _letters(random)
    return content[:stop] + b"\n# " + words + b"\n" + words[:8] + b":=" + words + content[stop:]


def _mha_words(content: bytes, random: Random) -> bytes:
    stop = content.index(b"ElementDataFile")
    return content[:stop] + b"Comment = " + _letters(random) + b"\n" + content[stop:]


def _letters(random: Random) -> bytes:
    return bytes(random.integers(ord("a"), ord("z"), 40).astype(np.uint8))


def _other_names(content: bytes, random: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    folder = _letters(random).decode()
    litter = {"readme.txt": random.bytes(50), "__MACOSX/._1.dcm": random.bytes(50), "report/page.pdf": b"%PDF-1.4 "}
    return zipped({f"{folder}/{number:x}": part for number, part in enumerate(held.values())} | litter)


_WAYS: Mapping[str, Callable[[bytes, Random], bytes]] = {
    ".dcm": _unrelated_tags,
    ".nii": _header_words,
    ".nii.gz": _header_words,
    ".nrrd": _nrrd_words,
    ".mha": _mha_words,
    ".zip": _other_names,
}
