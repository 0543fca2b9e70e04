"""The valve's orifice as segmented, as a stenosis of a given area, or as the effective area of a prosthesis."""

from geometry.centerline import Centerline, centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.narrowing import scale_narrowing
from geometry.units import convert
from solvers.scenario import Flow

CLOSE = 1e-3  # of the area, that is left as it is


def with_orifice(blood: HeartMesh, line: Centerline, scenario: Flow) -> tuple[HeartMesh, Centerline]:
    """The mesh whose narrowing has the area the scenario asks for, and its centreline.

    A prosthesis is given the shape of the narrowing with its effective area: its rounded entry lets the jet contract little.
    Refuses blood without a narrowing, and an area that its tetrahedra cannot be brought to.
    """
    if scenario.orifice == "segmented":
        return blood, line
    if "throat" not in blood.landmarks:
        raise Refused("This blood has no narrowing that could be given another area; choose the orifice as segmented.")
    factor = convert(scenario.orifice_area, "cm**2", "mm**2") / float(line.area[line.throat])
    if abs(factor - 1) < CLOSE:
        return blood, line
    shaped = scale_narrowing(blood, factor, line)
    return shaped, centerline(shaped)
