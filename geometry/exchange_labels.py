"""Label maps in and out: NIfTI (with the names of the labels), NRRD as 3D Slicer writes it, MetaImage, DICOM SEG."""

import re
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.label_file import LabelFile, is_unset, whole_numbers
from geometry.label_stack import stack_up
from geometry.segmentation import NAMES, Segmentation
from geometry.volume_file import affine_of

_NIFTI, _ITK, _DICOM = (".nii", ".nii.gz"), (".nrrd", ".nhdr", ".mha", ".mhd"), (".dcm", ".ima", "")
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read_label_file(path: Path) -> LabelFile:
    """The label map at ``path``; raises Refused where it is broken or no label map."""
    if not path.is_file():
        raise Refused("There is no such label map; choose the file again.")
    name = path.name.lower()
    if name.endswith(_NIFTI):
        return _read_nifti(path)
    if name.endswith(_ITK):
        return _read_itk(path)
    from geometry.dicom.segmentations import read_dicom_seg

    return read_dicom_seg(path)


def write_labels(segmentation: Segmentation, path: Path, image: Image, phase: int | None = None) -> tuple[str, ...]:
    """Write labels (all phases, or one) in the format that the ending of ``path`` names; what was left out, in sentences.

    Raises Refused where there is no such format, or nothing can be written there.
    """
    try:
        return _write(segmentation, path, image, phase)
    except OSError as cause:
        raise Refused(
            f"{path.name} could not be written: its folder is not there, is full or is protected; choose another place."
        ) from cause


def _write(segmentation: Segmentation, path: Path, image: Image, phase: int | None) -> tuple[str, ...]:
    name = path.name.lower()
    labels = segmentation.labels if phase is None else segmentation.phase(phase)
    if name.endswith(_NIFTI):
        _write_nifti(labels, segmentation.affine, path)
        return ()
    if name.endswith((".nrrd", ".mha")):
        _write_itk(labels, segmentation.affine, path)
        return ()
    if name.endswith(".dcm"):
        from geometry.dicom.segmentations import write_dicom_seg

        return write_dicom_seg(segmentation, path, image, phase)
    raise Refused(
        f"Labels cannot be written as {path.suffix or 'a file without ending'}; choose .nii.gz, .nrrd or .dcm."
    )


def _read_nifti(path: Path) -> LabelFile:
    try:
        volume = nib.load(path)
        values = np.asarray(volume.dataobj)
    except (ImageFileError, OSError, EOFError, ValueError, zlib.error) as cause:
        raise Refused("This NIfTI file is empty, cut short or damaged; copy it again.") from cause
    affine = _checked(np.array(volume.affine, dtype=float))
    coded = bool(volume.header["sform_code"] or volume.header["qform_code"])
    placed = coded and not is_unset(affine)
    return LabelFile(whole_numbers(values), affine, _nifti_names(volume), placed)


def _nifti_names(volume: Any) -> dict[int, str]:
    """value -> name from the label table that Connectome Workbench and TotalSegmentator put into the header."""
    for extension in volume.header.extensions:
        content = extension.get_content()
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        if "<LabelTable" not in text:
            continue
        try:
            root = ElementTree.fromstring(text.strip("\0 \n\r\t"))
            return {int(each.attrib["Key"]): (each.text or "").strip() for each in root.iter("Label")}
        except (ElementTree.ParseError, KeyError, ValueError):
            return {}
    return {}


def _write_nifti(labels: NDArray[np.uint8], affine: NDArray[np.float64], path: Path) -> None:
    volume = nib.Nifti1Image(labels, affine)
    volume.header.set_xyzt_units("mm")
    rows = "".join(f'<Label Key="{value}"><![CDATA[{name}]]></Label>' for value, name in NAMES.items())
    table = f'<CaretExtension><VolumeInformation Index="0"><LabelTable>{rows}</LabelTable></VolumeInformation></CaretExtension>'
    volume.header.extensions.append(nib.nifti1.Nifti1Extension(0, table.encode()))
    nib.save(volume, path)


def _read_itk(path: Path) -> LabelFile:
    try:
        volume = SimpleITK.ReadImage(str(path))
    except RuntimeError as cause:
        raise Refused(
            "This file is empty, cut short or damaged, or its data file is not beside it; copy it again."
        ) from cause
    if volume.GetDimension() not in (3, 4):
        raise Refused(f"This file has {volume.GetDimension()} dimensions; a label map of three, or four, is needed.")
    array = SimpleITK.GetArrayFromImage(volume)
    facts = {key: volume.GetMetaData(key) for key in volume.GetMetaDataKeys()}
    affine = _checked(affine_of(volume))
    if volume.GetNumberOfComponentsPerPixel() == 1:
        return LabelFile(whole_numbers(array.T), affine, _segment_names(facts), not is_unset(affine))
    parts = whole_numbers(np.moveaxis(array, -1, 0).T)
    if any(re.fullmatch(r"Segment\d+_Layer", key) for key in facts):
        return _layers(parts, facts, affine)
    return LabelFile(parts, affine, _segment_names(facts), not is_unset(affine))


def _segments(facts: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """(layer, value, name) of every segment in the header of a .seg.nrrd."""
    numbers = sorted({int(found[1]) for key in facts if (found := re.fullmatch(r"Segment(\d+)_Name", key))})
    return [
        (
            int(facts.get(f"Segment{n}_Layer", 0)),
            int(facts.get(f"Segment{n}_LabelValue", n + 1)),
            facts[f"Segment{n}_Name"].strip(),
        )
        for n in numbers
    ]


def _segment_names(facts: Mapping[str, str]) -> dict[int, str]:
    return {value: name for _, value, name in _segments(facts)}


def _layers(parts: NDArray[np.int32], facts: Mapping[str, str], affine: NDArray[np.float64]) -> LabelFile:
    """Segments of 3D Slicer that overlap lie in layers: put on top of each other, the smallest last."""
    held = [(parts[..., layer] == value, name) for layer, value, name in _segments(facts) if layer < parts.shape[3]]
    values, names, overlap = stack_up([mask for mask, _ in held], [name for _, name in held])
    notes = ("Segments overlap in this file; the smaller one was put on top.",) if overlap else ()
    return LabelFile(values, affine, names, not is_unset(affine), notes)


def _write_itk(labels: NDArray[np.uint8], affine: NDArray[np.float64], path: Path) -> None:
    if labels.ndim == 4:
        volume = SimpleITK.GetImageFromArray(np.ascontiguousarray(np.moveaxis(labels.T, 0, -1)), isVector=True)
    else:
        volume = SimpleITK.GetImageFromArray(np.ascontiguousarray(labels.T))
    lps = _TO_LPS @ affine
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    volume.SetSpacing(spacing.tolist())
    volume.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    volume.SetOrigin(lps[:3, 3].tolist())
    present = [int(value) for value in np.unique(labels) if value]
    for number, value in enumerate(present):
        for key, text in (
            ("ID", f"Segment_{value}"),
            ("Name", NAMES.get(value, str(value))),
            ("LabelValue", str(value)),
        ):
            volume.SetMetaData(f"Segment{number}_{key}", text)
    try:
        SimpleITK.WriteImage(volume, str(path), useCompression=True)
    except RuntimeError as cause:
        raise OSError(str(cause)) from cause


def _checked(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise Refused(
            "The label map does not say how large its voxels are or how they lie; save it again with its orientation."
        )
    return affine
