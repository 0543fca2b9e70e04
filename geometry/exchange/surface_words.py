"""What others call the surfaces of a wall: their names, and presets for files whose numbers are known."""

import re
from collections.abc import Mapping

from geometry.errors import Refused

SURFACES = ("endo_lv", "endo_rv", "epi", "base")
KNOWN = (*SURFACES, "inlet", "outlet", "wall")
OUTLET = r"outlet(_[a-z0-9_]+)?"  # further outlets of the blood: outlet_brachiocephalic
PRESETS: Mapping[str, Mapping[int, str]] = {
    "cobiveco": {1: "base", 2: "epi", 3: "endo_lv", 4: "endo_rv"},  # doi:10.1016/j.media.2021.102247, its ``class``
}
FIELD_PRESETS = {"class": "cobiveco"}  # name of the array -> preset
BASE = r"\b(base|basal|valve|annulus|plane|aort\w*|pulmonary|mitral|tricuspid|atri\w*|interface)\b"


def our_name(name: str) -> str | None:
    """The name used here for a surface that others call ``name``; None where that cannot be told."""
    words = re.sub(r"[_\-./]+", " ", name.lower()).strip()
    if name in KNOWN or re.fullmatch(OUTLET, name):
        return name
    if re.search(BASE, words):
        return "base"
    if "epi" in words:
        return "epi"
    if "endo" in words or re.search(r"septum", words):
        return "endo_rv" if _is_right(words) else "endo_lv"
    return None


def _is_right(words: str) -> bool:
    return bool(re.search(r"right|\brv|rv\b", words))


def parse_surfaces(texts: list[str]) -> dict[int, str]:
    """number -> name from "3=endo_lv", or all of a preset from its name."""
    found: dict[int, str] = {}
    for text in texts:
        if text in PRESETS:
            found |= PRESETS[text]
            continue
        number, _, name = text.partition("=")
        known = name.strip() in KNOWN or re.fullmatch(OUTLET, name.strip())
        if not re.fullmatch(r"-?\d+", number.strip()) or not known:
            raise Refused(
                f"{text!r} names no surface; write NUMBER=NAME with one of {', '.join(KNOWN)} (e.g. --surface 3=endo_lv), "
                f"outlet_NAME for each outlet more, or a preset: {', '.join(PRESETS)}."
            )
        found[int(number)] = name.strip()
    return found
