"""Which cell each node of a heart is: layers of the wall, the gradient from base to apex, the grey zone of a scar; a drug."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, silent
from solvers.beat_records import Repolarization
from solvers.cells.catalogue import find_cell
from solvers.cells.cell import Cell
from solvers.cells.steady import limit_cycles
from solvers.cells.variants import layer_variant, together, with_currents
from solvers.directions.coordinates import LaplaceFields, heart_axes
from solvers.drugs.block import under_drug
from solvers.drugs.catalogue import find_drug
from solvers.electrophysiology.substrate import Substrate
from solvers.scenario import DrugDose, Electrophysiology
from solvers.wall_records import GreyZone

Floats = NDArray[np.float64]

LAYERS = ("endo", "m", "epi")
BANDS = 5  # steps in which a gradient of g_Ks goes from the base to the apex: each band is one more cell to pace
CYCLE = 1000.0  # ms at which every kind of cell is paced to its limit cycle


@dataclass(frozen=True)
class CellKinds:
    """cells: each kind there is; of_node: (n,) which kind each node is.

    A heart of one kind starts from the published rest of that cell; where there are several, or currents are ``changed`` by a
    drug or by the scenario, each is paced first.
    """

    cells: tuple[Cell, ...]
    of_node: NDArray[np.intp]
    changed: bool = False

    def settled(self, progress: Progress = silent) -> "CellKinds":
        """The same with each kind at the end of its limit cycle (kept in the user's cache)."""
        if len(self.cells) == 1 and not self.changed:
            return self
        return replace(self, cells=limit_cycles(self.cells, CYCLE, progress=progress))

    def start(self, nodes: NDArray[np.integer]) -> tuple[Cell, Floats | None]:
        """One model for these nodes with the states (states, k) they start from; None: the rest of that model."""
        if len(self.cells) == 1:
            return self.cells[0], None
        cell, columns = together(self.cells)
        return cell, np.ascontiguousarray(columns[:, self.of_node[nodes]])


def cell_kinds(
    mesh: HeartMesh, fields: LaplaceFields | None, substrate: Substrate, scenario: Electrophysiology
) -> CellKinds:
    """The kinds of a scenario on a mesh; refuses layers on a mesh without named surfaces or of a model without variants.

    Layers follow the transmural coordinate (0 on both endocardia, 1 on the epicardium): the septum, which has no
    epicardium, is endocardial but for what lies near its rims.
    """
    n, wanted = len(mesh.points), scenario.layers
    layer, gradient = np.zeros(n, np.intp), np.ones(n)
    cells: list[Cell] = [find_cell(scenario.cell)]
    if wanted.wall == "endo-mid-epi":
        cells = [layer_variant(scenario.cell, name) for name in LAYERS]
        layer = _layers(fields, wanted.endo, wanted.mid)
        if wanted.apex_ks != 1.0:
            gradient = _gradient(mesh, cells[0], wanted.apex_ks)
    grey = substrate.grey_nodes
    keys = np.column_stack([layer, np.round(1e6 * gradient), grey])
    kinds, of_node = np.unique(keys[~substrate.dead], axis=0, return_inverse=True)
    made = tuple(dosed(_kind(cells[int(k)], ks / 1e6, bool(slow), scenario), scenario.drug) for k, ks, slow in kinds)
    number = np.zeros(n, np.intp)  # dead nodes are never asked for
    number[~substrate.dead] = of_node.ravel()
    return CellKinds(made, number, bool(scenario.drug.name) or scenario.repolarization != Repolarization())


def dosed(cell: Cell, given: DrugDose) -> Cell:
    """The cell under the scenario's drug; itself without one."""
    if not given.name:
        return cell
    drug = find_drug(given.name)
    return under_drug(cell, drug, given.dose * drug.free_peak)


def drug_notes(scenario: Electrophysiology) -> tuple[str, ...]:
    """What a drug does in a run, and what it does not; nothing without one."""
    given = scenario.drug
    if not given.name:
        return ()
    concentration = given.dose * find_drug(given.name).free_peak
    return (
        f"Under {given.name} at {given.dose:g} times its free peak ({concentration:g} nM): cells are paced to their limit cycle "
        f"at {CYCLE:g} ms with its block. Conduction velocities stay as set: slowing by a block of INa is not predicted.",
    )


def grey_factors(zone: GreyZone) -> Mapping[str, float]:
    """Current -> share of healthy in the grey zone."""
    return {"Na": zone.sodium, "CaL": zone.calcium, "Kr": zone.rapid, "Ks": zone.slow}


def _kind(cell: Cell, slow_rectifier: float, grey: bool, scenario: Electrophysiology) -> Cell:
    own = scenario.repolarization
    cell = with_currents(cell, {"Ks": slow_rectifier * own.slow, "Kr": own.rapid})
    return with_currents(cell, grey_factors(scenario.grey_zone)) if grey else cell


def _layers(fields: LaplaceFields | None, endo: float, mid: float) -> NDArray[np.intp]:
    if fields is None:
        raise Refused(
            "Layers of the wall need its inside and outside, and this mesh has no surfaces endo_lv, epi and base. "
            "Make the wall uniform, or mesh the case as ventricles."
        )
    return np.digitize(fields.epi, [endo, endo + mid]).astype(np.intp)


def _gradient(mesh: HeartMesh, cell: Cell, apex: float) -> Floats:
    """(n,) factor on g_Ks in ``BANDS`` steps, 1 at the base and ``apex`` at the apex."""
    if "g_Ks" not in cell.parameters:
        raise Refused(f"{cell.title} has no IKs, so it cannot change towards the apex. Set that number to 1.")
    height = np.clip(heart_axes(mesh).height(mesh.points), 0.0, 1.0)
    band = np.minimum((BANDS * height).astype(int), BANDS - 1)
    return np.asarray(apex + (1.0 - apex) * band / (BANDS - 1))
