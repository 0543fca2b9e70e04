"""Scar core and border zone of a late enhancement on the tetrahedra of the same heart, with as much volume as on the scan.

A voxel and a tetrahedron belong together when they lie in the same slice, in the same direction from the middle of the cavity
and equally deep in the wall: the scan is taken in another phase and breath-hold than the mesh, so millimetres do not agree.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_measures.thickness import ventricle_lengths
from geometry.scar.rules import BORDER, CORE
from geometry.scar.tissue import Tissue

SCAR_CORE, BORDER_ZONE = "scar_core", "border_zone"
NEIGHBOURS = 4  # voxels that decide about a place in a slice
FEWEST = 6  # voxels of wall in a slice that can be looked up


@dataclass(frozen=True)
class ScarOnMesh:
    """The mesh with its regions, and ml of core and border: on the scan, on the scan between the ends of the mesh, on it."""

    mesh: HeartMesh
    scanned: tuple[float, float]
    covered: tuple[float, float]
    meshed: tuple[float, float]


@dataclass(frozen=True)
class _Frame:
    """Voxel coordinates of an enhancement scan: where its slices have a wall, and the middle of the cavity in each."""

    to_voxel: Floats
    spacing: Floats
    slices: NDArray[np.intp]


def scar_on_mesh(mesh: HeartMesh, labels: NDArray[np.uint8], tissue: Tissue) -> ScarOnMesh:
    """Regions scar_core and border_zone in the left wall; labels (nx, ny, nz) by ``classify`` on the grid of ``tissue``.

    Tetrahedra with the largest share of core are taken until their volume is that of the core's voxels between the ends
    of the mesh, then those with the largest share of either until core and border have theirs. Refuses a scan whose
    wall does not lie where the mesh is.
    """
    plain = without_scar(mesh)
    left = np.flatnonzero(_is_left(plain))
    frame = _frame(tissue)
    shares = _shares(plain, left, labels, tissue, frame)
    volumes = plain.tet_volumes()[left]
    voxel = abs(float(np.linalg.det(tissue.affine[:3, :3])))
    present = _present(plain, left, frame, labels.shape[2])
    core, border = labels >= CORE, labels == BORDER
    scanned = tuple(float(mask.sum()) * voxel / 1000 for mask in (core, border))
    wanted = [float(mask.sum(axis=(0, 1)) @ present) * voxel for mask in (core, border)]
    dead = _largest(shares[:, 0], volumes, wanted[0], np.zeros(len(left), bool))
    either = _largest(shares.sum(axis=1), volumes, sum(wanted), dead)
    made = (float(volumes[dead].sum()) / 1000, float(volumes[either & ~dead].sum()) / 1000)
    marked = _marked(plain, left[dead], left[either & ~dead])
    note = (
        f"Scar of the late enhancement: core {made[0]:.1f} ml, border zone {made[1]:.1f} ml "
        f"(on the scan {scanned[0]:.1f} and {scanned[1]:.1f} ml)."
    )
    named = replace(marked, notes=(*marked.notes, note))
    return ScarOnMesh(named, (scanned[0], scanned[1]), (wanted[0] / 1000, wanted[1] / 1000), made)


def without_scar(mesh: HeartMesh) -> HeartMesh:
    """The mesh with its scar back in the region lv."""
    scar = [number for number, name in mesh.region_names.items() if name in (SCAR_CORE, BORDER_ZONE)]
    whole = [number for number, name in mesh.region_names.items() if name == "lv"]
    if not scar or not whole:
        return mesh
    names = {number: name for number, name in mesh.region_names.items() if number not in scar}
    return replace(
        mesh, region=np.where(np.isin(mesh.region, scar), whole[0], mesh.region).astype(np.int32), region_names=names
    )


def _is_left(mesh: HeartMesh) -> NDArray[np.bool_]:
    right = [number for number, name in mesh.region_names.items() if name == "rv"]
    return ~np.isin(mesh.region, right)


def _marked(mesh: HeartMesh, core: NDArray[np.integer], border: NDArray[np.integer]) -> HeartMesh:
    region, names = mesh.region.copy(), dict(mesh.region_names)
    for tets, name in ((core, SCAR_CORE), (border, BORDER_ZONE)):
        if len(tets):
            number = max(names) + 1
            region[tets], names[number] = number, name
    return replace(mesh, region=region, region_names=names)


def _frame(tissue: Tissue) -> _Frame:
    slices = np.flatnonzero(tissue.wall.sum(axis=(0, 1)) >= FEWEST)
    if not len(slices):
        raise Refused(
            "The late enhancement shows no wall of the left ventricle, so its scar cannot be put on the mesh."
        )
    return _Frame(np.linalg.inv(tissue.affine), np.linalg.norm(tissue.affine[:3, :3], axis=0), slices)


def _voxel_places(points: Floats, frame: _Frame) -> Floats:
    """(n, 3): mm along both axes of the plane, and slices."""
    places = points @ frame.to_voxel[:3, :3].T + frame.to_voxel[:3, 3]
    return np.asarray(places * [frame.spacing[0], frame.spacing[1], 1.0])


def _present(mesh: HeartMesh, left: NDArray[np.integer], frame: _Frame, count: int) -> Floats:
    """(slices,) share of the slab of each slice between the ends of the mesh."""
    at = _voxel_places(mesh.points[np.unique(mesh.tets[left])], frame)[:, 2]
    slab = np.arange(count)
    return np.asarray(np.clip(np.minimum(slab + 0.5, at.max()) - np.maximum(slab - 0.5, at.min()), 0.0, 1.0))


def _shares(
    mesh: HeartMesh, left: NDArray[np.integer], labels: NDArray[np.uint8], tissue: Tissue, frame: _Frame
) -> Floats:
    """(tets, 2) share of core and of border at each tet's middle, between the two slices around it."""
    depth = ventricle_lengths(mesh).depth[mesh.tets[left]].mean(axis=1)
    places = _voxel_places(mesh.points[mesh.tets[left]].mean(axis=1), frame)
    inner = _voxel_places(mesh.points[np.unique(mesh.tagged("endo_lv"))], frame)
    if not ((places[:, 2] > frame.slices[0] - 1) & (places[:, 2] < frame.slices[-1] + 1)).any():
        raise Refused("The late enhancement and the mesh do not overlap; check that both are of the same heart.")
    at = np.clip(places[:, 2], frame.slices[0], frame.slices[-1])
    upper = (
        np.clip(np.searchsorted(frame.slices, at), 1, max(len(frame.slices) - 1, 1)) if len(frame.slices) > 1 else None
    )
    found = np.zeros((len(left), len(frame.slices), 2))
    weight = np.zeros((len(left), len(frame.slices)))
    if upper is None:
        weight[:, 0] = 1.0
    else:
        low, high = frame.slices[upper - 1], frame.slices[upper]
        share = (at - low) / (high - low)
        rows = np.arange(len(left))
        weight[rows, upper - 1], weight[rows, upper] = 1 - share, share
    for row, k in enumerate(frame.slices):
        near = np.flatnonzero(weight[:, row] > 0)
        if len(near):
            middle = _middle_at(inner, float(k))
            found[near, row] = _slice_shares(places[near], depth[near], middle, labels, tissue, int(k), frame)
    return np.asarray(np.einsum("mk,mkc->mc", weight, found))


