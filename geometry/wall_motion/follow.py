"""Move the surfaces of a mesh so that they follow the labels of a cine, and its inside with them.

In every phase the surfaces follow the outlines in the slices (relative to where they lie in the outlines of end-diastole, so
that what meshing smoothed stays smoothed), the plane of the base descends as far as the outlined part of the ventricle gets
shorter, and a last offset of a surface brings its cavity to the volume that the labels have in proportion: what lies above the
cut base is taken to empty like the rest. Over time each node gets a short Fourier series; the inside follows harmonically.
"""

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.measures.volumes import volume_curve
from geometry.mesh_measures.cavity import ClosedCavity
from geometry.progress import Progress, part, silent
from geometry.segmentation import LV, RV, Segmentation
from geometry.wall_motion.inside import lifted, untangled
from geometry.wall_motion.motion import WallMotion, harmonics
from geometry.wall_motion.outlines import CHAMBERS, Outlines, base_heights, outlines_of
from geometry.wall_motion.surface import WallSurface, wall_surface

ROUNDS, CLOSE = 14, 0.003  # of following an outline, until volumes are this near (relative)
STEP = 4.0  # mm, the longest way in one round
PROBE = 0.75  # mm to either side, for the slope of a distance along a normal
SLOW = 2  # harmonics of the descent of the base
MOST = 9  # harmonics of the motion
ENOUGH = 0.02  # relative volume error with which no further harmonic is taken
DEEPEST = 25.0  # mm the base may descend
CAVITIES = {"lv": LV, "rv": RV}


def follow_wall(
    mesh: HeartMesh,
    segmentation: Segmentation,
    shares: Floats | None = None,
    period: float | None = None,
    progress: Progress = silent,
) -> WallMotion:
    """The motion of a ventricles mesh that was built from end-diastole of ``segmentation``.

    shares  (phases,) where in the beat each phase lies, 0 to 1; even without
    period  ms of a beat, if known

    Refuses fewer than four phases, a mesh of something else, and labels without a left ventricle in some phase.
    """
    phases = segmentation.labels.shape[3] if segmentation.labels.ndim == 4 else 1
    if phases < 4:
        raise Refused(f"The segmentation has {phases} phase(s); the motion of a wall needs at least four of a beat.")
    if mesh.kind != "ventricles" or "apex" not in mesh.landmarks or "base_center" not in mesh.landmarks:
        raise Refused(
            "Only the wall of ventricles with an apex and a base can follow a cine; mesh the segmentation first."
        )
    at = np.arange(phases) / phases if shares is None else np.asarray(shares, float)
    progress(0.0, "Reading the outlines of every phase")
    fit = _Fit(mesh, segmentation, at)
    surface = fit.all_phases(part(progress, 0.05, 0.55))
    progress(0.55, "Making the motion periodic")
    series = fit.series(surface)
    whole = lifted(mesh, fit.surface.nodes, series, part(progress, 0.6, 0.95))
    progress(0.95, "Looking for tetrahedra that turn over")
    whole = untangled(mesh, whole, phases)
    return _finished(mesh, fit, whole, at, period)


