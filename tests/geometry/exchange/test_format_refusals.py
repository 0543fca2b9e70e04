"""Files that are no meshes, cut short, or do not fit together are refused with a sentence."""

from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.exchange.mesh_import import import_mesh
from geometry.exchange.reading import READERS, read_raw
from geometry.exchange.writing import FORMATS, SURFACES, write_mesh
from geometry.heart_mesh import HeartMesh

VOLUMES = [ending for ending in FORMATS if ending not in SURFACES]


def test_a_field_that_fits_nothing_is_refused(heart: HeartMesh, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="fits neither the nodes nor the tetrahedra"):
        write_mesh(heart, tmp_path / "heart.vtu", {"odd": np.zeros(7)})


def test_an_ending_that_nobody_knows_is_refused(heart: HeartMesh, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"\.obj"):
        write_mesh(heart, tmp_path / "a.obj")
    (tmp_path / "a.obj").write_text("o heart")
    with pytest.raises(Refused, match=r"\.obj"):
        read_raw(tmp_path / "a.obj")


@pytest.mark.parametrize("ending", READERS)
def test_pointers_of_git_lfs_and_empty_files_are_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"heart{ending}"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n")
    with pytest.raises(Refused, match="git lfs pull"):
        read_raw(path)
    path.write_text("")
    with pytest.raises(Refused, match="empty"):
        read_raw(path)


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_cut_short_is_refused(
    heart: HeartMesh, tmp_path: Path, ending: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"Doe_Jane{ending}"
    write_mesh(heart, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(Refused) as refusal:
        import_mesh(path)
    assert "Doe" not in str(refusal.value)
    out, err = capfd.readouterr()
    assert "Doe" not in out + err  # what a reader complains about would stand in the log


@pytest.mark.parametrize("ending", VOLUMES)
def test_points_that_are_no_numbers_are_refused(heart: HeartMesh, tmp_path: Path, ending: str) -> None:
    points = heart.points.copy()
    points[7] = np.nan
    write_mesh(heart.with_points(points), tmp_path / f"heart{ending}")
    with pytest.raises(Refused, match=r"1 point .* no numbers, the first is number 7"):
        import_mesh(tmp_path / f"heart{ending}")


@pytest.mark.parametrize(
    ("ending", "promised"), [(".pts", "points"), (".elem", "elements"), (".endo_lv.surf", "triangles")]
)
def test_wrong_counts_of_opencarp_are_refused(heart: HeartMesh, tmp_path: Path, ending: str, promised: str) -> None:
    write_mesh(heart, tmp_path / "heart.pts")
    path = tmp_path / f"heart{ending}"
    count, rest = path.read_text().split("\n", 1)
    path.write_text(f"{int(count) + 3}\n{rest}")
    with pytest.raises(Refused, match=f"promises {int(count) + 3} lines and holds {count}"):
        import_mesh(tmp_path / "heart.pts")


def test_directions_for_other_elements_are_refused(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.pts")
    path = tmp_path / "heart.lon"
    path.write_text("\n".join(path.read_text().splitlines()[:-5]))
    with pytest.raises(Refused, match=f"for {len(heart.tets) - 5} elements, and there are {len(heart.tets)}"):
        import_mesh(tmp_path / "heart.pts")
    (tmp_path / "heart.elem").unlink()
    with pytest.raises(Refused, match=r"no \.elem file"):
        import_mesh(tmp_path / "heart.pts")


def test_xdmf_without_its_numbers_is_refused(heart: HeartMesh, tmp_path: Path) -> None:
    write_mesh(heart, tmp_path / "heart.xdmf")
    (tmp_path / "heart.h5").unlink()
    with pytest.raises(Refused, match=r"\.h5 file that is not beside it"):
        import_mesh(tmp_path / "heart.xdmf")
