"""One heart that answers "when does each place activate, and what ECG does that give" again and again."""

from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.cell import Cell
from solvers.cells.pace import pace
from solvers.directions.coordinates import LaplaceFields, laplace_fields
from solvers.directions.fibers import FiberRule
from solvers.electrophysiology.cell_kinds import CellKinds, cell_kinds
from solvers.electrophysiology.conduction_system import (
    Root,
    conducting_branches,
    conducting_surfaces,
    network_triangles,
    roots_of,
    sources_of,
)
from solvers.electrophysiology.ecg import LeadField, ecg_trace, potentials_of_activation
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver, Source, Spread
from solvers.electrophysiology.electrodes import moved_electrodes
from solvers.electrophysiology.electrogram import Electrograms, electrogram_rows
from solvers.electrophysiology.purkinje import Network, grow_network, spread_with
from solvers.electrophysiology.substrate import substrate_of
from solvers.electrophysiology.tissue import check_fibers
from solvers.electrophysiology.volume_conductor import SkinLeads
from solvers.result import Trace
from solvers.scenario import Electrophysiology
from solvers.wall_records import FiberAngles

NETWORKS = 8  # grown trees that are kept
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
        self.substrate = substrate_of(mesh)
        self.solver = EikonalSolver(mesh, substrate=self.substrate)
        progress(0.1, "Connectivity")
        ruled = all(len(mesh.tagged(name)) for name in ("endo_lv", "epi", "base"))
        self.fields = fields if fields is not None or not ruled else laplace_fields(mesh, part(progress, 0.1, 0.8))
        if self.fields is None and mesh.fiber is None:
            raise Refused(
                "The mesh has no fibre directions and no named surfaces to make them from; mesh it as ventricles."
            )
        self._rule = None if self.fields is None else FiberRule(self.fields)
        self._lead_field = LeadField(self.substrate.conducting.mesh)
        self._edge = mesh.edge_length()
        self._leads: tuple[object, SkinLeads] | None = None
        self._kinds: dict[tuple[object, ...], CellKinds] = {}
        self._networks: dict[tuple[tuple[str, ...], int, tuple[Root, ...]], Network] = {}
        self._layers: dict[str, NDArray[np.bool_]] = {}
        self._origin: EikonalModel | None = None
        self._forget()
        progress(1.0, "Lead field")

    def _forget(self) -> None:
        """Begin without memory of a scenario."""
        self._kept: tuple[FiberAngles, Floats, Floats] | None = None
        self._kept_rows: tuple[tuple[object, ...], Floats] | None = None
        self._starts: tuple[tuple[object, ...], tuple[Source, ...]] | None = None
        self._front: tuple[Electrophysiology, Front] | None = None
        self._spread: tuple[tuple[object, ...], Spread] | None = None

    def sibling(self) -> "EikonalModel":
        """The same prepared heart with a memory of its own, for another scenario that is asked again and again."""
        other = copy(self)
        other.solver = self.solver.sibling()
        other._forget()
        return other

    def moved(self, points: Floats) -> "EikonalModel":
        """The same heart with its nodes (n, 3) mm elsewhere: another outline that the segmentation may have had.

        Wall coordinates, fibres, network, electrodes and the nodes where the beat starts stay those of the heart as segmented.
        """
        other = self.sibling()
        other.mesh = self.mesh.with_points(points)
        other._origin = self._origin or self
        other.solver = self.solver.moved(points)
        living = self.substrate.conducting
        living = replace(living, mesh=living.mesh.with_points(points[living.nodes]))
        other.substrate = replace(self.substrate, conducting=living)
        other._lead_field = LeadField(living.mesh)
        return other

    def directions(self, angles: FiberAngles) -> tuple[Floats, Floats]:
        """Fibre and sheet (m, 3) for these angles."""
        if self._kept is None or self._kept[0] != angles:
            if self._rule is not None:
                fiber, sheet = self._rule(angles)
            else:
                fiber = np.asarray(self.mesh.fiber)
                sheet = fiber if self.mesh.sheet is None else self.mesh.sheet
            check_fibers(fiber)
            self._kept = (angles, fiber, sheet)
        return self._kept[1:]

    def electrode_rows(self, scenario: Electrophysiology) -> Floats:
        """(9, n): potentials of the electrodes per mV at each node; 0 at those inside dense scar."""
        key = (scenario.fibers, scenario.electrodes)
        if self._kept_rows is None or self._kept_rows[0] != key:
            living, (fiber, _) = self.substrate.conducting, self.directions(scenario.fibers)
            potentials = self._skin_leads(scenario)(living.mesh.points)
            rows = living.spread(self._lead_field.skin_rows(potentials, fiber[living.tets]))
            self._kept_rows = (key, np.nan_to_num(rows))
        return self._kept_rows[1]

    def _skin_leads(self, scenario: Electrophysiology) -> SkinLeads:
        if self._origin is not None:
            return self._origin._skin_leads(scenario)
        if self._leads is None or self._leads[0] != scenario.electrodes:
            self._leads = scenario.electrodes, SkinLeads(self.mesh, moved_electrodes(self.mesh, scenario.electrodes))
        return self._leads[1]

    def kinds(self, scenario: Electrophysiology, progress: Progress = silent) -> CellKinds:
        """The kinds of cells of the scenario, paced; kept for the next question."""
        key = (scenario.cell, scenario.layers, scenario.grey_zone, scenario.drug, scenario.repolarization)
        if key not in self._kinds:
            found = cell_kinds(self.mesh, self.fields, self.substrate, scenario)
            self._kinds = {key: found.settled(progress)}
        return self._kinds[key]

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
        if self._origin is not None:
            return self._origin.network(scenario)
        surfaces = conducting_surfaces(self.mesh, conducting_branches(scenario))
        key = surfaces, scenario.network_seed, roots_of(scenario)
        if not key[0]:
            return None
        if key not in self._networks:
            if len(self._networks) >= NETWORKS:
                self._networks.pop(next(iter(self._networks)))
            self._networks[key] = grow_network(self.mesh, self.solver, *key)
        return self._networks[key]

    def _fast(self, conduction: str) -> NDArray[np.bool_]:
        """(k,) which of the solver's triangles have a network that takes part."""
        if conduction not in self._layers:
            surfaces = conducting_surfaces(self.mesh, conduction)
            self._layers[conduction] = network_triangles(self.mesh, self.solver.triangles, surfaces)
        return self._layers[conduction]

    def _sources_of(self, scenario: Electrophysiology) -> tuple[Source, ...]:
        """Where the beat starts; those of the last question are remembered: a draw of velocities changes none."""
        if self._origin is not None:
            return self._origin._sources_of(scenario)
        key = (scenario.start, scenario.sites, scenario.conduction, scenario.roots)
        if self._starts is None or self._starts[0] != key:
            self._starts = key, sources_of(self.mesh, self.solver, scenario)
        return self._starts[1]

    def _solved(self, scenario: Electrophysiology, progress: Progress) -> Front:
        (fiber, _), conduction = self.directions(scenario.fibers), conduction_of(scenario)
        starts = self._sources_of(scenario)
        fast = self._fast(conducting_branches(scenario))
        network = self.network(scenario) if scenario.network == "grown_tree" else None
        if network is None:
            key = (scenario.fibers, conduction, scenario.conduction)
            last = self._spread[1] if self._spread is not None and self._spread[0] == key else None
            spread = self.solver.spread(fiber, conduction, starts, progress, fast, last)
            self._spread = key, spread
            return Front(spread.activation, starts, fast)
        none = np.zeros_like(fast)
        activation, sources = spread_with(
            network,
            conduction.layer,
            starts,
            lambda sources: self.solver.activation_times(fiber, conduction, sources, progress, none),
        )
        return Front(activation, sources, none)

    def answer(self, scenario: Electrophysiology, duration: float = 0.0, progress: Progress = silent) -> EikonalAnswer:
        """Activation and ECG; the ECG lasts ``duration`` ms, or until everything is activated and 30 ms more.

        With layers it lasts until the last cell has repolarised: they are what makes the T wave.
        """
        activation = self.activation(scenario, progress)
        return EikonalAnswer(activation, self.ecg(scenario, activation, duration or self.lasting(scenario, activation)))

    def lasting(self, scenario: Electrophysiology, activation: Floats) -> float:
        """ms until everything is activated and 30 more, with layers until everything is at rest again."""
        last = float(np.ceil(np.nanmax(activation))) + 30
        layered = scenario.layers.wall != "uniform"
        return last + max(longest_potential(cell) for cell in self.kinds(scenario).cells) if layered else last

    def ecg(self, scenario: Electrophysiology, activation: Floats, duration: float) -> Trace:
        """The ECG when every node follows the action potential of its kind of cell, shifted to its activation."""
        return ecg_trace(*self.potentials(scenario, activation, duration, self.electrode_rows(scenario)))

    def electrograms(self, scenario: Electrophysiology, activation: Floats, points: Floats) -> Electrograms:
        """Electrograms at ``points`` (p, 3) mm of an activation (n,) ms of this scenario, as the ECG is made."""
        living, (fiber, _) = self.substrate.conducting, self.directions(scenario.fibers)
        rows = np.nan_to_num(living.spread(electrogram_rows(living.mesh, points, fiber[living.tets])))
        times, potentials = self.potentials(scenario, activation, self.lasting(scenario, activation), rows)
        return Electrograms(np.asarray(points), times, potentials)

    def potentials(
        self, scenario: Electrophysiology, activation: Floats, duration: float, rows: Floats
    ) -> tuple[Floats, Floats]:
        """Times (t,) ms and potentials (e, t) mV of electrodes with these ``rows`` (e, n).

        Nodes lie ``edge / velocity`` apart in time, much longer than an upstroke: without care the result is a comb. The
        template is therefore smoothed over ``front_width``.
        """
        kinds, blur = self.kinds(scenario), round(self.front_width(scenario), 2)
        total = np.zeros((len(rows), round(duration / STEP) + 1))
        for number, cell in enumerate(kinds.cells):
            own = slice(None) if len(kinds.cells) == 1 else kinds.of_node == number
            template = action_potential(cell, duration, blur)
            total += potentials_of_activation(rows[:, own], activation[own], template, STEP, duration)
        return STEP * np.arange(total.shape[1], dtype=np.float64), total

    def front_width(self, scenario: Electrophysiology) -> float:
        """ms, SD over which a front that passes from node to node is smoothed in time.

        ``FRONT_WIDTH`` of the time that it needs for an edge (at the geometric mean of the two velocities).
        """
        return FRONT_WIDTH * self._edge / float(np.sqrt(scenario.velocities.fiber * scenario.velocities.cross))


