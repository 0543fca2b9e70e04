"""Wall shear stress from what is left of momentum at the wall, averaged over two rings of neighbours.

Gradients of linear velocity are 9 to 15 % wrong at the wall; the residual of the momentum equation in the wall's own
equations is the force of the wall on the blood, and divided by the wall area it is 1.5 to 3 % right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array

from geometry.heart_mesh import Floats, HeartMesh, Ints
from solvers.flow.fitness import outlet_names
from solvers.flow.surface_integrals import nodal_area, nodal_flux, nodal_load

RINGS = 2
RESOLVED, UNRESOLVED = 1.5, 2.5  # force against law: below the one the force counts, above the other the law


class WallShear:
    """Turns forces on the wall's nodes into wall shear stress, for one mesh."""

    def __init__(self, blood: HeartMesh) -> None:
        self._blood = blood
        triangles = blood.tagged("wall")
        count = len(blood.points)
        rim = np.zeros(count, dtype=bool)
        for name in ("inlet", *outlet_names(blood)):
            rim[np.unique(blood.tagged(name))] = True
        self.nodes = np.unique(triangles)
        area = nodal_area(blood, "wall")
        own = np.where(rim, 0.0, area)  # the rim's equations also hold the force of inlet and outlet
        self._rings = rings = _rings(triangles, count)[self.nodes][:, self.nodes]
        weight = np.asarray(rings @ own[self.nodes])
        keep = diags_array((own[self.nodes] > 0).astype(float))
        self._mean = (diags_array(1.0 / np.where(weight > 0, weight, np.inf)) @ rings @ keep).tocsr()
        vectors = nodal_flux(blood, "wall")[self.nodes]
        self._normal = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)

    def stress(self, force: Floats, pressure: Floats) -> Floats:
        """(w, 3) kPa: tangential traction of the blood on the wall at ``nodes``.

        force (n, 3) of the boundary on the blood, mg mm/ms2; pressure (n,) kPa, whose part of the force is removed before
        neighbours are averaged, as the wall is curved.
        """
        drag = -(force + nodal_load(self._blood, "wall", pressure))[self.nodes]
        traction = np.asarray(self._mean @ drag)
        return np.asarray(traction - np.einsum("ij,ij->i", traction, self._normal)[:, None] * self._normal)

    def layer_stress(self, velocity: Floats, density: float, viscosity: float) -> Floats:
        """(w, 3) kPa, from the velocity next to the wall and Spalding's law for the layer below it, over two rings.

        Where the first element is thin this is  mu du/dn;  where the layer is thinner than the element the law of the wall
        takes the place of the straight line (Spalding 1961, doi 10.1115/1.3641728).
        """
        blood, triangles = self._blood, self._blood.tagged("wall")
        apex = _apexes(blood, triangles)
        a, b, c, d = (blood.points[k] for k in (*triangles.T, apex))
        normal = np.cross(b - a, c - a)
        area = np.linalg.norm(normal, axis=1)
        normal /= area[:, None]
        area = np.where(np.isin(apex, self.nodes), 0.0, area)  # a tetrahedron with four nodes on the wall tells nothing
        height = np.maximum(np.einsum("ij,ij->i", a - d, normal), 1e-12)
        inner = velocity[apex] - velocity[triangles].mean(axis=1)
        slip = inner - np.einsum("ij,ij->i", inner, normal)[:, None] * normal
        reynolds = density * np.linalg.norm(slip, axis=1) * height / viscosity
        traction = (viscosity * law_of_the_wall(reynolds) / height)[:, None] * slip
        total, weight = np.zeros_like(blood.points), np.zeros(len(blood.points))
        for corner in triangles.T:
            np.add.at(total, corner, traction * area[:, None])
            np.add.at(weight, corner, area)
        summed, share = self._rings @ total[self.nodes], self._rings @ weight[self.nodes]
        return np.asarray(summed / np.maximum(share, 1e-300)[:, None])

    def best_stress(
        self, force: Floats, pressure: Floats, velocity: Floats, density: float, viscosity: float
    ) -> Floats:
        """(w, 3) kPa: ``stress`` where the mesh resolves the layer at the wall, ``layer_stress`` where it does not.

        In the throat of a steady narrowed pipe whose resolved value is 166 Pa, elements of 1.2 and 0.3 mm at the wall give
        528 and 173 Pa by the force, 94 and 106 Pa by the law, and 94 and 152 Pa here.
        """
        by_force, by_law = self.stress(force, pressure), self.layer_stress(velocity, density, viscosity)
        ratio = np.linalg.norm(by_force, axis=1) / np.maximum(np.linalg.norm(by_law, axis=1), 1e-300)
        law = np.clip((ratio - RESOLVED) / (UNRESOLVED - RESOLVED), 0.0, 1.0)[:, None]
        return np.asarray((1 - law) * by_force + law * by_law)


