"""Whether the heart lies in the patient as hearts do: a sign that left and right, or head and foot, may be exchanged."""

import numpy as np
from numpy.typing import NDArray

from geometry.segmentation import LV, RV, Segmentation

_LEAST = 50  # voxels from which a direction can be told
_WRONG = 0.25  # share of a direction that points the wrong way from which it is told
_ENDS = 0.2  # share of the ventricle's length that is looked at on either end


def orientation_doubts(segmentation: Segmentation) -> tuple[str, ...]:
    """A sentence where the ventricles lie otherwise in the patient than in nearly everybody; none where they do not.

    The apex points left and down (Cerqueira et al. 2002, doi:10.1161/hc0402.102975); the right ventricle lies to the
    right of the left one and in front of it.
    """
    left, right = (_places(segmentation, label) for label in (LV, RV))
    if min(len(left), len(right)) < _LEAST:
        return ()
    across, apex = _unit(right.mean(axis=0) - left.mean(axis=0)), _apex_direction(left)
    odd = [
        words
        for words, wrong in (
            ("the right ventricle lies to the left of the left one", -across[0]),
            ("the right ventricle lies behind the left one", -across[1]),
            ("the apex points to the patient's right", apex[0]),
            ("the apex points towards the head", apex[2]),
        )
        if wrong > _WRONG
    ]
    if not odd:
        return ()
    return (
        f"This is unusual: {', '.join(odd)}. Compare the letters at the borders with the anatomy: the scan may be "
        "mirrored, its slices reversed, or it does not say truly how the patient lay.",
    )


def _places(segmentation: Segmentation, label: int) -> NDArray[np.floating]:
    voxels = np.argwhere(segmentation.phase(segmentation.ed) == label)
    return np.asarray(voxels @ segmentation.affine[:3, :3].T + segmentation.affine[:3, 3])


def _apex_direction(left: NDArray[np.floating]) -> NDArray[np.floating]:
    """(3,) towards the thinner end of the left ventricle; zeros where its ends do not differ enough."""
    away = left - left.mean(axis=0)
    axis = np.linalg.eigh(away.T @ away)[1][:, -1]
    along = away @ axis
    low, high = along.min(), along.max()
    margin = _ENDS * (high - low)
    ends = [int((along < low + margin).sum()), int((along > high - margin).sum())]
    if max(ends) < 1.3 * min(ends):
        return np.zeros(3)
    return np.asarray(axis if ends[1] < ends[0] else -axis)


def _unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
