"""Above the valve plane: the two atria, the right outflow tract, the aortic root and the ascending aorta with its arch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sample_scans.anatomy_frame import Frame
from sample_scans.anatomy_heart import Heart
from sample_scans.anatomy_surfaces import Array, Blob, Ripple, Tube, draw_ripple, tube
from sample_scans.anatomy_torso import Torso
from sample_scans.canvas import Canvas

ROOT_LENGTH = 24.0  # mm from annulus to sinotubular junction


@dataclass(frozen=True)
class HeartBase:
    """Shapes in the heart frame at end-diastole; they follow the valve plane down (``shift`` mm) in systole."""

    left_atrium: Blob
    right_atrium: Blob
    appendage: Blob
    veins: tuple[Tube, ...]
    caval: tuple[Tube, ...]
    outflow: Tube
    aorta: Tube
    ripples: tuple[Ripple, ...]


def draw_base(
    heart: Heart,
    frame: Frame,
    rng: np.random.Generator,
    torso: Torso,
    annulus: float = 11.5,
    ascending: float = 15.5,
    spread: float = 1.0,
    loose: float = 0.0,
) -> HeartBase:
    """Atria and great vessels that fit on these ventricles (radii of aortic annulus and ascending aorta in mm).

    ``spread`` is how far from the long axis they lie, and how large the atria are, over the usual; ``loose`` 1 lets their
    sizes and places differ as widely as they do between patients.
    """
    wide = np.array([spread, spread, 1.0])

    def own(centre: Array, radii: Array, *more: Any) -> Blob:
        if not loose:
            return Blob(centre, radii, *more)
        grown = radii * np.exp(loose * rng.normal(0.0, 0.16)) * np.exp(loose * rng.normal(0.0, 0.08, 3))
        return Blob(centre + loose * rng.normal(0.0, 3.5, 3), grown, *more)

    top = heart.length
    upright = frame.axes @ np.array([0.0, 0.0, 1.0])
    right = frame.axes @ np.array([1.0, 0.0, 0.0])
    front = frame.axes @ np.array([0.0, 1.0, 0.0])
    size = rng.uniform(0.93, 1.08) * spread
    atrium = own(
        np.array([11.0, 8.5, top + 22.0]) * wide,
        size * np.array([29.0, 25.0, 25.0]),
        np.eye(3),
        2.5,
        draw_ripple(rng, 1.5, 45.0),
    )
    other = own(
        np.array([-47.0, 22.0, top + 12.0]) * wide,
        size * np.array([22.0, 23.0, 25.0]),
        np.eye(3),
        2.4,
        draw_ripple(rng, 2.0, 40),
    )
    ear = own(
        np.array([28.0, -21.0, top + 15.0]) * wide,
        np.array([9.0, 15.0, 9.0]),
        np.eye(3),
        2.2,
        draw_ripple(rng, 1.5, 20),
    )
    return HeartBase(
        left_atrium=atrium,
        right_atrium=other,
        appendage=ear,
        veins=_pulmonary_veins(atrium.centre, right, front, upright),
        caval=_caval_veins(other.centre, right, front, upright),
        outflow=_outflow(heart, right, front, upright, wide),
        aorta=aorta_line(heart, frame, torso, annulus, ascending, loose * rng.normal(0.0, 3.5, 3) if loose else None),
        ripples=(draw_ripple(rng, 1.0, 40.0),),
    )


def aorta_knots(heart: Heart, frame: Frame, descending: tuple[float, float], root: float = ROOT_LENGTH) -> Array:
    """(14, 3) mm: outflow tract (0, 1), annulus (2), sinotubular junction (5), start of the arch (8), descending aorta.

    ``descending`` RAS x and y (mm) of the upright vessel in the back, which the arch runs into; ``root`` is the length of
    the root (mm).
    """
    right, front, up = (frame.axes @ unit for unit in np.eye(3))
    valve = np.array([-13.0, -13.0, heart.length + 4.0])
    out = 0.80 * up + 0.46 * right + 0.28 * front
    out /= np.linalg.norm(out)
    start = [valve - 24 * out - np.array([-6, -4, 9.0]), valve - 11 * out - np.array([-1.5, -1, 2.0]), valve]
    knots = start + [valve + share * root * out for share in (1 / 3, 2 / 3, 1.0)]
    junction = knots[-1]
    rise = ((6, 4, 15), (8, 5, 31), (6, 2, 46))
    knots += [junction + r * right + f * front + u * up for r, f, u in rise]
    last = frame.to_patient(knots[-1])
    back = np.array([*descending, last[2]])
    shares = ((0.22, 14), (0.55, 20), (0.86, 12), (1.0, -4), (1.0, -26))
    bows = [last + share * (back - last) + np.array([0, 0, lift]) for share, lift in shares]
    return np.array([*knots, *frame.to_heart(np.array(bows))])


def aorta_line(
    heart: Heart,
    frame: Frame,
    torso: Torso,
    annulus: float,
    ascending: float,
    aside: Array | None = None,
    root: float = ROOT_LENGTH,
) -> Tube:
    """Centre line from inside the left ventricle (arc 0) through outflow tract, root, ascending aorta, arch.

    ``aside`` (3,) mm moves the valve, and less and less what lies further on.
    """
    radii = [9.0, annulus - 1.0, annulus, annulus + 2, annulus + 2, annulus + 1.5]
    radii += [ascending - 0.8, ascending, ascending, ascending - 0.8, 13.5, torso.aorta + 0.5, torso.aorta, torso.aorta]
    knots = aorta_knots(heart, frame, torso.descending, root)
    if aside is not None:
        knots += aside * np.clip(1.5 - np.arange(len(knots)) / 8.0, 0.0, 1.0)[:, None]
    return tube(knots, np.array(radii), step=3.0)


def arch_height(aorta: Tube, frame: Frame) -> float:
    """RAS height (mm) below which the aorta is the upright vessel of the torso."""
    return float(frame.to_patient(aorta.centres[-1])[2]) + 8.0


def _pulmonary_veins(centre: Array, right: Array, front: Array, up: Array) -> tuple[Tube, ...]:
    veins = []
    for side in (1.0, -1.0):
        for height in (10.0, -9.0):
            start = centre + side * right * 14 - front * 8 + up * height * 0.8
            end = centre + side * right * 58 - front * (16 + 0.3 * height) + up * height * 2.2
            middle = 0.5 * (start + end) - front * 4
            veins.append(tube(np.stack([start, middle, end]), np.array([8.0, 6.0, 5.0]), 6.0))
    return tuple(veins)


def _caval_veins(centre: Array, right: Array, front: Array, up: Array) -> tuple[Tube, ...]:
    upper = np.stack([centre, centre + up * 32 + right * 4, centre + up * 75 + right * 8 + front * 6])
    lower = np.stack([centre, centre - up * 24 + right * 3 - front * 8, centre - up * 70 + right * 6 - front * 14])
    return tube(upper, np.array([9.0, 9.5, 9.0]), 6.0), tube(lower, np.array([12.0, 12.0, 11.5]), 6.0)


def _outflow(heart: Heart, right: Array, front: Array, up: Array, wide: Array) -> Tube:
    """Right ventricular outflow tract, pulmonary valve and trunk to the left of the aorta."""
    start = np.array([-37.0, -30.0, heart.length - 12.0]) * wide
    valve = np.array([-24.0, -45.0, heart.length + 8.0]) * wide
    trunk = valve + up * 24 - front * 10 - right * 6
    fork = trunk + up * 12 - front * 22 - right * 2
    return tube(np.stack([start, valve, trunk, fork]), np.array([14.0, 12.5, 13.0, 12.0]), 4.0)


def moved(shape: Blob | Tube, shift: float, grow: float = 1.0) -> Blob | Tube:
    """The shape drawn ``shift`` mm toward the apex and scaled by ``grow``."""
    down = np.array([0.0, 0.0, -shift])
    if isinstance(shape, Blob):
        return Blob(shape.centre + down, shape.radii * grow, shape.axes, shape.power, shape.ripple)
    fade = np.exp(-shape.arc / 60.0)[:, None]
    return Tube(shape.centres + down * fade, shape.radii * grow, shape.arc)


def _paint_hollow(canvas: Canvas, parts: Sequence[Blob | Tube], wall: float, tissue: str, blood: str) -> None:
    """Paint parts that open into each other: all walls first, then all the blood."""
    found = [(index, part.distance(canvas.points[index])) for part in parts if (index := canvas.select(part)).size]
    for index, distance in found:
        canvas.cover(index, distance - wall, tissue)
    for index, distance in found:
        canvas.cover(index, distance, blood)


def paint_base(
    canvas: Canvas,
    base: HeartBase,
    contraction: float,
    shift: float,
    *,
    aorta: bool = True,
    outflow_label: int = 0,
) -> None:
    """Paint atria and vessels; the atria fill while the ventricles contract. The aorta may be left to its own painter.

    ``outflow_label`` is what the right outflow tract counts as, up to the pulmonary valve (0: as nothing).
    """
    fill = 1.0 + 0.07 * contraction
    left = [moved(base.left_atrium, shift, fill), moved(base.appendage, shift, fill), *base.veins]
    right = [moved(base.right_atrium, shift, fill), *base.caval]
    _paint_hollow(canvas, right, 1.6, "atrial wall", "right blood")
    _paint_hollow(canvas, left, 1.6, "atrial wall", "atrial blood")
    outflow = moved(base.outflow, shift * 0.8)
    _paint_hollow(canvas, [outflow], 2.0, "rv wall", "rv blood")
    if outflow_label and isinstance(outflow, Tube):
        index = canvas.select(outflow)
        valve = outflow.centres[np.searchsorted(base.outflow.arc, 22.0), 2]  # its second knot lies some 22 mm up
        inside = np.maximum(outflow.distance(canvas.points[index]), canvas.points[index, 2] - valve)
        canvas.cover(index, inside, "rv blood", outflow_label)
    if aorta:
        _paint_hollow(canvas, [moved(base.aorta, shift)], 1.6, "vessel wall", "aorta blood")
