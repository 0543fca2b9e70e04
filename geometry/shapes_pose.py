"""A test heart as hearts lie in the chest, so that its ECG has the leads' usual shapes."""

from dataclasses import replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh

# RAS: the long axis runs from the apex to the right, back and up; the septum faces right and forward.
UP, SEPTAL = (0.60, -0.45, 0.66), (0.65, 0.72, 0.0)


def in_the_chest(mesh: HeartMesh, size: float = 1.0) -> HeartMesh:
    """``two_chamber_heart`` (apex down, right ventricle at +x) turned into place, ``size`` times as large."""
    turn = size * _axes()

    def move(points: Floats) -> Floats:
        return np.asarray(points @ turn)

    marks = {name: move(np.array(place)) for name, place in mesh.landmarks.items()}
    places = {name: (float(p[0]), float(p[1]), float(p[2])) for name, p in marks.items()}
    return replace(mesh, points=move(mesh.points), landmarks=places)


def _axes() -> Floats:
    """(3, 3), rows: where x (septal), y (anterior) and z (up) of the shape point to."""
    up = np.array(UP) / np.linalg.norm(UP)
    septal = np.array(SEPTAL) - (np.array(SEPTAL) @ up) * up
    septal /= np.linalg.norm(septal)
    return np.stack([septal, np.cross(up, septal), up])
