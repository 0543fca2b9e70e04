"""What of a wall conducts: dense scar and lesions do not, a border zone (grey zone) does so slowly; all are regions of the mesh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_part import MeshPart, part_of, pieces
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from solvers.electrophysiology.lesions import ABLATED

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Substrate:
    """The tissue of a mesh of n nodes and m tetrahedra.

    conducting   all but dense scar and lesions
    core, grey   (m,) tetrahedra of dense scar and lesions, and of the grey zone
    grey_nodes   (n,) nodes with more grey zone than healthy tissue around them
    dead         (n,) nodes wholly inside dense scar or a lesion: never activated, shown without a value
    piece        (n,) number of the piece of conducting tissue, 0 the largest; -1 at dead nodes
    """

    conducting: MeshPart
    core: Mask
    grey: Mask
    grey_nodes: Mask
    dead: Mask
    piece: NDArray[np.intp]

    def notes(self, unreached: Mask) -> tuple[str, ...]:
        """Sentences about scar, and about pieces that no start reaches; ``unreached`` (n,) living nodes."""
        found = []
        if self.core.any():
            share = 100 * float(self.dead.mean())
            found.append(
                f"Dense scar and lesions do not conduct: {int(self.dead.sum())} nodes ({share:.1f} %) wholly inside have no value, "
                "and the ECG has no current from there."
            )
        if unreached.any():
            count = len(np.unique(self.piece[unreached]))
            cause = "by scar, by a lesion or by gaps of the mesh" if self.core.any() else "by gaps of the mesh"
            found.append(
                f"{count} piece{'s' if count > 1 else ''} of the tissue with {int(unreached.sum())} of {len(unreached)} nodes "
                f"{'are' if count > 1 else 'is'} cut off {cause} from every place where the beat starts, and without a value. "
                "If these are not scar, build the mesh again in one piece."
            )
        return tuple(found)


def substrate_of(mesh: HeartMesh) -> Substrate:
    """The tissue by the regions of the mesh; refuses one that is all dense scar."""
    core, grey = _region(mesh, SCAR_CORE, ABLATED), _region(mesh, BORDER_ZONE)
    if core.all():
        raise Refused(
            "All of the wall is dense scar or ablated, so nothing conducts. Measure the scar by another rule, or undo lesions."
        )
    conducting = part_of(mesh, ~core)
    dead = np.ones(len(mesh.points), bool)
    dead[conducting.nodes] = False
    piece = np.full(len(dead), -1, np.intp)
    piece[conducting.nodes] = pieces(conducting.mesh)
    return Substrate(conducting, core, grey, _mostly(mesh, grey, ~core), dead, piece)


def _region(mesh: HeartMesh, *names: str) -> Mask:
    return np.isin(mesh.region, [number for number, known in mesh.region_names.items() if known in names])


def _mostly(mesh: HeartMesh, grey: Mask, alive: Mask) -> Mask:
    """(n,) nodes around which more than half of the living volume is grey."""
    if not grey.any():
        return np.zeros(len(mesh.points), bool)
    volume = np.repeat(np.abs(mesh.tet_volumes()), 4)
    nodes, n = mesh.tets.ravel(), len(mesh.points)
    of_grey, of_alive = (np.bincount(nodes, volume * np.repeat(kind, 4), n) for kind in (grey & alive, alive))
    return np.asarray(of_grey > 0.5 * of_alive)
