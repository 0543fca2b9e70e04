"""Above the valve plane: the two atria, the right outflow tract, the aortic root and the ascending aorta with its arch."""

from dataclasses import dataclass

import numpy as np

from sample_scans.anatomy_frame import Frame
from sample_scans.anatomy_heart import Heart
from sample_scans.anatomy_surfaces import Array, Blob, Ripple, Tube, draw_ripple, tube
from sample_scans.canvas import Canvas


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


def draw_base(heart: Heart, frame: Frame, rng: np.random.Generator, annulus: float = 11.5, ascending: float = 15.5) -> HeartBase:
    """Atria and great vessels that fit on these ventricles (radii of aortic annulus and ascending aorta in mm)."""
    top = heart.length
    upright = frame.axes @ np.array([0.0, 0.0, 1.0])
    right = frame.axes @ np.array([1.0, 0.0, 0.0])
    front = frame.axes @ np.array([0.0, 1.0, 0.0])
    size = rng.uniform(0.93, 1.08)
    atrium = Blob(
        np.array([9.0, 6.0, top + 21.0]), size * np.array([29.0, 25.0, 25.0]), np.eye(3), 2.5, draw_ripple(rng, 1.5, 45.0)
    )
    other = Blob(
        np.array([-47.0, 22.0, top + 12.0]), size * np.array([22.0, 23.0, 25.0]), np.eye(3), 2.4, draw_ripple(rng, 2.0, 40)
    )
    ear = Blob(np.array([27.0, -22.0, top + 14.0]), np.array([9.0, 15.0, 9.0]), np.eye(3), 2.2, draw_ripple(rng, 1.5, 20))
    return HeartBase(
        left_atrium=atrium,
        right_atrium=other,
        appendage=ear,
        veins=_pulmonary_veins(atrium.centre, right, front, upright),
        caval=_caval_veins(other.centre, right, front, upright),
        outflow=_outflow(heart, right, front, upright),
        aorta=aorta_line(heart, frame, annulus, ascending),
        ripples=(draw_ripple(rng, 1.0, 40.0),),
    )


def aorta_line(heart: Heart, frame: Frame, annulus: float, ascending: float) -> Tube:
    """Centre line from inside the left ventricle (arc 0) through outflow tract, root, ascending aorta, arch."""
    right, front, up = (frame.axes @ unit for unit in np.eye(3))
    valve = np.array([-13.0, -13.0, heart.length + 4.0])
    out = 0.80 * up + 0.46 * right + 0.28 * front
    out /= np.linalg.norm(out)
    knots = [valve - 24 * out - np.array([-6, -4, 9.0]), valve - 11 * out - np.array([-1.5, -1, 2.0]), valve]
    knots += [valve + step * out for step in (8.0, 16.0, 24.0)]
    stj = knots[-1]
    for r, f, u in ((6, 4, 15), (8, 5, 31), (6, 2, 46), (-2, -9, 60), (-14, -26, 66), (-27, -45, 60), (-35, -57, 45), (-36, -60, 20)):
        knots.append(stj + r * right + f * front + u * up)
    radii = [9.0, annulus - 1.0, annulus, annulus + 2, annulus + 2, annulus + 1.5]
    radii += [ascending - 0.8, ascending, ascending, ascending - 0.8, 13.5, 12.5, 12.0, 11.5]
    return tube(np.array(knots), np.array(radii), step=3.0)


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


def _outflow(heart: Heart, right: Array, front: Array, up: Array) -> Tube:
    """Right ventricular outflow tract, pulmonary valve and trunk to the left of the aorta."""
    start = np.array([-37.0, -30.0, heart.length - 12.0])
    valve = np.array([-24.0, -45.0, heart.length + 8.0])
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


def thicker(shape: Blob | Tube, wall: float) -> Blob | Tube:
    """The outside of a shape with a wall of ``wall`` mm."""
    if isinstance(shape, Blob):
        return Blob(shape.centre, shape.radii + wall, shape.axes, shape.power, shape.ripple)
    return Tube(shape.centres, shape.radii + wall, shape.arc)


def paint_base(canvas: Canvas, base: HeartBase, contraction: float, shift: float, *, aorta: bool = True) -> None:
    """Paint atria and vessels; the atria fill while the ventricles contract. The aorta may be left to its own painter."""
    fill = 1.0 + 0.07 * contraction
    for vein in base.caval:
        canvas.paint(vein, "right blood")
    for vein in base.veins:
        canvas.paint(thicker(vein, 1.0), "vessel wall")
    for chamber, blood in (
        (base.right_atrium, "right blood"),
        (base.left_atrium, "atrial blood"),
        (base.appendage, "atrial blood"),
    ):
        placed = moved(chamber, shift, fill)
        canvas.paint(thicker(placed, 2.0), "atrial wall")
        canvas.paint(placed, blood)
    for vein in base.veins:
        canvas.paint(vein, "atrial blood")
    outflow = moved(base.outflow, shift * 0.8)
    canvas.paint(thicker(outflow, 2.2), "rv wall")
    canvas.paint(outflow, "rv blood")
    if aorta:
        vessel = moved(base.aorta, shift)
        canvas.paint(thicker(vessel, 1.8), "vessel wall")
        canvas.paint(vessel, "aorta blood")
