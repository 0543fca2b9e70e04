"""How far the surface of a label may lie aside, over what its probabilities say: by method, because each errs in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass

from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, ROOT, RV

TOGETHER = 0.7  # correlation of the cavity's surface and the outer one: a basal slice has both or none


@dataclass(frozen=True)
class Wobble:
    """Width of the error of a surface, and what it is shared by: a, b, c, d of ``geometry.volume_draws``."""

    width: float
    shares: tuple[float, float, float, float]


@dataclass(frozen=True)
class Wobbles:
    """Those of a method's labels, and of the outside of the left ventricle."""

    by_label: Mapping[int, Wobble]
    outside: Wobble
    other: Wobble

    def of(self, *labels: int) -> Wobble:
        """That of the surface around labels together: of the one label, else of the widest of them."""
        return max((self.by_label.get(label, self.other) for label in labels), key=lambda wobble: wobble.width)


_ALL_OVER = (0.5, 0.1, 0.1, 0.3)
# Fitted on generated patients that the network was not trained on (24 seeds from 400 000, 23 from 501 000).
CINE = Wobbles(
    {LV: Wobble(0.96, _ALL_OVER), RV: Wobble(0.48, (0.2, 0.4, 0.1, 0.3))},
    outside=Wobble(0.53, _ALL_OVER),
    other=Wobble(1.0, (0.4, 0.2, 0.2, 0.2)),
)
# Fitted on generated patients (seeds 0 to 50, 100 to 159, 4000 to 4089, 5000 to 5085) so that nine of ten volumes were held.
CONTRAST = Wobbles(
    {
        LV: Wobble(0.27, _ALL_OVER),
        LEFT_ATRIUM: Wobble(0.56, _ALL_OVER),
        ROOT: Wobble(0.70, _ALL_OVER),
        AORTA: Wobble(0.60, _ALL_OVER),
    },
    outside=Wobble(0.43, _ALL_OVER),
    other=Wobble(1.0, _ALL_OVER),
)


def wobbles_of(method: str) -> Wobbles:
    """Those of a segmentation's method, corrected by hand or not; those of cine for a method that was not fitted."""
    return CONTRAST if method.startswith("contrast_ct") else CINE