class _Fit:
    """What all phases share while the surface follows them."""

    def __init__(self, mesh: HeartMesh, segmentation: Segmentation, shares: Floats) -> None:
        self.mesh, self.ed, self.shares = mesh, segmentation.ed, shares
        self.outlines: Outlines = outlines_of(segmentation)
        apex, base = (np.array(mesh.landmarks[name]) for name in ("apex", "base_center"))
        self.length = float(np.linalg.norm(base - apex))
        up = np.array(mesh.landmarks.get("base_normal", (base - apex) / self.length))
        self.surface: WallSurface = wall_surface(mesh, up)
        self.points = mesh.points[self.surface.nodes]
        self.share_up = np.clip((self.points - apex) @ up / ((base - apex) @ up), 0.0, 1.0)
        self.at_rest = self._distances(self.ed, self.points)
        self.lift = _descent(base_heights(segmentation), shares, self.ed)
        self.cavities = {
            name: ClosedCavity(mesh, f"endo_{name}") for name in CAVITIES if len(mesh.tagged(f"endo_{name}"))
        }
        self.wanted = {name: self._wanted(segmentation, name) for name in self.cavities}

    def _wanted(self, segmentation: Segmentation, name: str) -> Floats:
        curve = np.asarray(volume_curve(segmentation, CAVITIES[name]), float)
        if (curve <= 0).any():
            empty = int(np.flatnonzero(curve <= 0)[0]) + 1
            raise Refused(f"Phase {empty} has no {name.upper()} cavity; label it before the wall can follow the cine.")
        return np.asarray(self.cavities[name].volume(self.mesh.points) * curve / curve[self.ed])

    def _distances(self, phase: int, points: Floats) -> Floats:
        """(s,) mm of each surface node from the outline that it follows; NaN where there is none."""
        found = np.full(len(points), np.nan)
        for number, name in enumerate(CHAMBERS):
            mine = np.flatnonzero(self.surface.chamber == number)
            if len(mine):
                found[mine] = self.outlines.at(name, phase, points[mine])
        return found

    def all_phases(self, progress: Progress) -> Floats:
        """(phases, s, 3) mm."""
        count = len(self.shares)
        found = np.zeros((count, len(self.points), 3))
        for phase in range(count):
            progress(phase / count, f"Following phase {phase + 1} of {count}")
            if phase != self.ed:
                found[phase] = self._one_phase(phase)
        return found

    def _one_phase(self, phase: int) -> Floats:
        lift = float(self.lift[phase])
        carried = (lift * self.share_up)[:, None] * self.surface.up
        motion: Floats = carried
        wider = dict.fromkeys(self.cavities, 0.0)
        for _ in range(ROUNDS):
            motion = self.surface.moved(self._asked(phase, motion, wider), carried, lift)
            moved = self.mesh.points.copy()
            moved[self.surface.nodes] += motion
            off = {name: self.wanted[name][phase] / one.volume(moved) - 1.0 for name, one in self.cavities.items()}
            for name, one in self.cavities.items():
                wider[name] += float(np.clip(off[name] * 1000 * one.volume(moved) / one.area(moved), -2.0, 2.0))
            if max(abs(value) for value in off.values()) < CLOSE:
                break
        return motion

    def _asked(self, phase: int, motion: Floats, wider: dict[str, float]) -> Floats:
        """(s,) mm along the normals that would bring every node onto its outline (moved out by ``wider`` mm)."""
        now = self.points + motion
        normal = self.surface.normal
        here = self._distances(phase, now)
        slope = (self._distances(phase, now + PROBE * normal) - self._distances(phase, now - PROBE * normal)) / (
            2 * PROBE
        )
        outwards = np.where(self.surface.chamber == 1, 1.0, -1.0)  # a cavity's distance falls along the wall's normal
        slope = outwards * np.clip(outwards * np.nan_to_num(slope, nan=1.0), 0.5, 2.0)
        offset = np.zeros(len(now))
        for name, by in wider.items():
            offset[self.surface.chamber == CHAMBERS.index(name)] = by
        way = np.clip((self.at_rest + offset - here) / slope, -STEP, STEP)
        return np.asarray(np.einsum("ij,ij->i", normal, motion) + way)

    def series(self, motion: Floats) -> Floats:
        """(2 k + 1, s, 3) with as few harmonics as keep the volumes, nothing displaced at end-diastole."""
        most = min(MOST, (len(self.shares) - 1) // 2)
        for order in range(min(2, most), most + 1):
            found = fitted(motion, self.shares, order, self.ed)
            if self._worst(found) < ENOUGH:
                break
        return found

    def _worst(self, series: Floats) -> float:
        at = harmonics(self.shares, (len(series) - 1) // 2)
        worst = 0.0
        for phase in range(len(self.shares)):
            moved = self.mesh.points.copy()
            moved[self.surface.nodes] += np.tensordot(at[phase], series, axes=1)
            for name, one in self.cavities.items():
                worst = max(worst, abs(one.volume(moved) / self.wanted[name][phase] - 1.0))
        return worst


def fitted(values: Floats, shares: Floats, order: int, still: int) -> Floats:
    """(2 order + 1, ...) least-squares Fourier series over the beat of those that are zero in the phase ``still``."""
    at = harmonics(shares, order)
    flat = (values - values[still]).reshape(len(values), -1)
    turning = np.linalg.lstsq(at[:, 1:] - at[still, 1:], flat, rcond=None)[0]
    whole = np.concatenate([-at[still : still + 1, 1:] @ turning, turning])
    return np.asarray(whole.reshape(-1, *values.shape[1:]))


def _descent(heights: Floats, shares: Floats, ed: int) -> Floats:
    """(phases,) mm, negative downwards: what is outlined gets shorter as the base comes down."""
    order = min(SLOW, (len(shares) - 1) // 2)
    series = fitted(heights, shares, order, ed)
    return np.clip(harmonics(shares, order) @ series, -DEEPEST, DEEPEST / 5)


def _finished(mesh: HeartMesh, fit: _Fit, whole: Floats, shares: Floats, period: float | None) -> WallMotion:
    at = harmonics(shares, (len(whole) - 1) // 2)
    volumes = {name: np.zeros(len(shares)) for name in fit.cavities}
    wall = np.ones(len(shares))
    for phase in range(len(shares)):
        moved = mesh.points + np.tensordot(at[phase], whole, axes=1)
        wall[phase] = mesh.with_points(moved).tet_volumes().sum() / mesh.tet_volumes().sum()
        for name, one in fit.cavities.items():
            volumes[name][phase] = one.volume(moved)
    notes = [
        f"The base descends by up to {max(-float(fit.lift.min()), 0.0):.0f} mm, judged by how far up the ventricle is outlined.",
        "What lies above the cut base is taken to empty like the rest of its cavity.",
        "Twist and sliding along the wall cannot be seen on outlines and are not in the motion.",
    ]
    return WallMotion(whole.astype(np.float32), shares, period, volumes, fit.wanted, wall, fit.ed, tuple(notes))
