"""A small finished case, and the window on it."""

import gc
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.case import Case
from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.metric import Metric
from geometry.segmentation import Segmentation
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Check, Field, Result, Trace
from solvers.scenario import Electrophysiology, PacingSite
from ui.main import make_application, open_window
from ui.window import Window

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


@pytest.fixture(scope="session", autouse=True)
def own_settings_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is made once for the run, the window above all, reads no settings of the user either."""
    with pytest.MonkeyPatch.context() as patch:
        settle_in(tmp_path_factory.mktemp("home"), patch)
        yield


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and new cases of a test stay in its own folder."""
    settle_in(tmp_path, monkeypatch)


def settle_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Let ``home`` be the place of settings, data and documents."""
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    patch.setenv("XDG_DATA_HOME", str(home / "data"))
    patch.delenv("XDG_DOCUMENTS_DIR", raising=False)


@pytest.fixture(scope="session")
def made_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with scan, segmentation, mesh, two scenarios and two runs, all of them small and made up."""
    case = Case.create(tmp_path_factory.mktemp("cases") / "small", "Small heart")
    mesh = half_ellipsoid_ventricle(edge=6.0)
    image, segmentation = phantom()
    case.save_image(image)
    case.save_segmentation(segmentation, (Metric("ejection_fraction", "LV ejection fraction", 60.6, "%", 57.2, 63.8),))
    case.save_mesh(mesh, ())
    apex = mesh.landmarks["apex"]
    case.save_scenario("sinus_rhythm", Electrophysiology())
    site = PacingSite(x=apex[0], y=apex[1], z=apex[2])
    case.save_scenario("pacing", Electrophysiology(title="Pacing", tier="eikonal", start="paced", sites=(site,)))
    case.save_result("sinus_rhythm", beat(mesh, (22.0, 0.0, -20.0)), mesh)
    case.save_result("pacing", beat(mesh, apex), mesh)
    return case.folder


@pytest.fixture
def case_folder(made_case: Path, tmp_path: Path) -> Path:
    """A copy of the made case that the test may change."""
    return Path(shutil.copytree(made_case, tmp_path / "case"))


@pytest.fixture(scope="session")
def only_window(made_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """The one window of the run, as a user has it: making and destroying dozens in one process is no use of Qt and VTK."""
    application = make_application()
    assert isinstance(application, QApplication)
    shown = open_window(application, Path(shutil.copytree(made_case, tmp_path_factory.mktemp("first") / "case")))
    shown.resize(1280, 760)
    shown.show()
    yield shown
    shown.close()
    gc.collect()  # widgets of tests go while Qt is still there: at its end it crashes on those in a circle of references


@pytest.fixture
def window(qtbot: object, only_window: Window, case_folder: Path) -> Iterator[Window]:
    """The real window, freshly opened on the case."""
    only_window.watch.timer.start()  # a test may have stopped it
    assert only_window.open_case(case_folder)
    yield only_window
    only_window.watch.rest()
    only_window.messages.hide()


@pytest.fixture
def desk(window: Window, qtbot: QtBot) -> Window:
    """The window in the step Segment, drawn, and listening to keys."""
    window.go("segment")
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=60_000)
    window.workplace.slices.setFocus()
    window.editing.model.helper.rest()
    window.workplace.slices.draw_now()
    return window


@pytest.fixture
def small_scan() -> tuple[Image, Segmentation]:
    """A small scan and its segmentation."""
    return phantom()


@pytest.fixture(scope="session")
def synthetic_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DICOM study of two series, a cine and a volume, made by the importer's own writer; they show a ramp, no heart."""
    place = Path(__file__).parent.parent / "geometry" / "conftest.py"
    found = importlib.util.spec_from_file_location("dicom_writer", place)
    assert found is not None and found.loader is not None
    writer = importlib.util.module_from_spec(found)
    sys.modules[found.name] = writer
    found.loader.exec_module(writer)
    folder = tmp_path_factory.mktemp("study")
    writer.write_study(writer.Study(slices=6, phases=8), folder)
    writer.write_study(writer.Study(slices=4, phases=1, series="2"), folder)
    return folder


def phantom() -> tuple[Image, Segmentation]:
    """Two phases of an ellipsoidal cavity in a wall, on 12 x 12 x 8 mm voxels' worth of grid."""
    shape = (24, 24, 10)
    affine = np.diag([4.0, 4.0, 8.0, 1.0])
    affine[:3, 3] = (-46.0, -46.0, -70.0)
    places = (
        np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1) @ affine[:3, :3].T + affine[:3, 3]
    )
    voxels, labels = np.zeros((*shape, 2), np.int16), np.zeros((*shape, 2), np.uint8)
    for phase, size in enumerate((1.0, 0.75)):
        inner = np.linalg.norm(places / (22 * size, 22 * size, 60), axis=-1) < 1
        outer = np.linalg.norm(places / (31, 31, 69), axis=-1) < 1
        labels[..., phase][outer] = 2
        labels[..., phase][inner] = 1
        voxels[..., phase] = 40 + 60 * outer + 200 * inner
    chance = {1: np.where(labels == 1, 0.97, 0.02).astype(np.float32)}
    image = Image(voxels, affine, "MR", (0.0, 400.0), 800.0, "phantom")
    return image, Segmentation(labels, affine, chance, "phantom", 0, 1)


def beat(mesh: HeartMesh, source: tuple[float, float, float]) -> Result:
    """An activation that spreads from a place at 0.7 mm/ms, with four members, and an ECG of the usual shape."""
    time = np.linalg.norm(mesh.points - np.asarray(source), axis=1) / 0.7
    members = np.stack([time * factor for factor in (0.9, 1.0, 1.05, 1.15)])
    fields = {
        "activation_time": Field(time, "ms", "Activation time", (), "EARLY", "LATE"),
        "activation_time_mean": Field(members.mean(axis=0), "ms", "Activation time, mean", (), "EARLY", "LATE"),
        "activation_time_sd": Field(members.std(axis=0), "ms", "Activation time, SD"),
        "activation_time_exceedance": Field((members > 60).mean(axis=0), "1", "Probability of activation after 60 ms"),
        "activation_time_members": Field(members, "ms", "Activation time, members", (0.0, 1.0, 2.0, 3.0)),
        "voltage": Field(
            np.stack([np.where(time < t, 20.0, -85.0) for t in (0, 50, 100)]), "mV", "Voltage", (0.0, 50.0, 100.0)
        ),
    }
    times = np.arange(0.0, 300.0, 4.0)
    ecg = np.stack([0.1 * (k + 1) * np.exp(-(((times - 60) / 12) ** 2)) for k in range(12)])
    return Result(
        kind="electrophysiology",
        method="eikonal",
        fields=fields,
        traces={
            "ecg": Trace(times, ecg, LEADS, "mV", "12-lead ECG"),
            "ecg_members": Trace(
                times, np.stack([ecg * k for k in (0.9, 1.0, 1.05, 1.15)]), LEADS, "mV", "Each member"
            ),
        },
        metrics=(Metric("qrs_duration", "QRS duration", 94.0, "ms", 86.0, 103.0),),
        checks=(Check("Conduction velocity", 0.64, 0.65, 0.03, "m/s"), Check("Energy", 1.2, 1.0, 0.05)),
        notes=("Not validated for scarred hearts.",),
        stamp={"seconds": 3.0},
    )