def conduction_of(scenario: Electrophysiology) -> Conduction:
    """The scenario's velocities (m/s are mm/ms)."""
    velocities, zone = scenario.velocities, scenario.grey_zone
    return Conduction(velocities.fiber, velocities.cross, velocities.endocardium, (zone.fiber, zone.cross))


@lru_cache(maxsize=64)
def _paced(cell: Cell) -> tuple[Floats, Floats]:
    """The first beat after rest: times from the crossing of 0 mV, and mV above rest."""
    beat = pace(cell, cycle_length=1000.0, beats=1)
    crossing = int(np.argmax(beat.V > 0.0))
    return beat.times - beat.times[crossing], beat.V - beat.V[-1]


def longest_potential(cell: Cell) -> float:
    """ms from the activation of a cell until it is within 2 mV of rest."""
    times, above_rest = _paced(cell)
    return float(times[np.flatnonzero(np.abs(above_rest) > 2.0)[-1]])


@lru_cache(maxsize=64)
def action_potential(cell: Cell, duration: float, blur: float) -> Floats:
    """(2 k + 1,) mV above rest every ``STEP`` ms, activation in the middle, smoothed by a Gaussian of SD ``blur`` ms.

    Remembered, so not to be written to.
    """
    times, above_rest = _paced(cell)
    fine = STEP / 10
    half = round(duration / STEP)
    grid = (np.arange(20 * half + 1) - 10 * half) * fine
    sampled = np.interp(grid, times, above_rest, left=0.0)
    return np.asarray(gaussian_filter1d(sampled, blur / fine, mode="nearest")[::10])
