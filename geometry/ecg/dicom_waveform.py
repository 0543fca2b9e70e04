"""ECGs in DICOM waveform objects (PS3.3 C.10.9): the group with most leads; nothing of the data set's header is kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from geometry.dicom.values import first_item
from geometry.ecg.recording import MILLIVOLTS, EcgRecording, lead_named, recording
from geometry.errors import Refused

# PS3.16 CID 3001: MDC "2:n" and SCP-ECG "5.6.3-9-n" number the leads alike
_NUMBERS = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF", **{n: f"V{n - 2}" for n in range(3, 9)}}


def read_dicom_ecg(path: Path) -> EcgRecording:
    """The ECG of a DICOM file."""
    try:
        data = pydicom.dcmread(path)
        groups = list(data.get("WaveformSequence") or ())
    except (InvalidDicomError, OSError, ValueError, EOFError) as failure:
        raise Refused("The DICOM file cannot be read; it is cut short or damaged.") from failure
    if not groups:
        raise Refused("This DICOM file holds no waveform; choose the file of an ECG.")
    named = [_leads(group) for group in groups]
    best = max(range(len(groups)), key=lambda number: (len(named[number]), -number))
    try:
        values = np.asarray(data.waveform_array(best), float)  # (t, channels), sensitivity and baseline applied
        rate = float(groups[best].SamplingFrequency)
    except Exception as failure:  # pydicom raises anything on a damaged group
        raise Refused("The waveform of this DICOM file is damaged or of a kind that is not read.") from failure
    found = {lead: values[:, channel] * scale for lead, (channel, scale) in named[best].items()}
    return recording(found, rate, "DICOM waveform")


def _leads(group: Dataset) -> dict[str, tuple[int, float]]:
    """Lead -> its channel, and what brings it to mV."""
    found: dict[str, tuple[int, float]] = {}
    for number, channel in enumerate(group.get("ChannelDefinitionSequence") or ()):
        source = first_item(channel, "ChannelSourceSequence")
        unit = str(first_item(channel, "ChannelSensitivityUnitsSequence").get("CodeValue", "mV")).lower()
        lead = _lead(source)
        if lead and unit in MILLIVOLTS:
            found.setdefault(lead, (number, MILLIVOLTS[unit]))
    return found


def _lead(source: Dataset) -> str:
    named = lead_named(str(source.get("CodeMeaning", "")))
    return named or _NUMBERS.get(_last_number(source.get("CodeValue")), "")


def _last_number(code: Any) -> int:
    tail = str(code or "").replace(":", "-").split("-")[-1]
    return int(tail) if tail.isdecimal() else -1
