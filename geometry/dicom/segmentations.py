"""DICOM segmentations, in and out, through highdicom.

A segmentation in DICOM refers to the images it was drawn on. A case no longer holds those (nor anything that tells who the
patient is), so writing makes a derived series of the one phase beside the segmentation: the grey values of the case under new,
meaningless UIDs and names, in the same place in space. A viewer shows the segmentation on that series; it cannot be matched to
the original one in an archive except by its place.
"""

import re
import warnings
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
from highdicom.seg import SegmentAlgorithmTypeValues, SegmentationTypeValues, SegmentDescription
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.sr.coding import Code
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from geometry.dicom.bit_frames import unpack_bit_frames
from geometry.errors import Refused
from geometry.image import Image
from geometry.label_file import LabelFile
from geometry.label_maps import code_of, structure_coded, structure_named
from geometry.label_stack import stack_up
from geometry.segmentation import NAMES, Segmentation

_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_ANATOMY = Code("91723000", "SCT", "Anatomical structure")
_MAKER = "CardioTwin"
PHASE = "Phase {} of {}"  # the description of a segmentation of one phase of a beat


def read_dicom_seg(path: Path) -> LabelFile:
    """The segments of a DICOM SEG (binary, fractional or label map); raises Refused where it is none or has no place in space."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their texts may quote what stands in the file
        held = _opened(path)
        volume = _volume(held)
    _close(held)
    fractional = held.segmentation_type == SegmentationTypeValues.FRACTIONAL
    parts, affine = _as_voxels(np.asarray(volume.array), np.asarray(volume.affine))
    numbers = [int(number) for number in held.segment_numbers]
    masks = [parts[..., n] >= (0.5 if fractional else 1) for n in range(parts.shape[3])]
    values, names, overlap = stack_up(masks, [_name(held.get_segment_description(number)) for number in numbers])
    notes = ["Fractions of at least a half were taken for the whole voxel."] if fractional else []
    if overlap:
        notes.append("Segments overlap in this file; the smaller one was put on top.")
    phase = re.fullmatch(PHASE.format(r"(\d+)", r"(\d+)"), str(held.get("ContentDescription") or ""))
    return LabelFile(
        values, affine, names, True, tuple(notes), (int(phase[1]) - 1, int(phase[2])) if phase is not None else None
    )


def write_dicom_seg(segmentation: Segmentation, path: Path, image: Image, phase: int | None = None) -> tuple[str, ...]:
    """Write one phase (end-diastole unless said otherwise) as binary DICOM SEG, and beside it the derived series it refers to.

    Segments carry the SNOMED CT codes of the ventricles, their wall and the vessels; the words "cavity" are in their labels, as
    SNOMED codes in DICOM do not tell a ventricle from its cavity. Returns what was written and left out, in sentences.
    """
    chosen = segmentation.ed if phase is None else phase
    labels = segmentation.phase(chosen)
    present = [int(value) for value in np.unique(labels) if value]
    if not present:
        raise Refused(f"Phase {chosen + 1} carries no label, and an empty DICOM segmentation cannot be written.")
    sources = derived_series(image, min(chosen, image.phases - 1))
    renumbered = np.zeros_like(labels)
    for number, value in enumerate(present, 1):
        renumbered[labels == value] = number
    written = highdicom.seg.Segmentation(
        source_images=sources,
        pixel_array=np.ascontiguousarray(renumbered.T),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(number, value) for number, value in enumerate(present, 1)],
        series_instance_uid=generate_uid(),
        series_number=2,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer=_MAKER,
        manufacturer_model_name=_MAKER,
        software_versions="1",
        device_serial_number="0",
        series_description="Heart",
        content_label="HEART",
        content_description=PHASE.format(chosen + 1, image.phases) if image.phases > 1 else None,
        omit_empty_frames=False,
    )
    folder = path.with_name(path.stem + "_source")
    try:
        folder.mkdir(exist_ok=True)
        for number, source in enumerate(sources, 1):
            source.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
        written.save_as(path)
    finally:
        _close(written)
    told = [f"The images it refers to lie in {folder.name}: the scan under new UIDs, without identity."]
    if segmentation.labels.ndim == 4:
        told.append(f"DICOM SEG holds one phase: this is phase {chosen + 1} of {segmentation.labels.shape[3]}.")
    return tuple(told)


def derived_series(image: Image, phase: int) -> list[FileDataset]:
    """The slices of one phase as classic DICOM images in the place of the scan, without anything that tells who it is."""
    grey, slope, intercept = _stored(image.phase(phase))
    lps = _TO_LPS @ image.affine
    spacing = image.spacing
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    found = []
    for k in range(grey.shape[2]):
        data = _slice(CTImageStorage if image.modality == "CT" else MRImageStorage, grey[:, :, k])
        data.Modality = image.modality
        data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = study, series, frame
        data.InstanceNumber = k + 1
        data.ImagePositionPatient = [_decimal(v) for v in lps[:3, :3] @ [0, 0, k] + lps[:3, 3]]
        data.ImageOrientationPatient = [_decimal(v) for axis in (0, 1) for v in lps[:3, axis] / spacing[axis]]
        data.PixelSpacing = [_decimal(spacing[1]), _decimal(spacing[0])]
        data.SpacingBetweenSlices = data.SliceThickness = _decimal(spacing[2])
        data.RescaleSlope, data.RescaleIntercept = _decimal(slope), _decimal(intercept)
        found.append(data)
    return found


def _slice(kind: str, pixels: NDArray[np.int16]) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = kind, meta.MediaStorageSOPInstanceUID
    data.PatientID, data.PatientName = "ANONYMOUS", "ANONYMOUS^"
    data.PatientBirthDate = data.PatientSex = data.StudyID = data.AccessionNumber = ""
    data.StudyDate = data.StudyTime = data.ReferringPhysicianName = ""
    data.PatientIdentityRemoved, data.DeidentificationMethod = "YES", "Derived from a case without identity"
    data.ImageType = ["DERIVED", "SECONDARY"]
    data.Manufacturer, data.SeriesNumber, data.PositionReferenceIndicator = _MAKER, 1, ""
    data.Rows, data.Columns = pixels.shape[1], pixels.shape[0]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.PixelData = np.ascontiguousarray(pixels.T, dtype="<i2").tobytes()
    return data


def _stored(grey: NDArray[Any]) -> tuple[NDArray[np.int16], float, float]:
    """16-bit integers with the slope and intercept that give the grey values back."""
    low, high = float(grey.min()), float(grey.max())
    if grey.dtype.kind in "biu" and low >= -32768 and high <= 32767:
        return grey.astype(np.int16), 1.0, 0.0
    slope = max((high - low) / 32767.0, 1e-12)
    return np.round((grey - low) / slope).astype(np.int16), slope, low


def _opened(path: Path) -> Any:
    try:
        data = dcmread(path)
    except (InvalidDicomError, OSError, EOFError) as cause:
        raise Refused(
            "This is no DICOM file, or it is cut short; choose a label map (NIfTI, NRRD or DICOM SEG)."
        ) from cause
    except Exception as cause:  # on a broken file pydicom and highdicom raise what they like
        raise Refused("This DICOM file is damaged; copy it again.") from cause
    if data.get("Modality") != "SEG":
        raise Refused("This DICOM file is no segmentation; choose a DICOM SEG, or import it as a scan.")
    try:
        unpack_bit_frames(data)
        return highdicom.seg.Segmentation.from_dataset(data, copy=False)
    except Exception as cause:
        raise Refused(
            "This DICOM segmentation is damaged, or packed in a way that cannot be read; export it again without compression."
        ) from cause


def _volume(held: Any) -> Any:
    try:
        return held.get_volume(combine_segments=False, rescale_fractional=True)
    except Exception as cause:  # and so do the decoders of pixels
        raise Refused(
            "The frames of this DICOM segmentation do not make up one volume (or cannot be decoded); "
            "export it again as one stack of parallel slices."
        ) from cause


def _close(held: Any) -> None:
    """Let go of the little data base that highdicom keeps of the frames."""
    index = getattr(held, "_db_con", None)
    if index is not None:
        index.close()


def _as_voxels(array: NDArray[Any], affine: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """highdicom's (slice, row, column, segment) in LPS to ours: (column, row, slice, segment) in RAS."""
    turned = affine.copy()
    turned[:, :3] = affine[:, [2, 1, 0]]
    return np.moveaxis(array, [0, 1, 2], [2, 1, 0]), _TO_LPS @ turned


def _description(number: int, value: int) -> SegmentDescription:
    code, meaning = code_of(NAMES[value])
    return SegmentDescription(
        segment_number=number,
        segment_label=NAMES[value],
        segmented_property_category=_ANATOMY,
        segmented_property_type=Code(code, "SCT", meaning),
        algorithm_type=SegmentAlgorithmTypeValues.MANUAL,
    )


def _name(described: Any) -> str:
    """The label where it says a known structure, else the meaning of its code, else the label as it is."""
    if structure_named(str(described.segment_label)):
        return str(described.segment_label)
    return structure_coded(str(described.segmented_property_type.value)) or str(described.segment_label)


def _decimal(value: float) -> str:
    return f"{value:.10f}"[:16]
