"""Long-axis planes beside a stack with thick gaps, on a generated heart and on labels drawn by hand."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from geometry.errors import Refused
from geometry.meshing.long_axis import LongAxisPlane, outlines_of, read_planes
from geometry.meshing.smooth_chambers import smooth_chambers
from geometry.meshing.ventricle_shape import VentricleShape, walled
from geometry.meshing.ventricle_slices import read_slices
from geometry.progress import silent
from geometry.segmentation import LV, MYOCARDIUM
from sample_scans.sparse_slices import cut_heart, cut_long_axis

SEED, GAP = 510_001, 18.0


def test_they_bring_the_surfaces_nearer_to_the_truth() -> None:
    heart = cut_heart(SEED, GAP)
    slices = read_slices(heart.sparse, 0)
    planes = [LongAxisPlane(one.labels[..., 0], one.affine) for one in cut_long_axis(SEED, breath_hold=0.0)]
    alone, seen = (walled(smooth_chambers(slices, silent, some), 3.0, 2.0) for some in ((), planes))
    to_stack = np.linalg.inv(slices.to_patient) @ heart.dense.affine
    mask = np.isin(heart.dense.labels[..., 0], (LV, MYOCARDIUM))
    rim = np.argwhere(mask & ~ndimage.binary_erosion(mask)) @ to_stack[:3, :3].T + to_stack[:3, 3]
    rim = rim[rim[:, 2] < slices.z[-1]]

    def off(shape: VentricleShape, at: np.ndarray) -> float:
        # the middles of the outermost voxels lie half a voxel inside
        return float(np.abs(shape.lv_outer(shape.base.from_stack(at)) + 0.5).mean())

    assert off(seen, rim) < off(alone, rim)
    apex = rim[rim[:, 2] < rim[:, 2].min() + 3.0]
    assert off(seen, apex) < 0.6 * off(alone, apex)


def disc(path: Path, thin: int = 2, lift: float = 0.0) -> Path:
    """A cavity of 20 mm around with 6 mm of wall below half height, in a plane along z."""
    x, z = np.meshgrid(np.arange(-40, 40), np.arange(-40, 40), indexing="ij")
    far = np.hypot(x, z)
    flat = np.where((far < 20) & (z < 10), 1, np.where((far < 26) & (z < 10), 2, 0)).astype(np.uint8)
    affine = np.array([[1.0, 0, 0, -40], [0, 0, -8.0, 0], [0, 1, 0, -40 + lift], [0, 0, 0, 1]])
    order = [2, 0, 1] if thin == 0 else [0, 1, 2]
    nib.save(nib.Nifti1Image(flat[:, :, None].transpose(order), affine[:, [*order, 3]]), path)
    return path


@pytest.mark.parametrize("thin", [0, 2])
def test_a_map_is_read_whichever_axis_is_thin(tmp_path: Path, thin: int) -> None:
    (plane,) = read_planes([disc(tmp_path / "plane.nii.gz", thin, lift=5.0)])
    seen = outlines_of(plane, np.eye(4))
    assert seen["lv"].points[:, 2].min() == pytest.approx(5.0 - 20.0, abs=1.0)
    assert seen["lv_outer"].points[:, 2].min() == pytest.approx(5.0 - 26.0, abs=1.0)
    ends = seen["lv"].points[seen["lv"].open]  # the flat top is the valve, between walls that reach as high
    assert ends[:, 2].mean() == pytest.approx(5.0 + 9.5, abs=1.0)
    assert np.abs(seen["lv"].walls[:, 0]).max() > 19.0


def test_a_plane_across_the_ventricle_and_a_map_without_blood_are_refused(tmp_path: Path) -> None:
    (plane,) = read_planes([disc(tmp_path / "plane.nii.gz")])
    across = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
    with pytest.raises(Refused, match="across the ventricle"):
        outlines_of(plane, across)
    nib.save(nib.Nifti1Image(np.full((9, 9, 1), 2, np.uint8), np.diag([2.0, 2, 2, 1])), tmp_path / "wall.nii.gz")
    with pytest.raises(Refused, match="No plane"):
        read_planes([tmp_path / "wall.nii.gz"])
