"""The nine electrodes of the 12-lead ECG, placed on a template of the torso around this heart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.on_surface import OnSurface
from solvers.electrophysiology.torso import torso_around
from solvers.scenario import ElectrodePlace

NAMES = ("RA", "LA", "LL", "V1", "V2", "V3", "V4", "V5", "V6")

# mm from the middle of the ventricles in RAS: +x to the patient's right, +y to the front, +z to the head. Places on the
# skin after the AHA standard (Kligfield 2007, doi 10.1161/CIRCULATIONAHA.106.180200): V1, V2 beside the sternum in the
# fourth space, V4 fifth space on the midclavicular line, V5, V6 level with it on the anterior and middle axillary line;
# limb electrodes at the shoulders and the left hip.
TEMPLATE = {
    "RA": (180.0, -10.0, 180.0),
    "LA": (-130.0, -10.0, 180.0),
    "LL": (-75.0, 0.0, -330.0),
    "V1": (45.0, 85.0, 20.0),
    "V2": (5.0, 90.0, 20.0),
    "V3": (-30.0, 87.0, 0.0),
    "V4": (-65.0, 80.0, -20.0),
    "V5": (-100.0, 40.0, -20.0),
    "V6": (-120.0, -15.0, -20.0),
}
OFF_SKIN = 25.0  # mm between an electrode moved by hand and the template's skin that are worth a word
TOO_CLOSE = 5.0  # mm between an electrode moved by hand and the wall: closer ones are a catheter's


@dataclass(frozen=True)
class Electrodes:
    """Names and positions (e, 3) in mm, RAS."""

    names: tuple[str, ...]
    positions: Floats


def place_electrodes(mesh: HeartMesh) -> Electrodes:
    """The template on the skin of a chest around this heart (``torso_around``).

    RAS means that x grows to the patient's right, y to the front and z to the head: V6 and LA lie at smaller x than the
    heart, V1 to V4 at larger y, LL at smaller z. The patient's own torso is not used: amplitudes are approximate.
    """
    torso, middle, size = torso_around(mesh)
    wanted = middle + size * np.array([TEMPLATE[name] for name in NAMES])
    return Electrodes(NAMES, OnSurface(torso.points, torso.triangles).nearest(wanted)[0])


def moved_electrodes(mesh: HeartMesh, moved: Sequence[ElectrodePlace]) -> Electrodes:
    """The template around this heart with some electrodes elsewhere; refuses one named twice or on the heart itself."""
    placed = place_electrodes(mesh)
    names = [one.name for one in moved]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"The electrode {twice[0]} has two places. Give each electrode once.")
    positions = placed.positions.copy()
    for one in moved:
        place = np.array([one.x, one.y, one.z])
        gap = float(np.linalg.norm(mesh.points - place, axis=1).min())
        if gap < TOO_CLOSE:
            raise Refused(
                f"The electrode {one.name} lies {gap:.0f} mm from the heart's wall; electrodes are on the skin. "
                "Give its place in mm (RAS), or record an electrogram there."
            )
        positions[NAMES.index(one.name)] = place
    return Electrodes(NAMES, positions)


def electrode_notes(mesh: HeartMesh, moved: Sequence[ElectrodePlace]) -> list[str]:
    """Which electrodes count elsewhere than they were put, because the template's skin is not this patient's."""
    if not moved:
        return []
    torso = torso_around(mesh)[0]
    places = np.array([[one.x, one.y, one.z] for one in moved])
    away = np.linalg.norm(OnSurface(torso.points, torso.triangles).nearest(places)[0] - places, axis=1)
    return [
        f"Electrode {one.name} lies {gap:.0f} mm off the skin of the template chest; it counts at the nearest place there."
        for one, gap in zip(moved, away, strict=True)
        if gap > OFF_SKIN
    ]
