"""What every segmentation method must keep, whoever wrote it."""

import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.image import MODALITIES, Image
from geometry.segmenters.catalogue import find_segmenters, segment

METHODS = find_segmenters()


def blank(modality: str) -> Image:
    shape = (40, 40, 6, 8) if modality == "MR" else (40, 40, 40)
    return Image(np.zeros(shape, dtype=np.int16), np.diag([2.0, 2.0, 5.0, 1.0]), modality)


def test_there_is_a_method_for_cine_mr_and_one_for_contrast_ct() -> None:
    assert {"cine_short_axis", "contrast_ct"} <= set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_what_it_is_and_where_its_limits_are(name: str) -> None:
    method = METHODS[name]
    assert name == method.NAME
    assert method.TITLE and method.MODALITY in MODALITIES
    card = method.MODEL_CARD.lower()
    assert len(card) > 400
    for word in ("how it works", "tested on", "limits"):
        assert word in card


@pytest.mark.parametrize("name", METHODS)
def test_a_scan_without_a_heart_is_refused_in_a_sentence(name: str) -> None:
    method = METHODS[name]
    with pytest.raises(Refused, match=r"\.$"):
        method.segment(blank(method.MODALITY))


@pytest.mark.parametrize("name", METHODS)
def test_a_seed_outside_the_scan_is_refused(name: str) -> None:
    method = METHODS[name]
    with pytest.raises(Refused, match="outside"):
        method.segment(blank(method.MODALITY), [(9e3, 0.0, 0.0)])


@pytest.mark.parametrize("name", METHODS)
def test_the_wrong_modality_is_refused_with_both_named(name: str) -> None:
    method = METHODS[name]
    other = "CT" if method.MODALITY == "MR" else "MR"
    with pytest.raises(Refused, match=rf"{method.MODALITY}.*{other}"):
        segment(blank(other), name)


@pytest.mark.parametrize("name", METHODS)
def test_a_cancelled_segmentation_stops(name: str) -> None:
    def stop(fraction: float, message: str = "") -> None:
        raise Cancelled

    method = METHODS[name]
    with pytest.raises(Cancelled):
        method.segment(blank(method.MODALITY), (), stop)


def test_an_unknown_method_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(Refused, match="cine_short_axis"):
        segment(blank("MR"), "magic")
