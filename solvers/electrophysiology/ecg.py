"""The 12-lead ECG of a known activation: the potential of each electrode by one vector over the nodes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve
from scipy.sparse import csc_array, csr_matrix

from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import shape_gradients
from solvers.electrophysiology.electrodes import NAMES, Electrodes
from solvers.result import Trace

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


@dataclass(frozen=True)
class Conductor:
    """Conductivities in mS/mm (= S/m): inside the cells along and across the fibres (Roberts 1982,
    doi 10.1161/01.RES.50.3.342), of the torso around the heart (a mean of lung, muscle and fat), and of the heart as a
    whole (half wall, inside and between its cells .25, half blood .65; Geddes 1967, doi 10.1007/BF02474537)."""

    fiber: float = 0.34
    cross: float = 0.06
    torso: float = 0.2
    heart: float = 0.45

    @property
    def outward(self) -> float:
        """What is left of a source outside the heart, as of a dipole in the middle of a ball that conducts better than
        what is around it: the potential by 3 s / (s_ball + 2 s), known from electrostatics."""
        return 3 * self.torso / (self.heart + 2 * self.torso)


class LeadField:
    """One row per electrode: potential = row . V, for V linear in each tetrahedron."""

    def __init__(self, mesh: HeartMesh) -> None:
        gradients, self._volumes = shape_gradients(mesh)
        tets, m = mesh.tets, len(mesh.tets)
        weights = self._volumes[:, None, None] * gradients
        columns = np.broadcast_to(np.arange(m)[:, None, None] + m * np.arange(3), (m, 4, 3))
        rows = np.broadcast_to(tets[:, :, None], (m, 4, 3))
        flat = (weights.ravel(), (rows.ravel(), columns.ravel()))
        self._gather = csr_matrix(flat, shape=(len(mesh.points), 3 * m))
        self._mesh = mesh

    def rows(self, electrodes: Electrodes, fiber: Floats | None = None, conductor: Conductor | None = None) -> Floats:
        """(e, n) in mV per mV in an unbounded torso; without fibres the cells conduct along in all directions.

        phi_e(x') = -1/(4 pi sigma_torso) * integral of sigma_i grad V . grad(1/|x - x'|) dx, the gradient taken at the
        source point x, so a wave that approaches an electrode is positive. 1/r is evaluated in the middle of each tet:
        keep electrodes some edge lengths away.
        """
        middles = np.ascontiguousarray(self._mesh.points[self._mesh.tets].mean(axis=1).T)
        away = (position[:, None] - middles for position in electrodes.positions)
        leads = (one / np.einsum("im,im->m", one, one) ** 1.5 for one in away)
        return self._rows(leads, fiber, conductor or Conductor())

    def skin_rows(self, potentials: Floats, fiber: Floats, conductor: Conductor | None = None) -> Floats:
        """(e, n) in mV per mV on the skin of a torso, for potentials (e, n) 1/mm that take the place of 1/r at the nodes."""
        sigma = conductor or Conductor()
        leads = ((self._gather.T @ one).reshape(3, -1) / self._volumes for one in potentials)
        return sigma.outward * self._rows(leads, fiber, sigma)

    def _rows(self, leads: Iterable[Floats], fiber: Floats | None, sigma: Conductor) -> Floats:
        """Rows for the gradients (3, m) of what stands for 1/r, one by one."""
        lines = None if fiber is None else np.ascontiguousarray(fiber.T)
        rows = []
        for lead in leads:
            if lines is None:
                current = sigma.fiber * lead
            else:
                along = (sigma.fiber - sigma.cross) * np.einsum("im,im->m", lines, lead)
                current = sigma.cross * lead + along * lines
            rows.append(-(self._gather @ current.ravel()) / (4 * np.pi * sigma.torso))
        return np.stack(rows)


def twelve_leads(potentials: Floats) -> Floats:
    """(12, t) leads from the potentials (9, t) of RA, LA, LL, V1 .. V6; chest leads against Wilson's central terminal."""
    ra, la, ll = potentials[:3]
    limbs = [la - ra, ll - ra, ll - la, ra - (la + ll) / 2, la - (ra + ll) / 2, ll - (ra + la) / 2]
    return np.vstack([*limbs, potentials[3:] - (ra + la + ll) / 3])


def ecg_trace(times: Floats, potentials: Floats, label: str = "12-lead ECG") -> Trace:
    """The electrodes' potentials (9, t) mV as a trace of the twelve leads."""
    if len(potentials) != len(NAMES):
        raise ValueError(f"twelve leads need {len(NAMES)} electrodes, not {len(potentials)}")
    return Trace(times, twelve_leads(potentials), LEADS, "mV", label)


def ecg_of_activation(rows: Floats, activation: Floats, template: Floats, step: float, duration: float) -> Trace:
    """The ECG when every node follows one action potential: ``potentials_of_activation`` of the nine electrodes."""
    potentials = potentials_of_activation(rows, activation, template, step, duration)
    return ecg_trace(step * np.arange(potentials.shape[1], dtype=np.float64), potentials)


def potentials_of_activation(
    rows: Floats, activation: Floats, template: Floats, step: float, duration: float
) -> Floats:
    """(e, t) mV every ``step`` ms, when every node follows one action potential, shifted to its activation time.

    template  (k,) mV above rest, sampled every ``step`` ms, its upstroke in the middle: index k//2 is the activation
    The nodes are first sorted into activation times (linearly between two samples), then convolved with the template:
    phi(t) = sum_i b_i U(t - T_i). Nodes that are not activated within ``duration`` stay at rest.
    """
    count = round(duration / step) + 1
    reached = np.nan_to_num(activation, nan=np.inf) <= duration
    position = activation[reached] / step
    low = np.floor(position).astype(np.int64)
    high_part = position - low
    shares = np.column_stack([1 - high_part, high_part]).ravel()
    samples = np.column_stack([low, low + 1]).ravel()
    into = csc_array((shares, samples, 2 * np.arange(len(low) + 1)), shape=(count + 1, len(low)))
    arriving = (into @ rows[:, reached].T)[:count]
    before = len(template) // 2
    return np.asarray(fftconvolve(arriving, template[:, None], axes=0)[before : before + count].T)
