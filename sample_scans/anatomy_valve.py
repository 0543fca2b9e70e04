"""The aortic root with three sinuses, and a stenotic valve: thick calcified leaflets that form a dome with a small orifice."""

from dataclasses import dataclass

import numpy as np

from geometry.segmentation import AORTA, LV, ROOT
from sample_scans.anatomy_surfaces import Array, Tube, smooth_step
from sample_scans.canvas import Canvas


@dataclass(frozen=True)
class Valve:
    """An aortic root around a centre line, lengths in mm.

    line                  from inside the ventricle to the arch
    annulus, stj, end     arc lengths: leaflet roots, sinotubular junction, end of the ascending aorta
    hinge (3,), axes (3, 3)  the annulus centre; rows: two across, one along the flow
    bulge                 of the sinuses beyond the tube
    orifice               mm2; height of the dome; thickness of its leaflets; turn (rad) of the sinuses; lobes of the orifice
    nodules (k, 4)        azimuth, height fraction, depth in the leaflet (mm), radius (mm) of each lump of calcium
    """

    line: Tube
    annulus: float
    stj: float
    end: float
    hinge: Array
    axes: Array
    bulge: float
    orifice: float
    height: float
    thickness: float
    turn: float
    lobes: float
    nodules: Array

    @property
    def annulus_radius(self) -> float:
        """mm, of the tube at the leaflet roots."""
        return float(np.interp(self.annulus, self.line.arc, self.line.radii))


