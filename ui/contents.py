"""What is in the open case: read from disk when first asked for, and kept until it has changed there."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.case import Case
from app.devices import kept_line, kept_surface
from app.measured_ecg import kept_ecg
from app.scenario_order import in_order
from app.staleness import old_runs, out_of_date, stale_scenarios
from geometry.ablation import LesionBed
from geometry.aortic_root import AorticRoot, aortic_root
from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.fiber_lines import FiberLines, load_lines
from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.metric import Metric
from geometry.placed_surface import Shape, Surroundings
from geometry.segmentation import Segmentation
from geometry.tet_quality import TetNumbers, TetQuality, load_numbers, load_quality
from solvers.electrophysiology.lesions import ablated_tets
from solvers.electrophysiology.measured_ecg import MedianBeat, median_beat
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow, Lesion

Stamp = tuple[float, ...]


class Contents(QObject):
    """The case and everything in it that a view may ask for; None or empty for what is not there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.case: Case | None = None
        self._kept: dict[str, Any] = {}
        self._stamps: dict[str, Stamp] = {}
        self._bed: LesionBed | None = None
        self._bedding = Lock()
        self._lesioned: tuple[HeartMesh, tuple[Lesion, ...], NDArray[np.bool_] | None] | None = None

    def look_into(self, case: Case | None) -> None:
        """Another case; nothing is known of it yet."""
        self.case = case
        self._kept, self._stamps = {}, {}

    def look_again(self) -> None:
        """Read again what may have changed on disk; large files that are still the same are not read twice."""
        same = {key: self._kept[key] for key, stamp in self._stamps.items() if stamp == self._stamp(key)}
        self._kept, self._stamps = same, {key: self._stamps[key] for key in same}

    @property
    def image(self) -> Image | None:
        """The scan."""
        return self._keep("image", lambda case: case.image())

    @property
    def segmentation(self) -> Segmentation | None:
        """The segmentation."""
        return self._keep("segmentation", lambda case: case.segmentation())

    @property
    def lesion_bed(self) -> LesionBed | None:
        """The heart made ready for lesions; None without one."""
        mesh = self.mesh
        with self._bedding:  # the window waits for the thread that makes it ready rather than doing it again
            if mesh is not None and (self._bed is None or self._bed.mesh is not mesh):
                self._bed = LesionBed(mesh)
            return self._bed if mesh is not None else None

    def make_ready_for_lesions(self) -> None:
        """Prepare ``lesion_bed`` beside the window, so that the first press of the brush does not wait for it."""
        Thread(target=lambda: self.lesion_bed, daemon=True).start()

    def lesion_tets(self, lesions: tuple[Lesion, ...]) -> NDArray[np.bool_] | None:
        """Which tetrahedra of the heart these lesions take in; None without a heart, or where they do not lie on it."""
        mesh, known = self.mesh, self._lesioned
        if mesh is None:
            return None
        if known is None or known[0] is not mesh or known[1] != lesions:
            try:
                known = mesh, lesions, ablated_tets(mesh, lesions, self.lesion_bed)
            except Refused:
                known = mesh, lesions, None
            self._lesioned = known
        return known[2]

    @property
    def mesh(self) -> HeartMesh | None:
        """The heart."""
        return self._keep("mesh", lambda case: case.mesh())

    @property
    def fiber_lines(self) -> FiberLines | None:
        """Lines along the fibres of the mesh; None while they were not traced."""
        return self._keep("fiber_lines", lambda case: load_lines(case.folder / "mesh"))

    @property
    def measured_beat(self) -> MedianBeat | None:
        """The median beat of the patient's own ECG; None while none was taken in."""
        return self._keep("measured_beat", _beat_of)

    @property
    def stale(self) -> tuple[str, ...]:
        """Sentences about what does not fit any more."""
        return self._keep("stale", out_of_date) or ()

    @property
    def scenario_doubts(self) -> dict[str, tuple[str, ...]]:
        """What no longer fits of each scenario by name, in sentences."""
        return self._keep("scenario_doubts", stale_scenarios) or {}

    @property
    def old_runs(self) -> dict[str, str]:
        """The runs that are to be made again, by name, each with a sentence why."""
        return self._keep("old_runs", old_runs) or {}

    @property
    def quality(self) -> TetQuality | None:
        """How good the mesh is; None while it was not measured."""
        return self._keep("quality", lambda case: load_quality(case.folder / "mesh"))

    @property
    def tet_numbers(self) -> TetNumbers | None:
        """The quality of each tetrahedron of the mesh; None while it was not measured."""
        return self._keep("tet_numbers", lambda case: load_numbers(case.folder / "mesh"))

    @property
    def aortic_root(self) -> AorticRoot | None:
        """The root of a blood pool; None where its annulus is not known."""
        return self._keep("aortic_root", lambda _: _root_of(self.mesh))

    @property
    def centerline(self) -> Centerline | None:
        """The way of the blood through the mesh; None while it was not found."""
        return self._keep("centerline", kept_line)

    @property
    def surroundings(self) -> Surroundings | None:
        """The walls that a device may touch."""
        return self._keep("surroundings", lambda _: Surroundings(self.mesh) if self.mesh is not None else None)

    def surface_of(self, name: str) -> Shape | None:
        """A surface that was brought into the case, as it was brought in."""
        return self._keep(f"surface/{name}", lambda case: kept_surface(case, name)) if name else None

    @property
    def measures(self) -> tuple[Metric, ...]:
        """What was measured on scan and heart."""
        return self._keep("measures", lambda case: tuple(case.measures())) or ()

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of the finished runs."""
        return self._keep("runs", lambda case: case.runs()) or ()

    @property
    def scenarios(self) -> dict[str, Electrophysiology | Flow]:
        """The scenarios by name."""
        return self._keep("scenarios", lambda case: in_order(case.scenarios())) or {}

    def result_of(self, name: str) -> Result | None:
        """One finished run; None where there is none of that name or its values are not for this mesh."""
        if name not in self.runs:
            return None
        return self._keep(f"result/{name}", lambda case: case.result(name))

    def put(self, forget: tuple[str, ...] = (), **found: Any) -> None:
        """Hold something newer than what was read from the case; read again what is to be forgotten."""
        self._kept = {key: value for key, value in self._kept.items() if key not in forget} | found

    # --- inside ------------------------------------------------------------------------------------------------------

    def _keep[Found](self, key: str, read: Callable[[Case], Found | None]) -> Found | None:
        if self.case is None:
            return None
        if key not in self._kept:
            stamp = self._stamp(key)
            self._kept[key] = read(self.case)
            if stamp:
                self._stamps[key] = stamp
        found: Found | None = self._kept[key]
        return found

    def _stamp(self, key: str) -> Stamp:
        """Changes when the file behind something large is replaced; empty for what is quickly read again."""
        if self.case is None:
            return ()
        files = {"image": Path("scan", "image.nii.gz"), "mesh": Path("mesh", "heart.npz")}
        files |= {"tet_numbers": Path("mesh", "quality.npz"), "fiber_lines": Path("mesh", "fiber_lines.npz")}
        name = files.get(key) or (Path("runs", key.split("/")[1], "result.json") if key.startswith("result/") else None)
        if name is None or not (self.case.folder / name).is_file():
            return ()
        facts = (self.case.folder / name).stat()
        return (facts.st_ino, facts.st_mtime_ns, facts.st_size)


def _root_of(mesh: HeartMesh | None) -> AorticRoot | None:
    try:
        return aortic_root(mesh) if mesh is not None else None
    except Refused:
        return None


def _beat_of(case: Case) -> MedianBeat | None:
    recording = kept_ecg(case)
    return median_beat(recording) if recording is not None else None
