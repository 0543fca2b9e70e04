"""Pixel values of chosen frames, on their grid."""

import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from geometry.dicom.decoder import decode_each
from geometry.dicom.files import Member, open_all, parse, tolerant
from geometry.dicom.frame import IMPLICIT, PLAIN, Frame
from geometry.dicom.stack import Stack
from geometry.dicom.stack_spacing import Blend
from geometry.dicom.values import as_float
from geometry.errors import Refused
from geometry.memory import refuse_too_large
from geometry.progress import Progress, part

AIR = -1024.0  # HU, what CT has outside the field of view
# Deflated data sets are unpacked while parsing, and pydicom's own decoder of RLE is plain Python.
_READ_HERE = (*PLAIN, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5")
_PIXEL_TAGS = (
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """The pixels of one file, (frames, rows, columns), and the data set that tells what they mean."""

    member: Member
    pixels: NDArray[Any]
    data: Dataset


def read_voxels(stack: Stack, modality: str, progress: Progress) -> NDArray[Any]:
    """(columns, rows, slices[, phases]) rescaled values: int16 where nothing is lost by it, else float32."""
    shape = (stack.pattern.columns, stack.pattern.rows, len(stack.rows), stack.phases)
    refuse_too_large(6.0 * float(np.prod(shape, dtype=float)), "This scan")
    places: dict[Member, list[tuple[int, int, Frame]]] = {}
    for k, row in enumerate(stack.rows):
        for t, frame in enumerate(row):
            places.setdefault(frame.member, []).append((k, t, frame))
    taken = np.zeros(shape, dtype=np.float32)
    for picture in read_pictures({member: wanted[0][2] for member, wanted in places.items()}, progress):
        for k, t, frame in places[picture.member]:
            plane = plane_of(picture, frame, modality)
            taken[:, :, k, t] = _in_place(plane.T, frame, stack.pattern, stack.offsets[k])
    _turn_bright(taken, np.array([[frame.inverted for frame in row] for row in stack.rows]))
    voxels = _blend(taken, stack.blends)
    return _smallest(voxels[..., 0] if stack.phases == 1 else voxels)


def _turn_bright(taken: NDArray[np.float32], inverted: NDArray[np.bool_]) -> None:
    """Turn pictures that are shown with the smallest value white, in place, about the middle of all their values."""
    if inverted.any():
        planes = taken[:, :, inverted]
        taken[:, :, inverted] = planes.max() + planes.min() - planes


def read_pictures(wanted: dict[Member, Frame], progress: Progress, *, lenient: bool = False) -> Iterator[Picture]:
    """The decoded pixels of each file; compressed ones come last, decoded by a child process.

    Raises Refused with the number of the image and the reason where one cannot be read; a ``lenient`` reader leaves it out.
    """
    with closing(_pictures(wanted, progress)) as pictures:
        for picture in pictures:
            if isinstance(picture, Picture):
                yield picture
            elif not lenient:
                raise picture


def _pictures(wanted: dict[Member, Frame], progress: Progress) -> Generator[Picture | Refused]:
    packed: list[tuple[Member, Dataset]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for member, data in _data_sets(tuple(wanted), part(progress, 0.0, 0.5)):
            if _is_packed(data):
                _write_request(data, folder / f"{len(packed):06d}.dcm")
                del data.PixelData
                packed.append((member, data))
            else:
                yield _picture(member, _raw_pixels(data), wanted[member], data)
        names = [f"{number:06d}" for number in range(len(packed))]
        if not packed:
            return
        with closing(
            decode_each(folder, names, part(progress, 0.5, 1.0))
        ) as answers:  # ends the child before its folder
            for (member, data), answer in zip(packed, answers, strict=True):
                pixels = np.load(answer) if answer else None
                if answer:
                    answer.unlink()
                yield _picture(member, pixels, wanted[member], data)


def plane_of(picture: Picture, frame: Frame, modality: str) -> NDArray[np.float32]:
    """(rows, columns) rescaled values of one frame."""
    plane = _rescale(picture.pixels[frame.index], picture.data, frame.index)
    # Padding outside the field of view may be far below air.
    return np.maximum(plane, np.float32(AIR)) if modality == "CT" else plane


def _data_sets(members: tuple[Member, ...], progress: Progress) -> Iterator[tuple[Member, Dataset]]:
    for member, stream in open_all(members, progress):
        data = parse(stream, pixels=True) if stream is not None else None
        if data is None:
            raise Refused("A file of the scan vanished or changed while it was read; start again.")
        yield member, data


def _is_packed(data: Dataset) -> bool:
    uid = UID(str(getattr(data.file_meta, "TransferSyntaxUID", "") or IMPLICIT))
    return uid not in _READ_HERE and uid.is_transfer_syntax and "PixelData" in data


def _write_request(data: Dataset, path: Path) -> None:
    """The pixel data and what is needed to decode them, and nothing else, for the child."""
    request = Dataset()
    request.file_meta = FileMetaDataset()
    request.file_meta.TransferSyntaxUID = data.file_meta.TransferSyntaxUID
    request.file_meta.MediaStorageSOPClassUID = request.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    request.file_meta.MediaStorageSOPInstanceUID = request.SOPInstanceUID = "1.2.3"
    with tolerant():
        for tag in _PIXEL_TAGS:
            if tag in data:
                request[tag] = data[tag]
        try:
            request.save_as(path, enforce_file_format=True)
        except Exception:  # what cannot even be written cannot be decoded: the child will say so
            path.touch()


def _raw_pixels(data: Dataset) -> NDArray[Any] | None:
    with tolerant():
        try:
            pixels = np.asarray(data.pixel_array)
            held = data.get("PixelData", b"")
        except Exception:  # pydicom raises many things
            return None
    # What comes after the pixels may only be padding: anything else says that they do not begin where they seem to.
    return None if _is_plain(data) and any(held[pixels.nbytes :]) else pixels


def _is_plain(data: Dataset) -> bool:
    return int(data.get("BitsAllocated", 0)) % 8 == 0 and str(data.file_meta.TransferSyntaxUID) in PLAIN


def _picture(member: Member, pixels: NDArray[Any] | None, frame: Frame, data: Dataset) -> Picture | Refused:
    """The picture, or why there is none."""
    image = f"Image {frame.instance - frame.index} of the series"
    if pixels is None:
        return Refused(f"{image} {_why_not(data)}")
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.ndim != 3 or pixels.shape[1:] != (frame.rows, frame.columns) or len(pixels) <= frame.index:
        return Refused(f"{image} does not have the size that its header says; export the series again.")
    return Picture(member, pixels, data)


def _why_not(data: Dataset) -> str:
    named = getattr(getattr(data, "file_meta", None), "TransferSyntaxUID", None)
    uid = UID(str(named)) if named is not None else None  # a damaged file may hold anything there
    packed = uid is not None and UID(uid).is_transfer_syntax and UID(uid).is_compressed
    if not packed and "PixelData" not in data and "FloatPixelData" not in data:
        return "has no pixel data (the file may be cut short); export the series again."
    if uid is not None and not UID(uid).is_transfer_syntax:
        return "cannot be decoded: the transfer syntax that it names does not exist; export the series again."
    if packed:
        return (
            f"cannot be decoded: its pixel data are compressed as {UID(uid).name}, and this stream is damaged "
            "or of a kind that is not supported. Export the series without compression (Explicit VR Little Endian)."
        )
    return "is damaged: its pixel data are not as long as the header says; export the series again."


def _rescale(plane: NDArray[Any], data: Dataset, index: int) -> NDArray[np.float32]:
    """slope * stored + intercept, from the frame's functional group, else the shared one, else the data set."""
    with tolerant():
        groups = data.get("PerFrameFunctionalGroupsSequence") or []
        levels = [groups[index]] if index < len(groups) else []
        levels += list(data.get("SharedFunctionalGroupsSequence") or [])
        held = [
            level.PixelValueTransformationSequence[0]
            for level in levels
            if level.get("PixelValueTransformationSequence")
        ]
        source = held[0] if held else data
        slope, intercept = source.get("RescaleSlope"), source.get("RescaleIntercept")
        slope = 1.0 if slope in (None, "") else as_float(slope)
        intercept = 0.0 if intercept in (None, "") else as_float(intercept)
    if slope is None or intercept is None:
        raise Refused("The rescale slope or intercept of this series is no number; export the series again.")
    return np.asarray(plane, dtype=np.float32) * np.float32(slope or 1.0) + np.float32(intercept)


def _in_place(
    plane: NDArray[np.float32], frame: Frame, pattern: Frame, offset: NDArray[np.float64]
) -> NDArray[np.float32]:
    """A slice (columns, rows) on the grid of ``pattern``, from ``offset`` mm off it; as it is where it lies there already.

    Within half a pixel it lies there.
    """
    assert frame.spacing is not None and pattern.spacing is not None
    own, grid = np.asarray(frame.spacing), np.asarray(pattern.spacing)
    shape = (pattern.columns, pattern.rows)
    if plane.shape == shape and np.allclose(own, grid, rtol=1e-3) and np.abs(offset / grid).max() <= 0.5:
        return plane
    moved = scipy.ndimage.affine_transform(
        plane,
        grid / own,
        np.round(-offset / own, 4),
        output_shape=shape,
        order=1,
        mode="constant",
        cval=float(plane.max() if frame.inverted else plane.min()),
    )
    return np.asarray(moved, dtype=np.float32)


def _blend(taken: NDArray[np.float32], blends: tuple[Blend, ...]) -> NDArray[np.float32]:
    """(..., slices, phases) of the grid from the slices that were taken."""
    if [blend.below for blend in blends] == list(range(taken.shape[2])) and not any(b.weight for b in blends):
        return taken
    planes = [
        taken[:, :, b.below]
        if not b.weight
        else (1 - b.weight) * taken[:, :, b.below] + b.weight * taken[:, :, b.above]
        for b in blends
    ]
    return np.stack(planes, axis=2)


def _smallest(values: NDArray[np.float32]) -> NDArray[Any]:
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise Refused("The grey values of this series overflow; its rescale slope is damaged: export it again.")
    if low >= -32768 and high <= 32767 and all(bool((plane == np.round(plane)).all()) for plane in values):
        return values.astype(np.int16)
    return values
