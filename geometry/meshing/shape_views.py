"""Surfaces through short-axis outlines drawn towards those of long-axis planes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from geometry.heart_mesh import Floats
from geometry.meshing.base_plane import Tops
from geometry.meshing.long_axis import LongAxisPlane, Outline, outlines_of
from geometry.meshing.shape_grid import STEP, Grid
from geometry.meshing.ventricle_slices import Slices

REACHES = (6.0, 3.0)  # mm, in turn: standard deviation of the Gaussian by which what an outline says fades beside it
FARTHEST = 8.0  # mm that a surface is moved at most
HELD = 4.0  # mm, most that a plane is moved sideways against the stack: another breath-hold


@dataclass(frozen=True)
class Views:
    """The outlines of all long-axis planes in the frame of the stack, by chamber; empty without planes."""

    outlines: dict[str, tuple[Outline, ...]]

    def lowest(self, name: str) -> float | None:
        """mm, z of the deepest point seen of a chamber."""
        seen = [outline.points[:, 2].min() for outline in self.outlines.get(name, ())]
        return float(min(seen)) if seen else None

    def tops(self, tops: Tops) -> Tops:
        """Where the chambers end by their open ends, over the same middles; as it was where none is seen."""
        heights = list(tops.heights)
        for k, (name, middle) in enumerate((("lv", tops.left), ("rv", tops.right))):
            ends = [each.points[each.open] for each in self.outlines.get(name, ()) if each.open.sum() > 4]
            if ends and middle is not None:
                heights[k] = _height_over(np.concatenate(ends), middle)
        return replace(tops, heights=(heights[0], heights[1]))

    def drawn(self, name: str, field: Floats, grid: Grid) -> Floats:
        """(grid) a distance field moved so that its surface follows the outlines of that chamber nearby."""
        seen = self.outlines.get(name, ())
        points = np.concatenate([outline.walls for outline in seen]) if seen else np.zeros((0, 3))
        if not len(points):
            return field
        at = (points - grid.origin) / STEP
        for reach in REACHES:
            off = ndimage.map_coordinates(field, at.T, order=1, mode="nearest")
            known = np.abs(off) < FARTHEST
            field = field - _spread(at[known], off[known], field.shape, reach)
        return field


def views_of(planes: Sequence[LongAxisPlane], slices: Slices) -> Views:
    """The outlines of the planes, each first brought into line with the stack."""
    found: dict[str, list[Outline]] = {}
    for plane in planes:
        seen = outlines_of(plane, slices.to_patient)
        shift = _sideways(seen, plane, slices)
        for name, outline in seen.items():
            found.setdefault(name, []).append(replace(outline, points=outline.points + shift))
    return Views({name: tuple(each) for name, each in found.items()})


def _sideways(seen: dict[str, Outline], plane: LongAxisPlane, slices: Slices) -> Floats:
    """(3,) mm within the plane and across the axis: the mean way from its outlines to those of the slices it crosses."""
    turn = np.linalg.inv(slices.to_patient)[:3, :3]
    normal = turn @ np.cross(plane.affine[:3, 0], plane.affine[:3, 1])
    across = np.cross(normal, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    off = []
    for name, masks in (("lv", slices.cavity), ("lv_outer", slices.disc)):
        if name not in seen:
            continue
        walls = seen[name].walls
        for row in range(1, len(slices.z) - 1):
            near = walls[np.abs(walls[:, 2] - slices.z[row]) < 1.0]
            sides = near @ across
            middle = (masks[row] > 0).nonzero()
            flat = np.column_stack(middle) * slices.pixel + slices.shift[row]
            if len(near) < 2 or np.ptp(sides) < 4.0 or not len(flat):
                continue
            line = np.abs((flat - near.mean(axis=0)[:2]) @ np.cross([0.0, 0.0, 1.0], across)[:2]) < slices.pixel.mean()
            if line.any():
                own = flat[line] @ across[:2]
                off.append((own.min() + own.max()) / 2 - (sides.min() + sides.max()) / 2)
    return np.asarray(across * np.clip(np.median(off), -HELD, HELD) if off else np.zeros(3))


def _height_over(ends: Floats, middle: Floats) -> float:
    """mm, of the plane through open ends over a point; of their mean where they lie along one line."""
    center = ends.mean(axis=0)
    flat = ends[:, :2] - center[:2]
    scale = float(np.mean(flat**2)) + 1e-9
    slope = np.linalg.solve(flat.T @ flat + 0.05 * scale * len(flat) * np.eye(2), flat.T @ (ends[:, 2] - center[2]))
    return float(center[2] + (middle - center[:2]) @ slope)


def _spread(at: Floats, off: Floats, shape: tuple[int, ...], reach: float) -> Floats:
    """(grid) of what is known at points of it: the weighted mean nearby, fading to 0 farther off."""
    index = tuple(np.clip(np.round(at).astype(int), 0, np.array(shape) - 1).T)
    weight, total = np.zeros(shape), np.zeros(shape)
    np.add.at(weight, index, 1.0)
    np.add.at(total, index, off)
    width = reach / STEP
    weight, total = (ndimage.gaussian_filter(each, width, mode="constant") for each in (weight, total))
    enough = np.median(weight[index]) / 2
    return np.asarray(total / (weight + enough) * 1.5)
