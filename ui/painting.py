"""From a field and a way of looking at it to colours: where each node lies in a small colour texture, and the legend's facts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.palettes import Bytes, Palette, diverging, palettes
from app.vsup import vsup_texture
from geometry.metric import shown_unit
from solvers.result import Field, Result
from ui.ensemble import count_of, family_of, members_of, quantity_of, share_above, threshold_of
from ui.legend_limits import has_isochrones, isochrone_times, round_limits, shared_limits
from ui.look import CHANCE, DOUBT, SPLIT, VALUE, Look

EVEN = 1e-3  # half of the runs, on a whole region, is no line and no border between colours but lies on one side of it
FULL_DOUBT = 0.2  # an SD of this share of the legend's range hides the value altogether
SUITED = {
    "activation": "clinical",
    "repolarization": "clinical",
    "pressure": "batlow",
    "wall_shear": "cividis",
    "tawss": "cividis",
    "osi": "viridis",
}


@dataclass(frozen=True)
class Painting:
    """A painted field.

    across    (n,), 0..1 along the texture's width; NaN where there is no answer
    up        (n,), 0..1 along its height (the doubt); zeros where there is no doubt in it
    texture   (h, w, 3) bytes, row 0 is the surest
    smooth    whether neighbouring colours are blended
    values    (n,), the numbers themselves, for contours and read-out
    runs      how many members the ensemble has, where it is drawn
    """

    title: str
    unit: str
    low: float
    high: float
    low_word: str
    high_word: str
    kind: str
    across: NDArray[np.floating]
    up: NDArray[np.floating]
    values: NDArray[np.floating]
    texture: Bytes
    smooth: bool
    levels: tuple[float, ...] = ()
    doubt_high: float = 0.0
    runs: int = 0
    clipped: bool = False  # whether some values lie above the legend's high end


def modes_of(result: Result, name: str) -> tuple[str, ...]:
    """The ways a field can be drawn: those its ensemble supports."""
    fields, family = result.fields, family_of(result, name)
    found = [VALUE]
    if f"{family}_sd" in fields:
        found += [DOUBT, SPLIT]
    if f"{family}_members" in fields or f"{family}_exceedance" in fields:
        found.append(CHANCE)
    return tuple(found)


def paint(
    result: Result, look: Look, frame: int = 0, limits: tuple[float, float] | None = None
) -> tuple[Painting, ...]:
    """The painting of a field (two for mean beside SD); a mode the field does not support falls back to its value."""
    field = result.fields[look.field]
    palette = palettes()[look.palette or suited(look.field)]
    mode = look.mode if look.mode in modes_of(result, look.field) else VALUE
    family = family_of(result, look.field)
    sd = result.fields.get(f"{family}_sd")
    mean = result.fields.get(f"{family}_mean", field)
    if mode == DOUBT and sd is not None:
        return (_with_doubt(mean, sd, palette, frame, limits),)
    if mode == SPLIT and sd is not None:
        return (_plain(mean, palette, look, frame, limits, "mean"), _spread(sd, frame))
    if mode == CHANCE:
        return (_chance(result, look, frame),)
    return (_plain(field, palette, look, frame, limits),)


def suited(name: str) -> str:
    """The palette that suits a field."""
    for part, palette in SUITED.items():
        if part in name:
            return palette
    return "viridis"


def scalars(field: Field, frame: int) -> NDArray[np.floating]:
    """(n,), one frame of a field; the length of a vector."""
    values = np.asarray(field.values)
    if field.times:
        values = values[min(frame, len(values) - 1)]
    return np.asarray(np.linalg.norm(values, axis=1) if values.ndim == 2 else values)


def strongest_time(field: Field | None) -> float:
    """The time, ms, of the frame that shows most; 0 for a field that does not change, or none."""
    if field is None or not field.times:
        return 0.0
    values = np.abs(np.asarray(field.values)).reshape(len(field.times), -1)
    return field.times[int(np.argmax(np.nanmean(values, axis=1)))]


def frame_at(field: Field, time: float) -> int:
    """The frame nearest to a time, ms."""
    return int(np.argmin(np.abs(np.asarray(field.times) - time))) if field.times else 0


def _scaled(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    return np.asarray(np.clip((values - low) / (high - low), 0.0, 1.0))


def _plain(
    field: Field, palette: Palette, look: Look, frame: int, limits: tuple[float, float] | None, word: str = ""
) -> Painting:
    low, high = limits or shared_limits(field)
    values = scalars(field, frame)
    levels = isochrone_times(low, high, look.spacing) if has_isochrones(look.field) else ()
    texture, smooth = (_banded(palette, low, high, levels), False) if levels else (palette.colours, True)
    return Painting(
        title=_title(field, word),
        unit=shown_unit(field.unit),
        low=low,
        high=high,
        low_word=field.low_word or "LOW",
        high_word=field.high_word or "HIGH",
        kind="value",
        across=_scaled(values, low, high),
        up=np.zeros_like(values),
        values=values,
        texture=texture.reshape(1, -1, 3),
        smooth=smooth,
        levels=levels,
        clipped=bool(np.nanmax(values, initial=low) > high),
    )


def _title(field: Field, word: str) -> str:
    return f"{quantity_of(field)}, {word}" if word else field.label


def _banded(palette: Palette, low: float, high: float, levels: tuple[float, ...]) -> Bytes:
    """A texture 512 wide whose colour steps lie at the levels."""
    edges = (np.asarray(levels) - low) / (high - low)
    band = np.searchsorted(edges, (np.arange(512) + 0.5) / 512)
    return palette.bands(len(levels) + 1)[band]


def _with_doubt(mean: Field, sd: Field, palette: Palette, frame: int, limits: tuple[float, float] | None) -> Painting:
    low, high = limits or shared_limits(mean)
    values, doubt = scalars(mean, frame), scalars(sd, frame)
    top = FULL_DOUBT * (high - low)
    return Painting(
        title=_title(mean, "with its doubt"),
        unit=shown_unit(mean.unit),
        low=low,
        high=high,
        low_word=mean.low_word or "LOW",
        high_word=mean.high_word or "HIGH",
        kind="doubt",
        across=_scaled(values, low, high),
        up=_scaled(doubt, 0.0, top),
        values=values,
        texture=vsup_texture(palette),
        smooth=False,
        doubt_high=top,
    )


def paint_pair(left: Result, right: Result, look: Look, time: float) -> tuple[Painting, ...]:
    """Two runs at the same time (ms) on one scale, or their difference; each may keep moments of its own."""
    one, two = left.fields[look.field], right.fields[look.field]
    frames = frame_at(one, time), frame_at(two, time)
    if look.difference:
        return (difference(one, two, frames),)
    limits = shared_limits(one, two)
    single = look if look.mode in (VALUE, DOUBT) else look.changed(mode=VALUE)
    return (*paint(left, single, frames[0], limits), *paint(right, single, frames[1], limits))


def difference(left: Field, right: Field, frames: tuple[int, int] = (0, 0)) -> Painting:
    """Right minus left, each at its frame, on a scale that is the same on both sides of zero."""
    values = scalars(right, frames[1]) - scalars(left, frames[0])
    top = round_limits(0.0, float(np.nanmax(np.abs(values), initial=0.0)))[1]
    times = left.low_word == "EARLY"
    return Painting(
        title=f"{quantity_of(left)}, right minus left",
        unit=shown_unit(left.unit),
        low=-top,
        high=top,
        low_word="RIGHT EARLIER" if times else "RIGHT LOWER",
        high_word="RIGHT LATER" if times else "RIGHT HIGHER",
        kind="difference",
        across=_scaled(values, -top, top),
        up=np.zeros_like(values),
        values=values,
        texture=diverging().colours.reshape(1, -1, 3),
        smooth=True,
    )


def _spread(sd: Field, frame: int) -> Painting:
    high = shared_limits(sd)[1]
    values = scalars(sd, frame)
    return Painting(
        title=_title(sd, "") or "Standard deviation",
        unit=shown_unit(sd.unit),
        low=0.0,
        high=high,
        low_word="SURE",
        high_word="UNSURE",
        kind="sd",
        across=_scaled(values, 0.0, high),
        up=np.zeros_like(values),
        values=values,
        texture=palettes()["lajolla"].colours[20:235][::-1].reshape(1, -1, 3),  # what is unsure glows
        smooth=True,
    )


def _chance(result: Result, look: Look, frame: int) -> Painting:
    family = family_of(result, look.field)
    ready = result.fields.get(f"{family}_exceedance")
    members, threshold = members_of(result, look.field), threshold_of(result, look)
    if members is not None and threshold is not None:
        values = share_above(members, threshold)
        mean = result.fields.get(f"{family}_mean", result.fields[look.field])
        quantity = quantity_of(mean)
        title = f"P({quantity[:1].lower()}{quantity[1:]} > {threshold:g} {shown_unit(mean.unit)})"
    else:
        assert ready is not None
        values, title = scalars(ready, frame), ready.label
    return Painting(
        title=title,
        unit="%",
        low=0.0,
        high=100.0,
        low_word="UNLIKELY",
        high_word="LIKELY",
        kind="chance",
        across=np.clip(values - EVEN, 0, 1),
        up=np.zeros_like(values),
        values=values * 100.0,
        texture=palettes()["batlow"].bands(8).reshape(1, -1, 3),
        smooth=False,
        levels=(5.0, 50.0 - 100 * EVEN, 95.0),
        runs=count_of(result, look.field),
    )