def _middle_at(inner: Floats, k: float) -> Floats:
    """(2,) mm, the middle of the mesh's cavity in a slice, or of its nearest part."""
    away = np.abs(inner[:, 2] - k)
    near = inner[away <= max(0.5, float(np.partition(away, min(20, len(away) - 1))[min(20, len(away) - 1)]))]
    return np.asarray((near[:, :2].min(axis=0) + near[:, :2].max(axis=0)) / 2)


def _slice_shares(
    places: Floats,
    depth: Floats,
    middle: Floats,
    labels: NDArray[np.uint8],
    tissue: Tissue,
    k: int,
    frame: _Frame,
) -> Floats:
    """(n, 2) share of core and border of the voxels around the same direction and depth in one slice."""
    spots = np.argwhere(tissue.wall[..., k])
    flat = spots * frame.spacing[:2]
    hollow = np.argwhere(tissue.cavity[..., k]) * frame.spacing[:2]
    around = hollow if len(hollow) else flat
    own = (around.min(axis=0) + around.max(axis=0)) / 2
    radius = np.linalg.norm(flat - own, axis=1)
    thick = max(float(np.ptp(np.percentile(radius, (10, 90)))), float(frame.spacing[0]))
    inner = max(float(radius.mean()) - thick / 2, float(frame.spacing[0]))
    ring = _ring(flat - own, tissue.depth[..., k][tuple(spots.T)], inner, thick)
    wanted = _ring(places[:, :2] - middle, depth, inner, thick)
    count = min(NEIGHBOURS, len(spots))
    away, which = cKDTree(ring).query(wanted, k=[*range(1, count + 1)])
    weight = 1.0 / (away + 0.25 * float(frame.spacing[0]))
    weight /= weight.sum(axis=1, keepdims=True)
    here = labels[..., k][tuple(spots.T)]
    return np.column_stack([(weight * mask[which]).sum(axis=1) for mask in (here >= CORE, here == BORDER)])


def _ring(away: Floats, depth: NDArray[np.floating], inner: float, thick: float) -> Floats:
    """(n, 2) mm on an even ring: direction as it is, radius by the depth in the wall."""
    length = np.maximum(np.linalg.norm(away, axis=1), 1e-9)
    return np.asarray(away / length[:, None] * (inner + thick * np.asarray(depth))[:, None])


def _largest(share: Floats, volumes: Floats, wanted: float, already: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tets with the largest share, those ``already`` taken first, until their volume (mm3) comes nearest to ``wanted``."""
    order = np.lexsort((-share, ~already))
    total = np.cumsum(volumes[order])
    count = int(np.searchsorted(total, wanted))
    if count < len(total) and wanted - (total[count - 1] if count else 0.0) > total[count] - wanted:
        count += 1
    taken = already.copy()
    taken[order[:count]] = True
    return taken & ((share > 0) | already)
