"""What of a series' description can be shown: words of scanning, never names, which people type there too."""

import re

_VOCABULARY = """
2ch 3ch 4ch 5ch achse angio aorta aortic apical arterial ax axe axial axis balanced basal base bh blood bold breath
breathhold bssfp calcium cardiac cemra ch chamber cine contrast cor corazon coro coronal coronary coupe ct cta cuore
cv dark db de delay delayed diast diastole dixon ed enh enhancement epi es fa fast fat fiesta flash flow fov gate
gated gating gd grappa gre haste heart hla ir kernel la late lax lge ll localiser localizer longaxis lower lv lvot mag
magn magnitude map mde mid mip mitral moco molli mpr mr mra native ncct p2 pc perf perfusion phase pre pro prospective
psir pulm pulmonary ra radial rao real realtime recon ref rest retro retrospective rt rv rvot sa sag sagittal sat sax
scar scout segm segmented sense series shortaxis shot single ssfp stack stir stress syst systole t1 t1w t2 t2star t2w
tagging tav tavi tavr tfe tfi tfl thick thin tir tra transversal transverse tricuspid trigger true trufi trufisp tse
valve venc vent ventricle vh viability view vla wb with without
"""
_WORDS = frozenset(_VOCABULARY.split())
_AXIS = re.compile(r"(short|long)[ _.-]*ax(?:is)?(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?(?:mm|ms|%)?")


def shown_description(text: str) -> str:
    """The words of a description that belong to scanning, each once, with short numbers; others become an ellipsis.

    >>> shown_description("cine_short axis trufisp smith 8mm")
    'cine short axis trufisp ... 8mm'
    """
    kept: list[str] = []
    for word in re.split(r"[^0-9A-Za-z.%]+", _AXIS.sub(r" \1axis ", text)):
        shown = word if word.lower() in _WORDS or _NUMBER.fullmatch(word.lower()) else "..."
        if word and shown not in kept[-1:] and (shown == "..." or shown not in kept):
            kept.append(shown)
    known = any(word.lower() in _WORDS for word in kept)
    return re.sub(r"(short|long)axis", r"\1 axis", " ".join(kept)) if known else ""
