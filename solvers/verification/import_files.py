"""Small scans of every format the importer takes, whose grey values tell where each voxel lies, for ``imaging_import``."""

import copy
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    RLELossless,
)

SLICES, PHASES, ROWS, COLUMNS = 4, 3, 40, 36
SPACING, GAP = (1.5, 1.25), 8.0  # mm: rows, columns; slices
ACROSS = np.array([0.81915204, 0.57357644, 0.0])
DOWN = np.array([-0.51983679, 0.74240388, -0.42261826])
ORIGIN = np.array([12.0, -34.0, 56.0])  # LPS
BEAT = 900.0  # ms

Files = Mapping[str, bytes]


def truth() -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Voxels (columns, rows, slices, phases), linear in place and time, and affine (RAS) of all scans made here."""
    c, r, k, t = np.meshgrid(*map(np.arange, (COLUMNS, ROWS, SLICES, PHASES)), indexing="ij")
    voxels = (400 + 7 * c + 11 * r + 23 * k + 60 * t).astype(np.int16)
    lps = np.eye(4)
    lps[:3, 0], lps[:3, 1] = ACROSS * SPACING[1], DOWN * SPACING[0]
    lps[:3, 2], lps[:3, 3] = np.cross(ACROSS, DOWN) * GAP, ORIGIN
    return voxels, np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps


def share_right(voxels: NDArray[Any], affine: NDArray[np.float64]) -> float:
    """The share of voxels that hold what the scans made here have, at one time or another, in the place given for them.

    Between two slices of different times the two may be mixed, in quarters: the importer says when it does so.
    """
    index = np.moveaxis(np.indices(voxels.shape[:3]), 0, -1)
    across = np.linalg.inv(truth()[1]) @ affine
    c, r, k = np.moveaxis(index @ across[:3, :3].T + across[:3, 3], -1, 0)[..., None]
    over = voxels.reshape(*voxels.shape[:3], -1) - (400 + 7 * c + 11 * r + 23 * k)
    phase = np.clip(np.round(over / 15) / 4, 0, PHASES - 1)
    return float(np.mean(np.abs(over - 60 * phase) < 1.0))


def scans() -> dict[str, Files]:
    """name -> the files of one whole scan, by file name."""
    mixed = [data_set(number, phase) for phase in range(PHASES) for number in reversed(range(SLICES))]
    made: dict[str, Files] = {
        "classic": _classic(ExplicitVRLittleEndian),
        "big-endian": _classic(ExplicitVRBigEndian),
        "deflated": _classic(DeflatedExplicitVRLittleEndian),
        "rle": _classic(RLELossless),
        "jpeg2000": _classic(JPEG2000Lossless),
        "enhanced": {"enhanced.dcm": _stored(as_enhanced(mixed), ExplicitVRLittleEndian)},
    }
    made["zip"] = {"study.zip": zipped(made["classic"])}
    for ending in (".nii", ".nii.gz"):
        made[ending] = {f"scan{ending}": _nifti(ending)}
    for ending in (".nrrd", ".mha"):
        made[ending] = {f"scan{ending}": _itk(ending)}
    return made


def ending_of(name: str) -> str:
    """The kind of file: ".dcm", ".nii.gz" ..."""
    return "".join(Path(name).suffixes[-2:]) if name.endswith(".gz") else Path(name).suffix


def zipped(files: Files) -> bytes:
    """A zip archive of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def data_set(number: int, phase: int) -> Dataset:
    """One classic MR image."""
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, f"1.2.3.{number}.{phase}"
    data.Modality, data.PatientID, data.PatientName = "MR", "P1", "Nobody"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.SeriesNumber = "1.2", "1.2.3", "1"
    data.InstanceNumber = number * PHASES + phase + 1
    data.ImageType, data.ScanningSequence = ["ORIGINAL", "PRIMARY", "M"], "GR"
    place = ORIGIN + number * GAP * np.cross(ACROSS, DOWN)
    data.ImagePositionPatient = [f"{v:.6f}" for v in place]
    data.ImageOrientationPatient = [f"{v:.8f}" for v in (*ACROSS, *DOWN)]
    data.PixelSpacing, data.SliceThickness = [str(v) for v in SPACING], str(GAP)
    data.TriggerTime, data.NominalInterval = f"{phase * BEAT / PHASES:.3f}", str(int(BEAT))
    data.Rows, data.Columns, data.SamplesPerPixel = ROWS, COLUMNS, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.PixelData = truth()[0][:, :, number, phase].T.astype("<u2").tobytes()
    return data


def _classic(syntax: UID) -> Files:
    places = [(number, phase) for number in range(SLICES) for phase in range(PHASES)]
    return {f"{n}-{t}.dcm": _stored(data_set(n, t), syntax) for n, t in places}


def _stored(data: Dataset, syntax: UID) -> bytes:
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data["PixelData"].VR = "OW"
    if syntax.is_compressed:
        data.compress(syntax, generate_instance_uid=False)
    elif syntax == ExplicitVRBigEndian:
        data.PixelData = np.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
    data.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def as_enhanced(images: Iterable[Dataset]) -> Dataset:
    """Classic images of one series as one enhanced multi-frame image, its frames in the order given."""
    whole, pixels = Dataset(), b""
    frames: list[Dataset] = []
    for classic in images:
        if not frames:
            whole = copy.deepcopy(classic)
        place, moment, frame = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = classic.ImagePositionPatient
        moment.NominalCardiacTriggerDelayTime = float(classic.TriggerTime)
        moment.RRIntervalTimeNominal = float(classic.NominalInterval)
        frame.PlanePositionSequence, frame.CardiacSynchronizationSequence = Sequence([place]), Sequence([moment])
        frames.append(frame)
        pixels += classic.PixelData
    whole.SOPClassUID = EnhancedMRImageStorage
    if hasattr(whole, "file_meta"):
        whole.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = whole.PixelSpacing, whole.SliceThickness
    orientation.ImageOrientationPatient = whole.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Sequence([measures]), Sequence([orientation])
    whole.SharedFunctionalGroupsSequence, whole.PerFrameFunctionalGroupsSequence = Sequence([shared]), Sequence(frames)
    whole.NumberOfFrames, whole.PixelData = len(frames), pixels
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "TriggerTime", "NominalInterval"):
        delattr(whole, name)
    return whole


def _nifti(ending: str) -> bytes:
    voxels, affine = truth()
    volume = nib.Nifti1Image(voxels, affine)
    volume.header.set_xyzt_units("mm", "msec")
    volume.header["pixdim"][4] = BEAT / PHASES
    return _written(lambda path: nib.save(volume, path), ending)


def _itk(ending: str) -> bytes:
    voxels, affine = truth()
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    volume = SimpleITK.GetImageFromArray(voxels[..., 0].T.copy())
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    volume.SetSpacing(spacing.tolist())
    volume.SetOrigin(lps[:3, 3].tolist())
    volume.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    return _written(lambda path: SimpleITK.WriteImage(volume, str(path)), ending)


def _written(write: Callable[[Path], object], ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"scan{ending}"
        write(path)
        return path.read_bytes()
