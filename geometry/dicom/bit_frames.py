"""Frames of one bit per pixel that pydicom does not unpack: run lengths and deflated frames (DICOM PS3.5, annexes G and A)."""

import zlib

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"


def unpack_bit_frames(data: Dataset) -> None:
    """Turn the pixels of ``data`` into plain bits, in place, where they are one bit each and packed in one of those ways."""
    syntax = data.file_meta.TransferSyntaxUID
    if data.get("BitsAllocated") != 1 or syntax not in (RLELossless, DEFLATED_FRAMES):
        return
    count, size = int(data.get("NumberOfFrames", 1)), int(data.Rows) * int(data.Columns)
    whole = -(-size // 8)
    frames = []
    for packed in generate_frames(data.PixelData, number_of_frames=count):
        plain = _runs(packed, whole) if syntax == RLELossless else zlib.decompressobj(-15).decompress(packed, whole)
        if len(plain) < whole:
            raise ValueError("a frame is cut short")
        frames.append(np.unpackbits(np.frombuffer(plain, np.uint8), count=size, bitorder="little"))
    bits: NDArray[np.uint8] = np.packbits(np.concatenate(frames), bitorder="little")
    data.PixelData = bits.tobytes() + b"\0" * (len(bits) % 2)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = False
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian


def _runs(frame: bytes, size: int) -> bytes:
    """One segment of run lengths: n < 128 copies n + 1 bytes, n > 128 repeats the next byte 257 - n times."""
    at, out = int.from_bytes(frame[4:8], "little"), bytearray()
    while at < len(frame) and len(out) < size:
        head = frame[at]
        if head < 128:
            out += frame[at + 1 : at + 2 + head]
            at += head + 2
        else:
            out += frame[at + 1 : at + 2] * (257 - head if head > 128 else 0)
            at += 2 if head > 128 else 1
    return bytes(out[:size])
