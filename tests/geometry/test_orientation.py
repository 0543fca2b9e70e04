"""A heart that lies in the patient as no heart does is told of."""

from dataclasses import replace

import numpy as np

from geometry.orientation import orientation_doubts
from geometry.segmentation import load_segmentation
from sample_scans.catalogue import sample


def test_a_mirrored_heart_is_said_to_look_wrong_and_a_true_one_is_not() -> None:
    patient = sample("A")
    assert patient is not None
    truth = load_segmentation(patient.truth)
    assert orientation_doubts(truth) == ()
    for axis, words in ((0, "to the left of the left one"), (1, "behind the left one")):
        sign = np.ones(4)
        sign[axis] = -1.0
        (sentence,) = orientation_doubts(replace(truth, affine=np.diag(sign) @ truth.affine))
        assert words in sentence
