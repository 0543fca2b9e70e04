"""How the heart lies in the body: the axes of the heart frame in patient directions (RAS)."""

from dataclasses import dataclass

import numpy as np

from sample_scans.anatomy_surfaces import Array


@dataclass(frozen=True)
class Frame:
    """A placement: ``axes`` (3, 3) rows are x (lateral), y (inferior), z (to the base) in RAS; ``apex`` (3,) mm RAS."""

    axes: Array
    apex: Array

    def to_patient(self, points: Array) -> Array:
        """(n, 3) mm heart frame to RAS."""
        return np.asarray(points @ self.axes.astype(points.dtype) + self.apex.astype(points.dtype))

    def to_heart(self, points: Array) -> Array:
        """(n, 3) mm RAS to heart frame."""
        return np.asarray((points - self.apex.astype(points.dtype)) @ self.axes.T.astype(points.dtype))


def place_heart(length: float, rng: np.random.Generator) -> Frame:
    """A heart whose base centre is near the RAS origin and whose apex points left, forward and down."""
    toward_apex = np.array([-0.65, 0.56, -0.48]) + rng.normal(0, 0.05, 3)
    toward_apex /= np.linalg.norm(toward_apex)
    base = -toward_apex
    lateral = np.array([toward_apex[0] * 0 - toward_apex[1], toward_apex[0], 0.0])
    lateral /= np.linalg.norm(lateral)
    inferior = np.cross(base, lateral)
    return Frame(np.stack([lateral, inferior, base]), toward_apex * length + rng.normal(0, 3.0, 3))
