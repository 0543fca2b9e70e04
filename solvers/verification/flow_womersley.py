"""Blood swinging to and fro in a pipe with layers along its wall, as fast as in a carotid and as in an aorta.

Womersley 1955 (doi 10.1113/jphysiol.1955.sp005276); see ``womersley`` for the exact flow.
"""

from geometry.meshing.wall_layers import with_wall_layers
from geometry.progress import Progress, part
from geometry.shapes import tube
from solvers.result import Check
from solvers.verification.womersley import swinging_errors

NAME = "flow-womersley"
TITLE = "Swinging flow in a pipe with wall layers"
RADIUS, LENGTH, EDGE, LAYERS = 6.0, 18.0, 1.0, 3  # mm
NUMBERS = (4.1, 13.0)  # a carotid at rest, an adult's aorta
SOURCE = "Womersley 1955, exact"


def verify(progress: Progress) -> list[Check]:
    """Velocity and wall shear stress over half a period."""
    pipe = with_wall_layers(tube(RADIUS, LENGTH, EDGE), LAYERS).mesh
    checks = []
    for k, alpha in enumerate(NUMBERS):
        velocity, shear = swinging_errors(pipe, alpha, part(progress, k / 2, (k + 1) / 2))
        checks += [
            Check(f"velocity error, alpha {alpha:g}", velocity, 0.0, 0.04, "1", SOURCE),
            Check(f"wall shear stress error, alpha {alpha:g}", shear, 0.0, 0.03, "1", SOURCE),
        ]
    return checks
