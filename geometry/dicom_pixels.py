"""Pixel values of chosen frames, on their grid."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from geometry.dicom_files import Member, open_all, parse, tolerant
from geometry.dicom_frame import Frame
from geometry.errors import Refused
from geometry.progress import Progress
from geometry.stack import Stack

AIR = -1024.0  # HU, what CT has outside the field of view


def read_voxels(stack: Stack, modality: str, progress: Progress) -> NDArray[Any]:
    """(columns, rows, slices[, phases]) rescaled values: int16 where nothing is lost by it, else float32."""
    first = next(frame for row in stack.grid for frame in row if frame is not None)
    voxels = np.zeros((first.columns, first.rows, stack.slices, stack.phases), dtype=np.float32)
    places: dict[Member, list[tuple[int, int, Frame]]] = {}
    for k, row in enumerate(stack.grid):
        for t, frame in enumerate(row):
            if frame is not None:
                places.setdefault(frame.member, []).append((k, t, frame))
    for member, data in _data_sets(tuple(places), progress):
        wanted = places[member]
        pixels = _pixels(data, wanted[0][2])
        for k, t, frame in wanted:
            plane = _rescale(pixels[frame.index], data, frame.index)
            if modality == "CT":
                plane = np.maximum(plane, AIR)  # padding outside the field of view may be far below air
            voxels[:, :, k, t] = _shift(plane.T, stack.offsets[_taken(stack, k)], first.spacing)
    _fill_missing(voxels, stack)
    values = voxels[..., 0] if stack.phases == 1 else voxels
    return _smallest(values)


def _data_sets(members: tuple[Member, ...], progress: Progress) -> Iterator[tuple[Member, Dataset]]:
    for member, stream in open_all(members, progress):
        data = parse(stream, pixels=True) if stream is not None else None
        if data is None:
            raise Refused("A file of the scan vanished or changed while it was read; start again.")
        yield member, data


def _pixels(data: Dataset, frame: Frame) -> NDArray[Any]:
    """(frames, rows, columns), decoded; raises Refused with the number of the image and the reason."""
    image = f"Image {frame.instance - frame.index}"
    with tolerant():
        try:
            pixels = data.pixel_array
        except Exception as cause:  # decoders of many makes raise many things
            raise Refused(f"{image} of the series {_why_not(data)}") from cause
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.ndim != 3 or pixels.shape[1:] != (frame.rows, frame.columns) or len(pixels) <= frame.index:
        raise Refused(f"{image} of the series does not have the size that its header says; export the series again.")
    return np.asarray(pixels)


def _why_not(data: Dataset) -> str:
    uid = getattr(getattr(data, "file_meta", None), "TransferSyntaxUID", None)
    if "PixelData" not in data and "FloatPixelData" not in data:
        return "has no pixel data (the file may be cut short); export the series again."
    if uid is not None and not UID(uid).is_transfer_syntax:
        return "cannot be decoded: the transfer syntax that it names does not exist; export the series again."
    if uid is not None and UID(uid).is_compressed:
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
        slope = 1.0 if slope in (None, "") else float(slope)
        intercept = 0.0 if intercept in (None, "") else float(intercept)
    return np.asarray(plane, dtype=np.float32) * np.float32(slope or 1.0) + np.float32(intercept)


def _taken(stack: Stack, k: int) -> int:
    """The number of grid slice ``k`` among the slices that were taken."""
    return sum(row[0] is not None for row in stack.grid[:k])


def _shift(
    plane: NDArray[np.float32], offset: NDArray[np.float64], spacing: tuple[float, float] | None
) -> NDArray[Any]:
    """A slice that lies ``offset`` mm off its place, brought there (only where that is over half a pixel)."""
    assert spacing is not None
    pixels = offset / np.asarray(spacing)
    if np.abs(pixels).max() <= 0.5:
        return plane
    return np.asarray(scipy.ndimage.shift(plane, pixels, order=1, mode="nearest"))


def _fill_missing(voxels: NDArray[np.float32], stack: Stack) -> None:
    for k, row in enumerate(stack.grid):
        if row[0] is None:
            voxels[:, :, k] = (voxels[:, :, k - 1] + voxels[:, :, k + 1]) / 2


def _smallest(values: NDArray[np.float32]) -> NDArray[Any]:
    low, high = float(values.min()), float(values.max())
    if low >= -32768 and high <= 32767 and all(bool((plane == np.round(plane)).all()) for plane in values):
        return values.astype(np.int16)
    return values
