"""What kind of picture a frame is: slice or projection, magnitude or velocity, and what its description says."""

import re

import numpy as np

from geometry.dicom.frame import Frame

NAMED = {
    "US": "ultrasound", "IVUS": "intravascular ultrasound", "XA": "X-ray angiography", "RF": "fluoroscopy",
    "CR": "plain X-ray", "DX": "plain X-ray", "PT": "positron emission", "NM": "nuclear medicine",
    "SEG": "segmentation",
    "OT": "other", "SC": "screen capture", "SR": "report", "PR": "presentation state", "ECG": "electrocardiogram",
    "KO": "key-object note", "DOC": "document", "RTSTRUCT": "radiotherapy contours",
}  # fmt: skip
PLANES = ("sagittal", "coronal", "axial")
_SHORT_AXIS = re.compile(r"\bsax?\b|short.?ax|kurz.?achse|petit.?axe|_sax|sax_|\bcine_?sa\b")
_LONG_AXIS = re.compile(r"[234] ?_?-?ch|cham|lvot|long.?ax|\blax|_lax|rvot|[vh]la\b")
_LATE = re.compile(r"lge|psir|delay|late.?(gad|enh)|viab|\bde[_ -]")
_NO_CINE = re.compile(r"perf|\bt1|\bt2|t1.?map|t2.?map|scout|local|flow|venc|\btag|moco")
_FLOW_NAME = re.compile(r"_V\d+|\bPC\b|FLOW")
_FLAT = {"LOCALIZER", "SCOUT", "PROJECTION IMAGE", "MIP", "MAXIMUM", "VRT", "SCREEN SAVE"}
_PHASE_MAP = {"P", "PHASE MAP", "VELOCITY MAP", "PHASE", "VELOCITY", "PHASE_MAP"}
_MAPS = {"T1", "T2", "T2_STAR", "T1 MAP", "T2 MAP", "MAP", "ECV"}


def called_short_axis(frame: Frame) -> bool:
    """Whether the description says short axis."""
    return bool(_SHORT_AXIS.search(frame.words))


def called_long_axis(frame: Frame) -> bool:
    """Whether the description names a long-axis view."""
    return bool(_LONG_AXIS.search(frame.words))


def called_late(frame: Frame) -> bool:
    """Whether the description or the image type says late enhancement."""
    return bool(_LATE.search(frame.words)) or "PSIR" in " ".join(frame.kind)


def called_something_else(frame: Frame) -> bool:
    """Whether the description names a localiser, map, perfusion, flow or tagging."""
    return bool(_NO_CINE.search(frame.words))


def is_map(frame: Frame) -> bool:
    """Whether the grey values are relaxation times."""
    return bool(_MAPS & set(frame.kind))


def is_flow(frame: Frame) -> bool:
    """Whether the pulse sequence encodes velocity (phase contrast), whatever this frame shows of it."""
    return "PC" in frame.sequence[:-1] or bool(_FLOW_NAME.search(frame.sequence[-1]))


def is_flat(frame: Frame) -> bool:
    """Whether the frame is a projection or a localiser, of which no volume can be made."""
    return bool(_FLAT & set(frame.kind))


def shows_phase_or_velocity(frame: Frame) -> bool:
    """Whether the grey values are phases or velocities, not brightness."""
    return bool(_PHASE_MAP & set(frame.kind))


def body_plane(frame: Frame) -> str:
    """Which of the body's main planes the frame lies in, within 14 degrees; empty for an oblique one."""
    if not frame.placed:
        return ""
    parts = np.abs(frame.normal)
    return PLANES[int(np.argmax(parts))] if parts.max() >= 0.97 else ""


def modality_words(code: str) -> str:
    """A modality as people call it."""
    if not code:
        return "unknown"
    return f"{NAMED[code]} ({code})" if code in NAMED else code
