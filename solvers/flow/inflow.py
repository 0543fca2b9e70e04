"""What enters the vessel: the ejection over time and its profile over the inlet."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve
from scipy.special import beta

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.flow.surface_integrals import area_vectors, nodal_flux

RISE, FALL = 1.0, 1.5  # the flow peaks at 40 % of the ejection, as under a narrowed valve (Weissler 1968; Otto 2021)


@dataclass(frozen=True)
class Ejection:
    """Flow of one beat  Q(t) = V / T  s^a (1-s)^b / B(a+1, b+1)  with s = t/T in 0..1, then none: the valve is closed.

    volume V in mm3, duration T and cycle in ms, a = RISE, b = FALL; the integral over a beat is V exactly.
    """

    volume: float
    duration: float
    cycle: float

    def __post_init__(self) -> None:
        """Refuse an ejection that does not fit into the beat."""
        if self.duration > 0.9 * self.cycle:
            raise Refused(
                f"The ejection of {self.duration:.0f} ms does not fit into a beat of {self.cycle:.0f} ms. "
                "Lower the heart rate or shorten the ejection."
            )

    def flow(self, time: float) -> float:
        """Q at ``time`` ms, in mm3/ms (which is mL/s)."""
        share = (time % self.cycle) / self.duration
        if share >= 1.0:
            return 0.0
        return float(self.volume / self.duration * share**RISE * (1 - share) ** FALL / beta(RISE + 1, FALL + 1))

    @property
    def began(self) -> float:
        """ms, when ejection begins: with the beat."""
        return 0.0

    @property
    def peak_time(self) -> float:
        """When the flow peaks, ms."""
        return self.duration * RISE / (RISE + FALL)


def blunt_profile(mesh: HeartMesh, layer: float) -> Floats:
    """Inlet velocity per unit flow, (n, 3) in 1/mm2: a plug with a layer of thickness d at the wall.

    Solves  u - d^2 lap(u) = 1  on the inlet section, u = 0 on its rim (the real counterpart of Womersley's profile, with
    d = sqrt(nu / omega)), with linear triangles, then scales u so that the flux through the triangles is exactly 1.
    """
    triangles = mesh.tagged("inlet")
    normal = _inlet_normal(mesh)
    nodes, local = np.unique(triangles, return_inverse=True)
    local = local.reshape(-1, 3)
    fixed = np.isin(nodes, mesh.tagged("wall"))
    if fixed.all():
        raise Refused("The mesh has no node inside its inlet. Use a finer mesh.")
    stiff, mass = _triangle_matrices(mesh.points[nodes], local)
    matrix = (mass + layer**2 * stiff).tocsr()
    load = np.asarray(mass.sum(axis=1)).ravel()
    shape = np.zeros(len(nodes))
    shape[~fixed] = spsolve(matrix[~fixed][:, ~fixed].tocsc(), load[~fixed])
    profile = np.zeros_like(mesh.points)
    profile[nodes] = -shape[:, None] * normal
    return scaled_to_unit_flux(mesh, profile)


def parabolic_profile(mesh: HeartMesh, center: Floats, radius: float) -> Floats:
    """Inlet velocity per unit flow of developed flow in a round pipe, (n, 3) in 1/mm2."""
    nodes = np.unique(mesh.tagged("inlet"))
    distance = np.linalg.norm(mesh.points[nodes] - center, axis=1)
    profile = np.zeros_like(mesh.points)
    profile[nodes] = -np.maximum(1 - (distance / radius) ** 2, 0.0)[:, None] * _inlet_normal(mesh)
    profile[np.unique(mesh.tagged("wall"))] = 0.0
    return scaled_to_unit_flux(mesh, profile)


def scaled_to_unit_flux(mesh: HeartMesh, profile: Floats) -> Floats:
    """The profile whose discrete flux into the inlet is exactly one."""
    inward = -float(np.einsum("ij,ij->", nodal_flux(mesh, "inlet"), profile))
    if inward <= 0:
        raise Refused(
            "Nothing flows in through the inlet of this mesh: its inlet triangles are missing or turned inwards."
        )
    return profile / inward


def _inlet_normal(mesh: HeartMesh) -> Floats:
    total = area_vectors(mesh, "inlet").sum(axis=0)
    return np.asarray(total / max(np.linalg.norm(total), 1e-300))


def _triangle_matrices(points: Floats, triangles: np.ndarray) -> tuple[coo_matrix, coo_matrix]:
    """Stiffness and lumped mass of linear triangles in space."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    edges = np.stack([c - b, a - c, b - a], axis=1)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    local = np.einsum("tij,tkj->tik", edges, edges) / (4 * area)[:, None, None]
    rows, columns = np.repeat(triangles, 3, axis=1).ravel(), np.tile(triangles, 3).ravel()
    size = (len(points), len(points))
    stiff = coo_matrix((local.ravel(), (rows, columns)), shape=size)
    lumped = np.bincount(triangles.ravel(), weights=np.repeat(area / 3, 3), minlength=len(points))
    diagonal = np.arange(len(points))
    return stiff, coo_matrix((lumped, (diagonal, diagonal)), shape=size)
