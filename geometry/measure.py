"""Volumes, ejection fraction and mass from labels, with an interval from how sure the labels are."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.measures.interval_scale import scaled
from geometry.measures.volumes import base_step, expected_volumes, volume_curve
from geometry.metric import Metric, with_unit
from geometry.segmentation import LV, MYOCARDIUM, NAMES, RV, Segmentation
from geometry.volume_draws import draw_volumes

MYOCARDIAL_DENSITY = 1.05  # g/ml; Vinnakota & Bassingthwaighte 2004, doi:10.1152/ajpheart.00478.2003, give 1.053
_WORDS: Mapping[int, str] = {LV: "LV cavity", MYOCARDIUM: "myocardium", RV: "RV cavity"}
_BLOOD = "Papillary muscles and trabeculae inside the endocardial contour count as blood."
_CONVENTION = "papillary_in_cavity"
_UNLIKE = 0.03  # difference between counting by label and by probability that is told
_INTERVAL = (
    "90 % interval from the label probabilities; the choice of the most basal slice is in it only as far as they show."
)


def ventricular_measures(segmentation: Segmentation, image: Image) -> tuple[Metric, ...]:
    """Volumes in ml, ejection fractions in %, mass in g of what is labelled, each with its 90 % interval.

    With phases: lv_edv, lv_esv, stroke_volume, ejection_fraction, lv_mass, rv_edv, rv_esv, rv_stroke_volume,
    rv_ejection_fraction, and cardiac_output where the length of the beat is known. Without: lv_volume, lv_mass, rv_volume.
    Intervals are None for labels without probabilities (drawn by hand, say). Raises Refused where nothing is labelled.
    """
    _refuse_empty(segmentation)
    metrics: list[Metric] = []
    for label, prefix, side in ((LV, "lv", "LV"), (RV, "rv", "RV")):
        if (segmentation.labels == label).any():
            metrics += _of_cavity(segmentation, image, label, prefix, side)
    if (segmentation.phase(segmentation.ed) == MYOCARDIUM).any():
        metrics.append(_mass(segmentation))
    return tuple(_calibrated(metric, segmentation.method) for metric in metrics)


def check_segmentation(segmentation: Segmentation) -> tuple[str, ...]:
    """Notes on a segmentation that can be used; raises Refused where it is empty or cut off by the side of the image.

    The first and last slice may be reached: a stack ends somewhere, and a CT may end in the aorta.
    """
    _refuse_empty(segmentation)
    labels = segmentation.labels if segmentation.labels.ndim == 4 else segmentation.labels[..., None]
    notes: list[str] = []
    for label in (int(value) for value in np.unique(labels) if value):
        here = (labels == label).any(axis=3)
        _refuse_cut_off(here, label, segmentation.affine)
        notes += [
            f"The {_words(label)} reaches the {end} slice of the stack; what lies beyond it is missing from its volume."
            for end, touched in (("first", here[:, :, 0].any()), ("last", here[:, :, -1].any()))
            if touched
        ]
    return tuple(notes)


def _refuse_empty(segmentation: Segmentation) -> None:
    if not segmentation.labels.any():
        raise Refused(
            "The segmentation is empty: no voxel carries a label. Set a seed point inside the left ventricle and segment again."
        )


def _refuse_cut_off(here: NDArray[np.bool_], label: int, affine: NDArray[np.float64]) -> None:
    for axis in (0, 1):
        for end, sign in ((0, -1.0), (-1, 1.0)):
            slices = np.take(here, end, axis=axis).any(axis=0)
            if slices.any():
                raise Refused(
                    f"The {_words(label)} touches the edge of the image towards the patient's "
                    f"{_side(sign * affine[:3, axis])} in slice {int(np.argmax(slices)) + 1}, so part of it may be cut off. "
                    "Erase it there if it leaked, set another seed point, or use a scan with a larger field of view."
                )


def _side(outwards: NDArray[np.float64]) -> str:
    """The side of the patient that a direction (RAS) points to most."""
    axis = int(np.argmax(np.abs(outwards)))
    return (("left", "right"), ("back", "front"), ("feet", "head"))[axis][int(outwards[axis] > 0)]


def _words(label: int) -> str:
    return _WORDS.get(label, NAMES.get(label, f"label {label}").replace("_", " "))


def _of_cavity(segmentation: Segmentation, image: Image, label: int, prefix: str, side: str) -> list[Metric]:
    curve = volume_curve(segmentation, label)
    if len(curve) == 1:
        draws = draw_volumes(segmentation, label, (0,))
        only = None if draws is None else draws[0]
        note = f"{_BLOOD} {_how_summed(segmentation, label, 0)}"
        return [_metric(f"{prefix}_volume", f"{side} volume", curve[0], "ml", only, note)]
    ed, es = segmentation.ed, segmentation.es
    if es is None or curve[ed] == 0 or curve[es] == 0:
        draws = draw_volumes(segmentation, label, (ed,))
        only = None if draws is None else draws[0]
        note = f"{_BLOOD} {_how_summed(segmentation, label, ed)}"
        return (
            [_metric(f"{prefix}_edv", f"{side} end-diastolic volume", curve[ed], "ml", only, note)] if curve[ed] else []
        )
    draws = draw_volumes(segmentation, label, (ed, es))
    notes = tuple(f"{_BLOOD} {_how_summed(segmentation, label, phase)}" for phase in (ed, es))
    return _of_beat(curve[ed], curve[es], draws, image.cycle, prefix, side, notes)


def _how_summed(segmentation: Segmentation, label: int, phase: int) -> str:
    """How the volume came about, and what thick slices leave open."""
    spacing = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    if spacing[2] < 2 * spacing[:2].mean():
        return "Voxels times their volume."
    step = base_step(segmentation, label, phase)
    words = (
        f"Sum of the slice areas times the {spacing[2]:.1f} mm from slice to slice; whole slices leave a flat base open "
        f"by half a slice, here up to {with_unit(f'{step:.0f}', 'ml')}."
    )
    counted, expected = (f(segmentation, label)[phase] for f in (volume_curve, expected_volumes))
    if abs(expected - counted) > _UNLIKE * counted:
        words += f" Counted by probability instead of by label it is {with_unit(f'{expected:.0f}', 'ml')}."
    return words


def _of_beat(
    edv: float,
    esv: float,
    draws: NDArray[np.float64] | None,
    cycle: float | None,
    prefix: str,
    side: str,
    notes: tuple[str, ...],
) -> list[Metric]:
    """EDV, ESV, SV = EDV - ESV, EF = SV / EDV, CO = SV * beats per minute."""
    at_ed, at_es = (None, None) if draws is None else (draws[0], draws[1])
    stroke = None if at_ed is None or at_es is None else at_ed - at_es
    fraction = None if stroke is None or at_ed is None else 100.0 * stroke / np.maximum(at_ed, 1e-9)
    own = "" if prefix == "lv" else "rv_"
    swapped = "" if edv >= esv else " The end-systolic volume is the larger one: check the chosen phases."
    metrics = [
        _metric(f"{prefix}_edv", f"{side} end-diastolic volume", edv, "ml", at_ed, notes[0]),
        _metric(f"{prefix}_esv", f"{side} end-systolic volume", esv, "ml", at_es, notes[1] + swapped),
        _metric(f"{own}stroke_volume", f"{side} stroke volume", edv - esv, "ml", stroke, "EDV - ESV." + swapped),
        _metric(
            f"{own}ejection_fraction", f"{side} ejection fraction", 100.0 * (edv - esv) / edv, "%", fraction,
            "(EDV - ESV) / EDV." + swapped,
        ),
    ]  # fmt: skip
    if prefix == "lv" and cycle is not None:
        beats = 60_000.0 / cycle
        output = None if stroke is None else stroke * beats / 1000.0
        value = (edv - esv) * beats / 1000.0
        metrics.append(
            _metric("cardiac_output", "Cardiac output", value, "l/min", output, f"At {beats:.0f} beats per minute.")
        )
    return metrics


def _mass(segmentation: Segmentation) -> Metric:
    """LV mass = myocardial volume at ED times 1.05 g/ml."""
    ed = segmentation.ed if segmentation.labels.ndim == 4 else 0
    volume = float(volume_curve(segmentation, MYOCARDIUM)[ed])
    draws = draw_volumes(segmentation, MYOCARDIUM, (ed,))
    grams = None if draws is None else draws[0] * MYOCARDIAL_DENSITY
    note = f"{MYOCARDIAL_DENSITY} g/ml, at end-diastole, papillary muscles not counted."
    return _metric("lv_mass", "LV mass", volume * MYOCARDIAL_DENSITY, "g", grams, note)


def _metric(name: str, label: str, value: float, unit: str, draws: NDArray[np.float64] | None, note: str) -> Metric:
    if draws is None:
        return Metric(name, label, float(value), unit, note=note, convention=_CONVENTION)
    low, high = (float(bound) for bound in np.quantile(draws, (0.05, 0.95)))
    return Metric(name, label, float(value), unit, low, high, f"{note} {_INTERVAL}", _CONVENTION)


def _calibrated(metric: Metric, method: str) -> Metric:
    if metric.low is None or metric.high is None:
        return metric
    low, high = scaled(method, metric.name, metric.value, metric.low, metric.high)
    return replace(metric, low=low, high=high)
