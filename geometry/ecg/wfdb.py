"""WFDB records (PhysioNet): a header, and signals of the formats 16, 61, 80 and 212 (physionet.org/physiotools/wag/header-5.htm).

Not read, and refused in words: the other formats (FLAC among them), records of several segments, several samples a frame,
skewed signals. Comments of the header, its date and its names hold the patient: nothing of them is kept.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.ecg.recording import MILLIVOLTS, EcgRecording, lead_named, recording
from geometry.errors import Refused
from geometry.heart_mesh import Floats

FORMATS = ("16", "61", "80", "212")
MISSING = {"16": -(2**15), "61": -(2**15), "80": -(2**7), "212": -(2**11)}  # stands for "nothing was recorded"
_GAIN = re.compile(r"^([-+.\deE]+)(?:\((-?\d+)\))?(?:/(\S+))?$")


@dataclass(frozen=True)
class _Signal:
    file: str
    format: str
    offset: int
    gain: float
    baseline: int
    scale: float  # to mV; NaN for what is no voltage
    checksum: int | None
    lead: str


def read_wfdb(header: Path) -> EcgRecording:
    """The record of a header file (.hea); its signals lie beside it."""
    lines = header.read_text(encoding="latin-1").splitlines()
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    count, rate, length = _record(lines[0] if lines else "")
    if len(lines) <= count:
        raise Refused(f"The header names {count} signals but describes {len(lines) - 1}; the file is cut short.")
    signals, found, notes = [_signal(line) for line in lines[1 : count + 1]], dict[str, Floats](), []
    for name in dict.fromkeys(signal.file for signal in signals):
        group = [signal for signal in signals if signal.file == name]
        counts = _samples(header.parent / name, group, length)
        for signal, raw in zip(group, counts, strict=True):
            if signal.checksum is not None and (int(raw.sum()) - signal.checksum) % 65536:
                notes.append(f"{signal.lead or 'A channel'}: the sum of its samples is not that of the header.")
            if signal.lead and np.isfinite(signal.scale):
                values = (raw - signal.baseline) / signal.gain * signal.scale
                found.setdefault(signal.lead, np.where(raw == MISSING[signal.format], np.nan, values))
    return recording(found, rate, "WFDB", tuple(notes))


def _record(line: str) -> tuple[int, float, int]:
    words = line.split()
    try:
        if "/" in words[0]:
            raise Refused(
                "This WFDB record has several segments, which are not read. Choose the header of one of them."
            )
        rate = float(re.split(r"[/(]", words[2])[0]) if len(words) > 2 else 250.0
        return int(words[1]), rate, int(words[3]) if len(words) > 3 else 0
    except (IndexError, ValueError):
        raise Refused("The header does not begin as a WFDB record does (name, signals, samples a second).") from None


def _signal(line: str) -> _Signal:
    words = line.split()
    kind = re.match(r"^(\d+)(x\d+)?(:\d+)?(?:\+(\d+))?$", words[1]) if len(words) > 1 else None
    if kind is None or Path(words[0]).name != words[0] or words[0] == "-":
        raise Refused("A signal of the header is described in a way that is not understood.")
    if kind[1] not in FORMATS or kind[2] not in (None, "x1") or kind[3] not in (None, ":0"):
        told = f"format {words[1]}"
        raise Refused(f"A signal has {told}; read are {', '.join(FORMATS)}, one sample a frame. Convert the record.")
    gain = _GAIN.match(words[2]) if len(words) > 2 else None
    zero = int(words[4]) if len(words) > 4 else 0
    baseline = int(gain[2]) if gain and gain[2] else zero
    unit = (gain[3] if gain and gain[3] else "mV").lower()
    lead = lead_named(" ".join(words[8:]))
    checksum = int(words[6]) if len(words) > 6 else None
    scale = MILLIVOLTS.get(unit, float("nan"))
    return _Signal(
        words[0], kind[1], int(kind[4] or 0), (float(gain[1]) if gain else 0) or 200.0, baseline, scale, checksum, lead
    )


def _samples(path: Path, group: list[_Signal], length: int) -> NDArray[np.int64]:
    """(signals, t), the raw numbers of one file."""
    if not path.is_file():
        raise Refused("The file with the signals of this header is not beside it; put both into one folder.")
    first, bytes_ = group[0], np.fromfile(path, np.uint8)[group[0].offset :]
    if first.format == "212":
        flat = _twelve_bits(bytes_)
    elif first.format == "80":
        flat = bytes_.astype(np.int64) - 128
    else:
        order = "<i2" if first.format == "16" else ">i2"
        flat = bytes_[: len(bytes_) // 2 * 2].view(order).astype(np.int64)
    have = len(flat) // len(group)
    if have < max(length, 1):
        raise Refused(f"The signals are cut short: {have} of {length} samples are there.")
    wanted = length or have
    return np.ascontiguousarray(flat[: wanted * len(group)].reshape(wanted, len(group)).T)


def _twelve_bits(bytes_: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Three bytes hold two numbers of 12 bits: low byte, the two high nibbles, low byte."""
    whole = np.append(bytes_, np.zeros(-len(bytes_) % 3, np.uint8)).reshape(-1, 3).astype(np.int64)
    pair = np.column_stack([whole[:, 0] | (whole[:, 1] & 0x0F) << 8, whole[:, 2] | (whole[:, 1] >> 4) << 8]).ravel()
    pair = pair[: len(bytes_) * 2 // 3]
    return np.asarray(np.where(pair >= 2048, pair - 4096, pair))
