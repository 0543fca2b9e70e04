"""The aortic root of a blood pool: its annulus, its axis and how far the wall is around it."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_measures.annulus import Annulus, section
from geometry.polar_sections import PolarSections, polar_sections

BELOW, ABOVE, STEP = -18.0, 32.0, 1.0  # mm from the annulus, with the flow, and between sections


@dataclass(frozen=True)
class AorticRoot:
    """Around an axis through the middle of the annulus, with the flow.

    ring      the annulus, flat across the axis
    height    (k,) mm above the annulus of each of the sections
    sections  cross-sections of the wall: inner is that of the blood that the axis runs through (leaflets), outer the sinuses
    """

    ring: Annulus
    height: Floats
    sections: PolarSections

    def along_and_across(self, points: Floats) -> tuple[Floats, Floats]:
        """(n,) mm above the annulus and (n,) mm from the axis, of points (n, 3) mm."""
        away = np.atleast_2d(points) - self.ring.center
        along = away @ self.ring.normal
        return along, np.linalg.norm(away - along[:, None] * self.ring.normal, axis=1)

    def between(self, low: float, high: float) -> Floats:
        """(j, a) mm to the inner wall, of the whole sections between two heights; refuses where there is none."""
        found = self.sections.inner[(self.height >= low - 1e-9) & (self.height <= high + 1e-9)]
        whole = found[np.isfinite(found).all(axis=1)]
        if not len(whole):
            raise Refused(f"The wall cannot be followed between {low:.0f} and {high:.0f} mm above the annulus.")
        return np.asarray(whole)

    def sinus_diameter(self) -> float:
        """mm, the largest mean diameter of the outer wall above the annulus; NaN where no section is whole."""
        wide = self.sections.outer[(self.height > 2.0) & (self.height < 25.0)]
        wide = wide[np.isfinite(wide).all(axis=1)]
        return float(2 * wide.mean(axis=1).max()) if len(wide) else float("nan")


def ring_of(mesh: HeartMesh) -> Annulus:
    """The annulus at its landmark, across the line to the sinotubular junction.

    Refuses a mesh that is not of blood or has no such landmarks.
    """
    if mesh.kind != "blood_pool" or "annulus" not in mesh.landmarks:
        raise Refused(
            "This mesh does not know its aortic annulus. Segment a CT with the aortic root and mesh its blood."
        )
    at = np.array(mesh.landmarks["annulus"])
    beyond = mesh.landmarks.get("sinotubular", mesh.landmarks.get("outlet_center"))
    if beyond is None or np.allclose(beyond, at):
        raise Refused("This mesh does not know where the aorta runs from its annulus; build it again.")
    axis = np.asarray(beyond) - at
    return section(mesh, at, axis / np.linalg.norm(axis))


def aortic_root(mesh: HeartMesh) -> AorticRoot:
    """Measure the annulus (``ring_of``) and the wall around its axis; refuses a mesh without it."""
    ring = ring_of(mesh)
    height = np.arange(BELOW, ABOVE + STEP / 2, STEP)
    points = ring.center + height[:, None] * ring.normal
    return AorticRoot(ring, height, polar_sections(mesh, points, np.tile(ring.normal, (len(height), 1))))
