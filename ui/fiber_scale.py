"""How lines along fibres are coloured: by their helix angle, the same scale for every heart."""

import numpy as np
from numpy.typing import NDArray

from app.palettes import diverging
from geometry.fiber_lines import FiberLines
from ui.painting import Painting

MOST = 80.0  # degrees
NONE: NDArray[np.floating] = np.zeros(0)


def helix_scale(helix: NDArray[np.floating] = NONE) -> Painting:
    """The legend of helix angles (degrees), and where these lie on it."""
    colours = diverging().colours[np.linspace(48, 208, 256).astype(int)]  # its ends are too dark for a dark window
    return Painting(
        title="Helix angle of the fibres",
        unit="degrees",
        low=-MOST,
        high=MOST,
        low_word="FALLING",
        high_word="RISING",
        kind="value",
        across=np.clip((helix + MOST) / (2 * MOST), 0.0, 1.0),
        up=NONE,
        values=helix,
        texture=colours[None],
        smooth=True,
    )


def line_cells(lines: FiberLines) -> NDArray[np.integer]:
    """The lines as VTK counts them: how many points, then which, one after the other."""
    sizes = np.diff(lines.starts)
    return np.insert(np.arange(len(lines.points)), lines.starts[:-1], sizes)
