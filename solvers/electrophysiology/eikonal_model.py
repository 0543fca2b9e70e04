"""One heart that answers "when does each place activate, and what ECG does that give" again and again."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.catalogue import find_cell
from solvers.cells.pace import pace
from solvers.directions.coordinates import LaplaceFields, laplace_fields
from solvers.directions.fibers import fibers_from_fields
from solvers.electrophysiology.conduction_system import conducting_surfaces, network_triangles, sources_of
from solvers.electrophysiology.ecg import LeadField, ecg_of_activation
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source
from solvers.electrophysiology.electrodes import place_electrodes
from solvers.electrophysiology.purkinje import Network, grow_network, spread_with
from solvers.result import Trace
from solvers.scenario import Electrophysiology, FiberAngles

STEP = 0.5  # ms between two samples of the ECG
FRONT_WIDTH = 0.4  # SD of the front's smoothing, in times that it needs for one edge


@dataclass(frozen=True)
class EikonalAnswer:
    """Activation times (n,) ms and the ECG."""

    activation: Floats
    ecg: Trace


@dataclass(frozen=True)
class Front:
    """How the activation of a scenario comes about.

    activation  (n,) ms
    sources     where the wall is excited from: roots, pacing sites, junctions of a grown network
    fast        (k,) which triangles of the solver are part of a fast layer
    """

    activation: Floats
    sources: tuple[Source, ...]
    fast: NDArray[np.bool_]


class EikonalModel:
    """Solver, lead field and wall coordinates of one mesh, set up once; fibres and electrode rows kept per set of angles.

    Fibres come from the scenario's angles where the mesh has named endocardium, epicardium and base, else they are the
    mesh's own. ``fields`` saves solving the wall coordinates again.
    """

    def __init__(self, mesh: HeartMesh, fields: LaplaceFields | None = None, progress: Progress = silent) -> None:
        self.mesh = mesh
        self.solver = EikonalSolver(mesh)
        progress(0.1, "Connectivity")
        ruled = all(len(mesh.tagged(name)) for name in ("endo_lv", "epi", "base"))
        self.fields = fields if fields is not None or not ruled else laplace_fields(mesh, part(progress, 0.1, 0.8))
        if self.fields is None and mesh.fiber is None:
            raise Refused(
                "The mesh has no fibre directions and no named surfaces to make them from; mesh it as ventricles."
            )
        self._lead_field = LeadField(mesh)
        self._electrodes = place_electrodes(mesh)
        self._edge = mesh.edge_length()
        self._kept: tuple[FiberAngles, Floats, Floats, Floats] | None = None
        self._networks: dict[tuple[tuple[str, ...], int], Network] = {}
        self._front: tuple[Electrophysiology, Front] | None = None
        progress(1.0, "Lead field")

    def directions(self, angles: FiberAngles) -> tuple[Floats, Floats]:
        """Fibre and sheet (m, 3) for these angles."""
        fiber, sheet, _ = self._prepared(angles)
        return fiber, sheet

    def electrode_rows(self, angles: FiberAngles) -> Floats:
        """(9, n): potentials of the electrodes per mV at each node."""
        return self._prepared(angles)[2]

    def _prepared(self, angles: FiberAngles) -> tuple[Floats, Floats, Floats]:
        if self._kept is None or self._kept[0] != angles:
            if self.fields is not None:
                fiber, sheet = fibers_from_fields(self.fields, angles)
            else:
                fiber = np.asarray(self.mesh.fiber)
                sheet = fiber if self.mesh.sheet is None else self.mesh.sheet
            self._kept = (angles, fiber, sheet, self._lead_field.rows(self._electrodes, fiber))
        return self._kept[1:]

    def activation(self, scenario: Electrophysiology, progress: Progress = silent) -> Floats:
        """(n,) ms, the eikonal activation of a scenario."""
        return self.front(scenario, progress).activation

    def front(self, scenario: Electrophysiology, progress: Progress = silent) -> Front:
        """The eikonal activation of a scenario and what it comes from; the last one is remembered."""
        if self._front is None or self._front[0] != scenario:
            self._front = (scenario, self._solved(scenario, progress))
        return self._front[1]

    def network(self, scenario: Electrophysiology) -> Network | None:
        """The grown tree of a scenario, without the side of a blocked bundle branch; None without an endocardium for it."""
        key = conducting_surfaces(self.mesh, scenario.conduction), scenario.network_seed
        if not key[0]:
            return None
        if key not in self._networks:
            self._networks[key] = grow_network(self.mesh, self.solver, *key)
        return self._networks[key]

    def _solved(self, scenario: Electrophysiology, progress: Progress) -> Front:
        (fiber, _), conduction, triangles = (
            self.directions(scenario.fibers),
            conduction_of(scenario),
            self.solver.triangles,
        )
        starts = sources_of(self.mesh, self.solver, scenario)
        surfaces = conducting_surfaces(self.mesh, scenario.conduction)
        fast = network_triangles(self.mesh, triangles, surfaces)
        network = self.network(scenario) if scenario.network == "grown_tree" else None
        if network is None:
            return Front(self.solver.activation_times(fiber, conduction, starts, progress, fast), starts, fast)
        none = np.zeros_like(fast)
        activation, sources = spread_with(
            network,
            conduction.layer,
            starts,
            lambda sources: self.solver.activation_times(fiber, conduction, sources, progress, none),
        )
        return Front(activation, sources, none)

    def answer(self, scenario: Electrophysiology, duration: float = 0.0, progress: Progress = silent) -> EikonalAnswer:
        """Activation and ECG; the ECG lasts ``duration`` ms, or until everything is activated and 30 ms more."""
        activation = self.activation(scenario, progress)
        lasting = duration or float(np.ceil(np.nanmax(activation)) + 30)
        return EikonalAnswer(activation, self.ecg(scenario, activation, lasting))

    def ecg(self, scenario: Electrophysiology, activation: Floats, duration: float) -> Trace:
        """The ECG when every node follows the scenario's cell model, shifted to its activation.

        Nodes lie ``edge / velocity`` apart in time, much longer than an upstroke: without care the ECG is a comb. The
        template is therefore smoothed over ``front_width``.
        """
        template = action_potential(scenario.cell, duration, round(self.front_width(scenario), 2))
        return ecg_of_activation(self.electrode_rows(scenario.fibers), activation, template, STEP, duration)

    def front_width(self, scenario: Electrophysiology) -> float:
        """ms, SD over which a front that passes from node to node is smoothed in time.

        ``FRONT_WIDTH`` of the time that it needs for an edge (at the geometric mean of the two velocities).
        """
        return FRONT_WIDTH * self._edge / float(np.sqrt(scenario.velocities.fiber * scenario.velocities.cross))


def conduction_of(scenario: Electrophysiology) -> Conduction:
    """The scenario's velocities (m/s are mm/ms)."""
    velocities = scenario.velocities
    return Conduction(velocities.fiber, velocities.cross, velocities.endocardium)


@lru_cache(maxsize=4)
def _paced(cell: str) -> tuple[Floats, Floats]:
    """The first beat after rest: times from the crossing of 0 mV, and mV above rest."""
    beat = pace(find_cell(cell), cycle_length=1000.0, beats=1)
    crossing = int(np.argmax(beat.V > 0.0))
    return beat.times - beat.times[crossing], beat.V - beat.V[-1]


def action_potential(cell: str, duration: float, blur: float) -> Floats:
    """(2 k + 1,) mV above rest every ``STEP`` ms, activation in the middle, smoothed by a Gaussian of SD ``blur`` ms."""
    times, above_rest = _paced(cell)
    fine = STEP / 10
    half = round(duration / STEP)
    grid = (np.arange(20 * half + 1) - 10 * half) * fine
    sampled = np.interp(grid, times, above_rest, left=0.0)
    return np.asarray(gaussian_filter1d(sampled, blur / fine, mode="nearest")[::10])
