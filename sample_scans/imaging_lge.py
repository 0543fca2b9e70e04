"""How late gadolinium enhancement shows the body: inversion recovery with healthy muscle nulled, blood grey, scar bright."""

from collections.abc import Mapping

# (water, fat) signal in units of dense scar.
TISSUES: Mapping[str, tuple[float, float]] = {
    "air": (0.005, 0.0),
    "fat": (0.02, 0.80),
    "epicardial fat": (0.05, 0.70),
    "muscle": (0.14, 0.0),
    "intercostal": (0.14, 0.02),
    "bone": (0.10, 0.40),
    "cortex": (0.04, 0.02),
    "disc": (0.20, 0.0),
    "cord": (0.25, 0.0),
    "lung": (0.04, 0.0),
    "lung vessel": (0.40, 0.0),
    "liver": (0.34, 0.02),
    "liver vessel": (0.55, 0.0),
    "spleen": (0.42, 0.0),
    "stomach wall": (0.25, 0.0),
    "stomach": (0.10, 0.05),
    "gas": (0.01, 0.0),
    "gullet": (0.10, 0.0),
    "pericardium": (0.08, 0.0),
    "myocardium": (0.12, 0.0),
    "trabecula": (0.20, 0.0),
    "rv wall": (0.13, 0.03),
    "atrial wall": (0.14, 0.05),
    "vessel wall": (0.20, 0.03),
    "valve": (0.15, 0.0),
    "blood": (0.62, 0.0),
    "rv blood": (0.62, 0.0),
    "right blood": (0.60, 0.0),
    "atrial blood": (0.61, 0.0),
    "aorta blood": (0.61, 0.0),
    "scar": (1.0, 0.0),
    "border": (0.43, 0.0),  # between a third and a half of scar: what Roes calls grey
    "no reflow": (0.10, 0.0),
}
