"""Whether the heart lies in the patient as hearts do: a sign that left and right, or head and foot, may be exchanged."""

import numpy as np
from numpy.typing import NDArray

from geometry.segmentation import LV, RV, Segmentation

# RAS. The long axis to the apex: Cerqueira et al. 2002 (doi:10.1161/hc0402.102975), as in series_roles; the right
# ventricle lies to the right of the left one and in front of it.
_TO_APEX = np.array([-0.68, 0.60, -0.42])
_TO_RIGHT_VENTRICLE = np.array([0.75, 0.66, 0.0])
_LEAST = 50  # voxels from which a direction can be told
_AGAINST = -0.2  # cosine below which a direction is the wrong way round
_ENDS = 0.2  # share of the ventricle's length that is looked at on either end


def orientation_doubts(segmentation: Segmentation) -> tuple[str, ...]:
    """Sentences where the ventricles lie otherwise in the patient than in nearly everybody; none where they do not."""
    left, right = (_places(segmentation, label) for label in (LV, RV))
    if min(len(left), len(right)) < _LEAST:
        return ()
    found = []
    across = _unit(right.mean(axis=0) - left.mean(axis=0))
    if across @ _TO_RIGHT_VENTRICLE < _AGAINST:
        found.append(
            "The right ventricle seems to lie on the patient's left, or behind the left ventricle. Compare the letters "
            "at the borders with the anatomy: the scan may be mirrored, or may not say truly how the patient lay."
        )
    apex = _apex_direction(left)
    if apex is not None and apex @ _TO_APEX < _AGAINST:
        found.append(
            "The apex of the heart seems to point to the right, backwards or towards the head. Compare the letters "
            "at the borders with the anatomy: the order of the slices may be reversed."
        )
    return tuple(found)


def _places(segmentation: Segmentation, label: int) -> NDArray[np.floating]:
    voxels = np.argwhere(segmentation.phase(segmentation.ed) == label)
    return np.asarray(voxels @ segmentation.affine[:3, :3].T + segmentation.affine[:3, 3])


def _apex_direction(left: NDArray[np.floating]) -> NDArray[np.floating] | None:
    """(3,) towards the thinner end of the left ventricle; None where its ends do not differ enough."""
    away = left - left.mean(axis=0)
    axis = np.linalg.eigh(away.T @ away)[1][:, -1]
    along = away @ axis
    low, high = along.min(), along.max()
    margin = _ENDS * (high - low)
    ends = [int((along < low + margin).sum()), int((along > high - margin).sum())]
    if max(ends) < 1.3 * min(ends):
        return None
    return np.asarray(axis if ends[1] < ends[0] else -axis)


def _unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
