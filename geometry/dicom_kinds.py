"""What kind of picture a frame is: short axis or other, slice or projection, magnitude or velocity."""

import re

import numpy as np

from geometry.dicom_frame import Frame

NAMED = {
    "US": "ultrasound", "IVUS": "intravascular ultrasound", "XA": "X-ray angiography", "RF": "fluoroscopy",
    "CR": "plain X-ray", "DX": "plain X-ray", "PT": "positron emission", "NM": "nuclear medicine",
    "SEG": "segmentation",
    "OT": "other", "SC": "screen capture", "SR": "report", "PR": "presentation state", "ECG": "electrocardiogram",
    "KO": "key-object note", "DOC": "document", "RTSTRUCT": "radiotherapy contours",
}  # fmt: skip
_SHORT_AXIS = re.compile(r"\bsax?\b|short.?ax|kurz.?achse|petit.?axe|_sax|sax_|\bcine_?sa\b")
_OTHER = re.compile(
    r"lge|psir|delayed|perf|\bt1|\bt2|map|scout|local|flow|venc|tag|2ch|3ch|4ch|lvot|long.?ax|\blax|rvot"
)
_FLAT = {"LOCALIZER", "SCOUT", "PROJECTION IMAGE", "MIP", "MAXIMUM", "VRT", "SCREEN SAVE"}
_PHASE_MAP = {"P", "PHASE MAP", "VELOCITY MAP", "PHASE"}


def short_axis_likeness(frame: Frame) -> float:
    """The larger the more likely this is a cine of the short axis: by the words of its description and by its plane."""
    words = float(bool(_SHORT_AXIS.search(frame.words))) - 2.0 * float(bool(_OTHER.search(frame.words)))
    return words + (0.5 if _oblique(frame) else 0.0)


def looks_short_axis(frame: Frame) -> bool:
    """Whether the frame may be a short axis: an oblique plane, or one called so."""
    return short_axis_likeness(frame) >= 0.5


def is_flat(frame: Frame) -> bool:
    """Whether the frame is a projection or a localiser, of which no volume can be made."""
    return bool(_FLAT & set(frame.kind))


def shows_phase_or_velocity(frame: Frame) -> bool:
    """Whether the grey values are phases or velocities, not brightness."""
    return bool(_PHASE_MAP & set(frame.kind))


def modality_words(code: str) -> str:
    """A modality as people call it."""
    if not code:
        return "unknown"
    return f"{NAMED[code]} ({code})" if code in NAMED else code


def _oblique(frame: Frame) -> bool:
    """Whether the plane is none of the body's main planes; the heart's short axis never is."""
    return frame.placed and float(np.abs(frame.normal).max()) < 0.97
