"""How the blood's wall moves over time: as the cine has it, or as a formula says."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.wall_motion.motion import WallMotion
from solvers.flow.surface_integrals import nodal_flux

SURFACES = ("inlet", "outlet", "wall")
INSTANT = 0.5  # ms to either side, for the slope of the volume


class MovingWall(Protocol):
    """Where every node is and how fast it moves, at a time in ms."""

    def points(self, time: float) -> Floats:
        """(n, 3) mm."""
        ...

    def velocity(self, time: float) -> Floats:
        """(n, 3) mm/ms, the derivative of ``points``: exact, so that blood leaves as fast as the volume falls."""
        ...


@dataclass(frozen=True)
class CineWall:
    """A ventricle's blood that follows its cine, over beats of ``cycle`` ms that start at end-diastole."""

    blood: HeartMesh
    motion: WallMotion
    cycle: float

    def __post_init__(self) -> None:
        """Refuse a motion of another mesh."""
        if self.motion.series.shape[1] != len(self.blood.points):
            raise Refused("The motion is that of another mesh. Let the present one follow the cine first.")

    def _share(self, time: float) -> float:
        return float((self.motion.shares[self.motion.ed] + time / self.cycle) % 1.0)

    def points(self, time: float) -> Floats:
        """(n, 3) mm."""
        return self.blood.points + self.motion.displacement(self._share(time))

    def velocity(self, time: float) -> Floats:
        """(n, 3) mm/ms."""
        return self.motion.velocity(self._share(time)) / self.cycle


def volume_rate(blood: HeartMesh, wall: MovingWall, time: float) -> float:
    """dV/dt mm3/ms, from the velocity of the whole boundary."""
    moved = blood.with_points(wall.points(time))
    velocity = wall.velocity(time)
    return float(sum(np.einsum("ij,ij->", nodal_flux(moved, name), velocity) for name in SURFACES))


def volume_at(blood: HeartMesh, wall: MovingWall, time: float) -> float:
    """mm3 of the tetrahedra."""
    return float(blood.with_points(wall.points(time)).tet_volumes().sum())


def volume_slope(blood: HeartMesh, wall: MovingWall, time: float) -> float:
    """dV/dt mm3/ms, from the volumes of the tetrahedra around that time: knows nothing of velocities."""
    near, far = (
        volume_at(blood, wall, time + k * INSTANT) - volume_at(blood, wall, time - k * INSTANT) for k in (1, 2)
    )
    return (8 * near - far) / (12 * INSTANT)


def least_volume_share(blood: HeartMesh, wall: MovingWall, times: Floats) -> float:
    """The smallest share of its volume at rest that a tetrahedron keeps at any of the times; 0 or less: one turned over."""
    rest = blood.tet_volumes()
    return min(float((blood.with_points(wall.points(t)).tet_volumes() / rest).min()) for t in times)