def law_of_the_wall(reynolds: Floats) -> Floats:
    """Wall shear stress against  mu U / h  for a velocity U at distance h, Re = rho U h / mu:  1 where viscosity rules.

    Spalding:  y+ = u+ + e^(-kB) (e^(k u+) - 1 - k u+ - (k u+)^2 / 2 - (k u+)^3 / 6),  k = 0.41, B = 5, and Re = u+ y+.
    """
    u = np.linspace(0.0, 35.0, 2001)
    k = 0.41 * u
    y = u + np.exp(-0.41 * 5.0) * (np.exp(k) - 1 - k - k**2 / 2 - k**3 / 6)
    gain = np.concatenate([[1.0], y[1:] / u[1:]])  # mu U / h times Re / u+^2
    return np.asarray(np.interp(reynolds, u * y, gain))


@dataclass
class ShearOverTime:
    """Gathers wall shear stress over a beat (trapezoid rule).

    vector  integral of tau dt (w, 3);  magnitude  integral of |tau| dt (w,);  duration ms
    """

    vector: Floats
    magnitude: Floats
    duration: float = 0.0

    @classmethod
    def empty(cls, count: int) -> "ShearOverTime":
        """Nothing yet."""
        return cls(np.zeros((count, 3)), np.zeros(count))

    def add(self, first: Floats, second: Floats, dt: float) -> None:
        """One interval of ``dt`` ms between two stresses (w, 3)."""
        self.vector += dt * (first + second) / 2
        self.magnitude += dt * (np.linalg.norm(first, axis=1) + np.linalg.norm(second, axis=1)) / 2
        self.duration += dt

    def time_average(self) -> Floats:
        """TAWSS  (1/T) integral of |tau| dt."""
        return self.magnitude / self.duration

    def oscillatory_index(self) -> Floats:
        """OSI  (1 - |integral of tau| / integral of |tau|) / 2, in 0..0.5 (He and Ku 1996, doi 10.1115/1.2795948)."""
        ratio = np.linalg.norm(self.vector, axis=1) / np.maximum(self.magnitude, 1e-300)
        return np.where(self.magnitude > 0, (1 - np.minimum(ratio, 1.0)) / 2, 0.0)


def _rings(triangles: Ints, count: int) -> csr_matrix:
    """(n, n) ones where two wall nodes are at most ``RINGS`` edges apart."""
    rows = np.concatenate([triangles[:, i] for i in (0, 1, 2, 0, 1, 2)])
    columns = np.concatenate([triangles[:, i] for i in (1, 2, 0, 0, 1, 2)])
    near = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    near = near + near.T
    reach = near.copy()
    for _ in range(RINGS - 1):
        reach = reach @ near
    reach.data[:] = 1.0
    return reach.tocsr()


def _apexes(blood: HeartMesh, triangles: Ints) -> NDArray[np.integer]:
    """The fourth node of the tetrahedron behind each boundary triangle."""
    touching = blood.tets[np.isin(blood.tets, triangles).sum(axis=1) >= 3]
    faces = np.concatenate([np.delete(touching, k, axis=1) for k in range(4)])
    apex = touching.T.ravel()
    count = len(blood.points)

    def key(corners: Ints) -> NDArray[np.int64]:
        low, middle, high = np.sort(corners, axis=1).astype(np.int64).T
        return np.asarray((low * count + middle) * count + high)

    keys = key(faces)
    order = np.argsort(keys)
    return np.asarray(apex[order[np.searchsorted(keys[order], key(triangles))]])
