"""The plane where the ventricles are cut open at their valves, found from how much of each chamber the last slices show."""

from dataclasses import dataclass, replace

import numpy as np

from geometry.heart_mesh import Floats

STEEPEST = 0.35  # mm of height per mm across: the planes of mitral and tricuspid valve differ by up to some 20 degrees


@dataclass(frozen=True)
class BasePlane:
    """A plane over the stack, in its frame (x, y in the slices, z from apex to base).

    point (3,) mm on it; turn (3, 3) rotation into its own frame, in which its normal is z and it lies at z = 0
    """

    point: Floats
    turn: Floats

    def height(self, points: Floats) -> Floats:
        """(..., 3) mm -> (...,) mm above the plane."""
        return np.asarray((points - self.point) @ self.turn[2])

    def to_stack(self, points: Floats) -> Floats:
        """(n, 3) mm in the frame of the plane -> in the frame of the stack."""
        return np.asarray(points @ self.turn + self.point)

    def from_stack(self, points: Floats) -> Floats:
        """(n, 3) mm in the frame of the stack -> in the frame of the plane."""
        return np.asarray((points - self.point) @ self.turn.T)

    def placed(self, to_patient: Floats) -> Floats:
        """(4, 4), from mm in the frame of the plane to mm in the patient."""
        made = np.eye(4)
        made[:3, :3], made[:3, 3] = self.turn.T, self.point
        return to_patient @ made


def shown_above(areas: Floats) -> float:
    """How far a chamber reaches above its last whole slice, in slices: half of one, and what is drawn in those above.

    areas  of the chamber in its last whole slice and in those above it; each counts at most as one whole slice
    """
    if len(areas) == 0 or areas[0] <= 0:
        return 0.5
    share = np.minimum(areas[1:] / areas[0], 1.0)
    ended = np.flatnonzero(share == 0)
    return 0.5 + float(share[: ended[0] if len(ended) else None].sum())


@dataclass(frozen=True)
class Tops:
    """Where both chambers end at the base.

    left, right  (2,) mm, their middles in the last slice that shows them; right is None without a right ventricle
    heights      mm, how high they reach by their labels
    areas        mm2, of their outlines there
    """

    left: Floats
    right: Floats | None
    heights: tuple[float, float]
    areas: tuple[float, float]

    def plane(self) -> BasePlane:
        """Through the tops of both chambers over their middles, tilted by at most ``STEEPEST`` about the left one."""
        slope = np.zeros(2)
        if self.right is not None:
            across = self.right - self.left
            far = max(float(np.linalg.norm(across)), 1.0)
            steep = float(np.clip((self.heights[1] - self.heights[0]) / far, -STEEPEST, STEEPEST))
            slope = steep * across / far
        up = np.array([-slope[0], -slope[1], 1.0])
        up /= np.linalg.norm(up)
        first = np.array([1.0, 0.0, 0.0]) - up[0] * up
        first /= np.linalg.norm(first)
        return BasePlane(np.array([*self.left, self.heights[0]]), np.stack([first, np.cross(up, first), up]))

    def holding(self, missing: tuple[float, float], most: float) -> "Tops":
        """Raised so that the chambers hold so many mm3 more, by at most ``most`` mm."""
        left, right = (
            height + float(np.clip(more / max(area, 1.0), -most, most))
            for height, more, area in zip(self.heights, missing, self.areas, strict=True)
        )
        return replace(self, heights=(left, right))
