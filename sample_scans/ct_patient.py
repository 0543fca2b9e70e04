"""One draw of everything that differs between patients and scanners in contrast CT, over a wide range."""

from dataclasses import dataclass, replace

import numpy as np

from sample_scans.anatomy_base import HeartBase, aorta_knots, aorta_line, draw_base
from sample_scans.anatomy_frame import Frame, place_heart
from sample_scans.anatomy_heart import Heart, draw_heart
from sample_scans.anatomy_mitral import Mitral, draw_mitral
from sample_scans.anatomy_surfaces import Array, Blob, Tube, tube
from sample_scans.anatomy_torso import Torso, draw_torso
from sample_scans.anatomy_valve import Valve, draw_valve
from sample_scans.ct_artefacts import Acquisition, draw_acquisition


@dataclass(frozen=True)
class CtCase:
    """A patient and how he or she is scanned.

    state      of contraction (0 end-diastole, 1 end-systole); shift (mm) of the base with it
    lead       the wire of a pacemaker from the upper caval vein into the right ventricle, or None
    """

    heart: Heart
    frame: Frame
    torso: Torso
    base: HeartBase
    valve: Valve
    mitral: Mitral
    state: float
    shift: float
    lead: Tube | None
    acquisition: Acquisition


def draw_case(seed: int) -> CtCase:
    """The case of a seed: small women to dilated hearts, any valve, any phase, contrast and scanner."""
    rng = np.random.default_rng([seed, 5])
    heart = _heart(rng)
    frame = _turned(place_heart(heart.length, rng), rng)
    state = float(rng.choice([rng.uniform(0.0, 0.3), rng.uniform(0.6, 1.0)], p=[0.6, 0.4]))
    open_valve = state > 0.3
    shift = heart.descent * state
    torso = replace(draw_torso(rng), fat=float(rng.uniform(3, 35)))
    annulus = float(rng.uniform(9.3, 13.8))
    ascending = annulus + float(rng.uniform(3.0, 6.5)) + float(rng.choice([0.0, rng.uniform(2, 6)], p=[0.75, 0.25]))
    base = _atrium(draw_base(heart, frame, rng, torso, annulus, ascending), heart, rng)
    root = float(np.clip(np.random.default_rng([seed, 7]).normal(22.0, 3.0), 16.0, 30.0))
    base = replace(base, aorta=aorta_line(heart, frame, torso, annulus, ascending, root=root))
    knots = aorta_knots(heart, frame, torso.descending, root) - np.array([0.0, 0.0, shift])
    line = Tube(base.aorta.centres - np.array([0.0, 0.0, shift]), base.aorta.radii, base.aorta.arc)
    valve = _valve(line, knots, annulus, open_valve, rng)
    return CtCase(
        heart,
        frame,
        torso,
        base,
        valve,
        draw_mitral(heart, state, rng),
        state,
        shift,
        _lead(heart, base) if rng.random() < 0.2 else None,
        draw_acquisition(rng),
    )


def _heart(rng: np.random.Generator) -> Heart:
    """From a small woman's to a dilated or hypertrophied heart: sizes about an end-diastolic volume of 65 to 260 ml."""
    edv = float(np.exp(rng.uniform(np.log(65.0), np.log(260.0))))
    length = 92.0 * (edv / 130.0) ** 0.28 * float(rng.uniform(0.92, 1.08))
    return replace(
        draw_heart(rng, length=length, wall=float(rng.uniform(6.5, 15.0))),
        radius=float(np.sqrt(1000.0 * edv / (0.68 * np.pi * length))),  # the cavity fills about 0.68 of its cylinder
        squeeze=float(rng.uniform(0.62, 0.92)),
        rv_depth=32.0 * (edv / 130.0) ** 0.25 * float(rng.uniform(0.8, 1.25)),
        rv_squeeze=float(rng.uniform(0.55, 0.8)),
    )


def _turned(frame: Frame, rng: np.random.Generator) -> Frame:
    """Hearts lie steep in slim people and flat in stout ones: turned by some 10 degrees about any axis."""
    spin = rng.normal(0.0, 0.13, 3)
    angle = float(np.linalg.norm(spin))
    cross = np.cross(np.eye(3), spin / angle)
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return Frame(frame.axes @ turn.T, turn @ frame.apex)


def _atrium(base: HeartBase, heart: Heart, rng: np.random.Generator) -> HeartBase:
    """A left atrium from normal to large, its veins with it."""
    size = float(rng.uniform(0.85, 1.25)) * (heart.radius / 26.0) ** 0.4
    old = base.left_atrium
    centre = old.centre + np.array([rng.normal(0, 2), rng.normal(0, 2) + 8 * (size - 1), 22 * (size - 1)])
    radii = old.radii * size * rng.uniform(0.92, 1.08, 3)
    ear = base.appendage
    ear = Blob(ear.centre + rng.normal(0, 2, 3), ear.radii * rng.uniform(0.8, 1.3), ear.axes, ear.power, ear.ripple)
    wide = float(rng.uniform(0.85, 1.3))
    veins = tuple(Tube(v.centres + centre - old.centre, v.radii * wide, v.arc) for v in base.veins)
    return replace(base, left_atrium=replace(old, centre=centre, radii=radii), appendage=ear, veins=veins)


def _valve(line: Tube, knots: Array, annulus: float, opened: bool, rng: np.random.Generator) -> Valve:
    """From thin leaflets to calcified stenosis, opened in systole and closed in diastole."""
    sick = float(rng.choice([0.0, rng.uniform(0.0, 0.5), rng.uniform(0.5, 1.0)], p=[0.4, 0.2, 0.4]))
    widest = (1.0 - 0.75 * sick) * 0.75 * np.pi * annulus**2
    orifice = max(60.0, widest) if opened else 3.0 + 10.0 * sick
    valve = draw_valve(line, knots[2], knots[5], knots[8], float(orifice), rng)
    count = round(18 * max(sick - 0.25, 0.0) / 0.75)
    return replace(
        valve,
        thickness=0.7 + 1.6 * sick,
        bulge=float(rng.uniform(2.0, 6.5)),
        nodules=valve.nodules[:count] * np.array([1.0, 1.0, 1.0, rng.uniform(0.8, 1.4)]),
    )


def _lead(heart: Heart, base: HeartBase) -> Tube:
    """The wire: down the upper caval vein, through the right atrium, to the apex of the right ventricle."""
    right, upper = base.right_atrium.centre, base.caval[0].centres
    inflow = np.array([-heart.radius - 24.0, 8.0, heart.length - 6.0])
    apex = np.array([-heart.radius * 0.75 - 12.0, -4.0, 0.38 * heart.length])
    return tube(np.stack([upper[-1], upper[len(upper) // 2], right, inflow, apex]), np.full(5, 1.2), 3.0)
