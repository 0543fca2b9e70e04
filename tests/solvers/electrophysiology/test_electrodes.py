from dataclasses import replace

import numpy as np

from solvers.electrophysiology.electrodes import NAMES, place_electrodes
from solvers.electrophysiology.torso import LEAST_GAP


def test_electrodes_lie_where_ras_directions_say(two_chambers):
    found = place_electrodes(two_chambers)
    at = dict(zip(found.names, found.positions - two_chambers.points.mean(axis=0), strict=True))
    # RAS: +x to the patient's right, +y to the front, +z to the head
    assert at["V6"][0] < at["V4"][0] < at["V1"][0]
    assert at["LA"][0] < 0 < at["RA"][0]
    assert all(at[name][1] > 50 for name in ("V1", "V2", "V3", "V4"))
    assert at["LL"][2] < -200
    assert at["RA"][2] > 100
    assert at["LA"][2] > 100


def test_electrodes_keep_a_distance_from_a_huge_heart(two_chambers):
    huge = replace(two_chambers, points=two_chambers.points * 2.5)
    found = place_electrodes(huge)
    gaps = [np.linalg.norm(huge.points - position, axis=1).min() for position in found.positions]
    assert len(gaps) == len(NAMES)
    assert min(gaps) >= LEAST_GAP