def draw_valve(line: Tube, annulus: Array, stj: Array, end: Array, orifice: float, rng: np.random.Generator) -> Valve:
    """A stenotic valve at ``annulus`` (3,) mm of a centre line, with an orifice of ``orifice`` mm2."""
    arcs = [float(line.nearest(np.asarray(p)[None])[1][0]) for p in (annulus, stj, end)]
    flow = (stj - annulus) / np.linalg.norm(stj - annulus)
    across = np.cross(flow, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    count = 18
    nodules = np.stack(
        [
            np.repeat(np.arange(3), 6) * 2 * np.pi / 3 + rng.normal(0, 0.35, count),
            rng.uniform(0.15, 0.97, count),
            rng.uniform(0.8, 1.8, count),
            rng.uniform(1.3, 2.7, count),
        ],
        axis=1,
    )
    return Valve(
        line=line,
        annulus=arcs[0],
        stj=arcs[1],
        end=arcs[2],
        hinge=np.asarray(annulus, float),
        axes=np.stack([across, np.cross(flow, across), flow]),
        bulge=float(rng.uniform(3.6, 4.6)),
        orifice=orifice,
        height=float(rng.uniform(10.5, 12.5)),
        thickness=float(rng.uniform(2.0, 2.5)),
        turn=float(rng.uniform(0, 2 * np.pi / 3)),
        lobes=float(rng.uniform(0.10, 0.2)),
        nodules=nodules,
    )


def orifice_radius(valve: Valve, azimuth: Array) -> Array:
    """mm; a rounded triangle r = a (1 + e cos 3u), whose area pi a^2 (1 + e^2/2) is the orifice."""
    mean = np.sqrt(valve.orifice / (np.pi * (1.0 + 0.5 * valve.lobes**2)))
    return np.asarray(mean * (1.0 + valve.lobes * np.cos(3.0 * (azimuth - valve.turn))))


def jet_radius(valve: Valve, azimuth: Array, height: Array) -> Array:
    """mm, inner face of the dome: the annulus at height 0, narrowing smoothly to the rim of the orifice."""
    share = 0.5 - 0.5 * np.cos(np.pi * np.clip(height / valve.height, 0.0, 1.0))
    return np.asarray(valve.annulus_radius + (orifice_radius(valve, azimuth) - valve.annulus_radius) * share)


def throat_area(valve: Valve) -> float:
    """mm2, the smallest cross-section inside the dome, by quadrature."""
    azimuth = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    height = np.linspace(0, valve.height, 200)[:, None]
    area = 0.5 * (jet_radius(valve, azimuth, height) ** 2).mean(axis=1) * 2 * np.pi
    return float(area.min())


def paint_root_wall(canvas: Canvas, valve: Valve) -> None:
    """Paint the vessel wall, before the ventricles are painted."""
    index = canvas.select(valve.line)
    away, arc, radius = valve.line.nearest(canvas.points[index])
    azimuth, height, _ = _local(valve, canvas.points[index])
    edge = away - radius - _sinus(valve, azimuth, height, arc)
    canvas.cover(
        index,
        np.maximum(edge - 2.0, np.maximum(valve.annulus - 16.0 - arc, arc - valve.line.arc[-1] + 30.0)),
        "vessel wall",
    )


def paint_root(canvas: Canvas, valve: Valve) -> None:
    """Paint the blood from outflow tract to arch and the leaflets in it, after the ventricles."""
    index = canvas.select(valve.line)
    points = canvas.points[index]
    away, arc, radius = valve.line.nearest(points)
    azimuth, height, rho = _local(valve, points)
    edge = away - radius - _sinus(valve, azimuth, height, arc)
    cuts = (-1e3, valve.annulus, valve.stj, valve.end, 1e3)
    for label, start, stop in zip((LV, ROOT, AORTA, 0), cuts[:-1], cuts[1:], strict=True):
        piece = np.maximum(edge, np.maximum(start - arc, arc - stop))
        shown = piece < 4.0
        canvas.cover(index[shown], piece[shown], "blood" if label == LV else "aorta blood", label)
    near = (np.abs(height - 6.0) < 14.0) & (rho < 24.0)
    _paint_leaflets(canvas, valve, index[near], azimuth[near], height[near], rho[near])


def _paint_leaflets(canvas: Canvas, valve: Valve, index: Array, azimuth: Array, height: Array, rho: Array) -> None:
    inner = rho - jet_radius(valve, azimuth, height)
    share = np.pi * np.clip(height / valve.height, 0, 1)
    slope = (valve.annulus_radius - orifice_radius(valve, azimuth)) * 0.5 * np.pi / valve.height * np.sin(share)
    inner = inner / np.sqrt(1.0 + slope**2)
    thick = valve.thickness * (0.95 + 0.2 * np.sin(share))
    leaflet = np.maximum(np.maximum(-inner, inner - thick), np.maximum(-0.5 - height, height - valve.height))
    canvas.cover(index, leaflet, "valve")
    for turn, level, depth, size in valve.nodules:
        at = np.clip(level, 0, 1) * valve.height
        ring = float(jet_radius(valve, np.array(turn), np.array(at))) + depth
        across = rho**2 + ring**2 - 2 * rho * ring * np.cos(azimuth - turn)
        ball = np.sqrt(np.maximum(across, 0) + (height - at) ** 2) - size
        canvas.cover(index, np.maximum(ball, 0.3 - inner), "calcium")


def _local(valve: Valve, points: Array) -> tuple[Array, Array, Array]:
    local = (points - valve.hinge.astype(np.float32)) @ valve.axes.T.astype(np.float32)
    return np.arctan2(local[:, 1], local[:, 0]), local[:, 2], np.hypot(local[:, 0], local[:, 1])


def _sinus(valve: Valve, azimuth: Array, height: Array, arc: Array) -> Array:
    """How far the three sinuses of Valsalva stand out, mm."""
    length = valve.stj - valve.annulus
    along = np.clip((arc - valve.annulus) / length, 0.0, 1.0)
    rise = smooth_step(along, 0.0, 0.4) * (1.0 - smooth_step(along, 0.55, 1.0))
    lobe = (0.5 + 0.5 * np.cos(3.0 * (azimuth - valve.turn + np.pi / 3))) ** 0.7
    return np.asarray(valve.bulge * rise * (0.15 + 0.85 * lobe))
