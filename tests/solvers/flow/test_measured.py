"""Velocities in an image of a pipe are read, compared with those on its mesh, and drive it."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import pyvista

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.measured_velocity import MeasuredVelocity, load_velocity, read_velocity, save_velocity
from geometry.shapes import tube
from solvers.flow.measured import compare, measured_curve, measured_profile
from solvers.flow.steady import ejection_of
from solvers.flow.surface_integrals import nodal_flux
from solvers.result import Field
from solvers.scenario import Flow

RADIUS, BEAT = 10.0, 800.0
PIPE = tube(RADIUS, 40.0, 4.0)
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])
AFFINE[:3, 3] = (-15.0, -15.0, -6.0)
TIMES = np.arange(8) * 100.0


def pulse(times: np.ndarray) -> np.ndarray:
    return np.maximum(np.sin(np.pi * times / 400.0), 0.0)


def field_at(points: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(t, n, 3) m/s along the pipe: 1 - (r/R)^2 at the largest flow."""
    along = 1 - (points[:, 0] ** 2 + points[:, 1] ** 2) / RADIUS**2  # also beyond the wall: voxels there are read too
    velocity = np.zeros((len(times), len(points), 3))
    velocity[:, :, 2] = pulse(times)[:, None] * along
    return velocity


def image() -> np.ndarray:
    """(t, x, y, z, 3) m/s."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (16, 16, 28)), indexing="ij"), axis=-1).reshape(-1, 3)
    return field_at(index @ AFFINE[:3, :3].T + AFFINE[:3, 3], TIMES).reshape(8, 16, 16, 28, 3)


def measured() -> MeasuredVelocity:
    return MeasuredVelocity(image().astype(np.float32), AFFINE, tuple(TIMES), BEAT)


def test_nifti_arrays_and_vtk_images_are_read_in_their_unit(tmp_path: Path) -> None:
    nifti, arrays, vtk = (tmp_path / f"v.{end}" for end in ("nii.gz", "npz", "vti"))
    volume = nib.Nifti1Image(np.moveaxis(100 * image(), 0, 3).astype(np.float32), AFFINE)
    volume.header.set_xyzt_units("mm", "msec")
    nib.save(volume, nifti)
    np.savez(arrays, velocity=1000 * image(), affine=AFFINE, times=TIMES)
    grid = pyvista.ImageData(dimensions=(16, 16, 28), spacing=(2, 2, 2), origin=AFFINE[:3, 3])
    grid["v"] = image()[2].transpose(2, 1, 0, 3).reshape(-1, 3)
    grid.save(vtk)
    for found in (read_velocity(nifti, "cm/s", cycle=BEAT), read_velocity(arrays, "mm/s", cycle=BEAT)):
        assert found.velocity == pytest.approx(image(), abs=1e-5)
        assert found.affine == pytest.approx(AFFINE) and found.times == pytest.approx(tuple(TIMES))
    assert read_velocity(vtk, "m/s").velocity[0] == pytest.approx(image()[2], abs=1e-6)
    save_velocity(found, tmp_path / "kept" / "measured.npz")
    again = load_velocity(tmp_path / "kept" / "measured.npz")
    assert again is not None and again.velocity == pytest.approx(image(), abs=1e-5) and again.cycle == BEAT


def test_components_along_the_image_s_axes_are_turned_to_the_patient_s(tmp_path: Path) -> None:
    turned = AFFINE.copy()
    turned[:3, :3] = AFFINE[:3, :3] @ np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # voxel axes: front, head, right
    np.savez(tmp_path / "v.npz", velocity=np.full((1, 3, 3, 3, 3), [1.0, 2.0, 3.0]), affine=turned)
    found = read_velocity(tmp_path / "v.npz", "m/s", axes="voxel")
    assert found.velocity[0, 0, 0, 0] == pytest.approx([3.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("unit", "cycle", "words"),
    [
        ("mm/s", BEAT, "would move at 0.00"),
        ("m/s", None, "does not say how long a beat is"),
        ("m/s", 300.0, "within a beat of 300 ms"),
    ],
)
def test_a_wrong_unit_and_a_missing_beat_are_refused(
    tmp_path: Path, unit: str, cycle: float | None, words: str
) -> None:
    np.savez(tmp_path / "v.npz", velocity=image(), affine=AFFINE, times=TIMES)
    with pytest.raises(Refused, match=words):
        read_velocity(tmp_path / "v.npz", unit, cycle=cycle)  # type: ignore[arg-type]


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", speed=image())
    (tmp_path / "v.vti.txt").write_text("")
    (tmp_path / "v.nii").write_bytes(b"nothing")
    with pytest.raises(Refused, match="no array named affine or velocity"):
        read_velocity(tmp_path / "v.npz", "m/s")
    with pytest.raises(Refused, match="save them as one of these"):
        read_velocity(tmp_path / "v.vti.txt", "m/s")
    with pytest.raises(Refused, match="damaged"):
        read_velocity(tmp_path / "v.nii", "m/s")
    with pytest.raises(Refused, match="check the path"):
        read_velocity(tmp_path / "none.npz", "m/s")


def computed(faster: float = 1.0, later: float = 0.0, mesh: HeartMesh = PIPE) -> Field:
    times = np.arange(0.0, BEAT + 1, 100.0)
    velocity = faster * field_at(mesh.points, (times - later) % BEAT)
    return Field(velocity.astype(np.float32), "m/s", "Velocity", tuple(times))


def test_alike_flows_are_alike_whenever_they_begin_and_a_faster_one_differs_by_its_share() -> None:
    same, late, fast = (compare(PIPE, computed(*how), measured()) for how in ((1.0, 0.0), (1.0, 100.0), (1.3, 0.0)))
    assert same.rms < 0.02 and same.correlation > 0.998 and same.shift == 0.0
    assert late.shift == 100.0 and late.rms == pytest.approx(same.rms, abs=0.01)
    assert fast.slope == pytest.approx(1.3, rel=0.03) and fast.correlation > 0.998
    # parabola: mean square over the section is a third of the top's; over the frames compared, that of the pulse
    strong = pulse(TIMES)[pulse(TIMES) >= 0.25]
    assert fast.rms == pytest.approx(0.3 * np.sqrt(np.mean(strong**2) / 3), rel=0.12)
    assert same.measured.values.shape == (9, len(PIPE.points), 3)
    assert same.difference.values.shape == (9, len(PIPE.points))


def test_an_image_elsewhere_is_refused() -> None:
    away = AFFINE.copy()
    away[:3, 3] += 100.0
    with pytest.raises(Refused, match="lies inside the measured image"):
        compare(PIPE, computed(), MeasuredVelocity(image().astype(np.float32), away, tuple(TIMES), BEAT))


def test_the_measured_flow_and_its_profile_drive_the_inlet() -> None:
    curve = measured_curve(PIPE, measured())
    scenario = Flow(inflow=curve, heart_rate=60_000 / BEAT)
    # the exact parabola on the same triangles: 1 m/s on the axis, pi R^2 / 2 less what 4 mm triangles cut off
    wanted = -np.einsum("ij,ij->", nodal_flux(PIPE, "inlet"), field_at(PIPE.points, np.array([200.0]))[0])
    assert 0.8 * np.pi * RADIUS**2 / 2 < wanted < np.pi * RADIUS**2 / 2
    assert max(curve.values) == pytest.approx(wanted, rel=0.03)
    assert ejection_of(scenario).peak_time == 200.0 and curve.values[0] == curve.values[-1]
    profile = measured_profile(PIPE, measured())
    assert np.einsum("ij,ij->", nodal_flux(PIPE, "inlet"), profile) == pytest.approx(-1.0)
    axis = np.linalg.norm(PIPE.points[:, :2], axis=1) < 1e-6
    inlet = axis & (PIPE.points[:, 2] < 1e-6)
    assert profile[inlet][:, 2].max() == pytest.approx(1 / wanted, rel=0.05)
    back = MeasuredVelocity(-image().astype(np.float32), AFFINE, tuple(TIMES), BEAT)
    with pytest.raises(Refused, match="no blood enters"):
        measured_curve(PIPE, back)
