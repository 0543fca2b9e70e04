"""One patient's folder: scan, segmentation, mesh, scenarios, runs, and what is older than what.

case.json  subject.json  landmarks.json  series/  scan/  extra/ROLE/  segmentation/  replaced/  scar/  mesh/
scenarios/NAME.json  runs/NAME/  jobs/  report/  view.json
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.case_folder import CaseFolder
from app.edit_journal import forget, pending, replayed, write_kept
from app.folders import link, replace_text, whole_folder
from app.metrics_file import METRICS, read_metrics, write_metrics
from app.provenance import digest, digest_of, write_origin
from app.replaced import set_aside
from geometry.dicom.deidentify import Deidentification
from geometry.dicom.series_summary import SeriesSummary, load_series, save_series
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh, load_mesh, save_mesh
from geometry.image import Image, load_image, save_image
from geometry.landmarks import Landmarks, landmarks_text, load_landmarks
from geometry.measures.function import HeartFunction, load_function, save_function
from geometry.metric import Metric
from geometry.scar.scar_file import load_study, picked_rule, save_study
from geometry.scar.study import ScarStudy, scar_metrics
from geometry.segmentation import (
    LABELS,
    PROBABILITY,
    Segmentation,
    load_labels,
    load_segmentation,
    save_labels,
    save_segmentation,
)
from geometry.subject import Subject, load_subject, subject_text
from geometry.tet_quality import save_quality
from geometry.unbroken import unbroken
from geometry.wall_motion.motion import WallMotion, load_motion, save_motion
from solvers.result import Result
from solvers.result_file import load_result, save_result
from solvers.scenario import Electrophysiology, Flow
from solvers.scenario_file import read_scenario, write_scenario

MAIN = "main"  # the scan that is segmented; others lie beside it, each under its role


class Case(CaseFolder):
    """What is in a case folder; everything is read from disk when asked for."""

    # --- scan, segmentation, mesh -------------------------------------------------------------------------------

    def image(self, role: str = MAIN) -> Image | None:
        """The imported scan, or the one beside it of that role (e.g. "lge"), if any."""
        path = self._scan_folder(role) / "image.nii.gz"
        return load_image(path) if path.exists() else None

    def save_image(self, image: Image, role: str = MAIN, record: Deidentification | None = None) -> None:
        """Keep a scan in the case: the main one, or one beside it; with the record of what was left out of it."""
        with whole_folder(self._scan_folder(role)) as fresh:
            save_image(image, fresh / "image.nii.gz")
            if record is not None:
                (fresh / "deidentification.json").write_text(json.dumps(record.to_dict(), indent=1))

    def series(self) -> tuple[SeriesSummary, ...]:
        """The series that were found to choose from, if anybody looked."""
        folder = self.folder / "series"
        return load_series(folder) if folder.exists() else ()

    def save_series(self, found: tuple[SeriesSummary, ...]) -> None:
        """Keep what there is to choose from."""
        with whole_folder(self.folder / "series") as fresh:
            save_series(found, fresh)

    def roles(self) -> tuple[str, ...]:
        """The roles of the scans that lie beside the main one."""
        return tuple(sorted(path.parent.name for path in (self.folder / "extra").glob("[!.]*/image.nii.gz")))

    def subject(self) -> Subject | None:
        """Sex, body size and age, where they are known."""
        path = self.folder / "subject.json"
        return load_subject(path) if path.exists() else None

    def save_subject(self, subject: Subject) -> None:
        """Keep sex, body size and age."""
        replace_text(self.folder / "subject.json", subject_text(subject))

    def segmentation(self) -> Segmentation | None:
        """The current segmentation, if any, with every edit made of it."""
        folder = self.folder / "segmentation"
        return replayed(load_segmentation(folder), pending(self.folder)) if folder.exists() else None

    @unbroken()
    def save_segmentation(self, segmentation: Segmentation, metrics: tuple[Metric, ...]) -> None:
        """Keep a segmentation and the numbers measured on it; the one before is set aside with its edits."""
        set_aside(self.folder)
        forget(self.folder)
        with whole_folder(self.folder / "segmentation") as fresh:
            save_segmentation(segmentation, fresh)
            write_metrics(metrics, fresh)
            write_origin(fresh, self.image_digest(), method=segmentation.method, seeds=segmentation.seeds)

    def save_edited(self, segmentation: Segmentation, metrics: tuple[Metric, ...], last: int) -> None:
        """Keep an edited segmentation beside the automatic result it came from; ``last`` is the last edit in it."""
        old = self.folder / "segmentation"
        with whole_folder(old) as fresh:
            save_labels(segmentation, fresh)
            link(old / PROBABILITY, fresh / PROBABILITY)
            first = fresh / "automatic"
            first.mkdir()
            known = old / "automatic" if (old / "automatic").exists() else old
            for name in (LABELS, METRICS):
                link(known / name, first / name)
            write_metrics(metrics, fresh)
            link(old / "origin.json", fresh / "origin.json")
            write_kept(fresh, last)

    def before_edits(self) -> tuple[NDArray[np.uint8] | None, tuple[Metric, ...]]:
        """The labels of the automatic result, and the numbers measured on it; None while there is no segmentation."""
        folder = self.folder / "segmentation"
        first = folder / "automatic" if (folder / "automatic").exists() else folder
        return (load_labels(first), read_metrics(first)) if folder.exists() else (None, ())

    def segmentation_origin(self) -> tuple[float, ...]:
        """Changes when the automatic result is made anew, and not when it is edited."""
        folder = self.folder / "segmentation"
        first = folder / "automatic" / LABELS if (folder / "automatic").exists() else folder / LABELS
        return (first.stat().st_ino, first.stat().st_mtime) if first.exists() else ()

    def scar(self, chances: bool = True) -> ScarStudy | None:
        """Scar on the late enhancement, if it was measured; with the chance of each voxel or (faster) without."""
        folder = self.folder / "scar"
        return load_study(folder, chances) if folder.exists() else None

    def scar_rule(self) -> str | None:
        """The rule whose labels are kept, if scar was measured."""
        folder = self.folder / "scar"
        return picked_rule(folder) if folder.exists() else None

    def save_scar(self, study: ScarStudy, picked: str, **options: Any) -> None:
        """Keep a scar study, with the labels of the picked rule and the options it was made with."""
        with whole_folder(self.folder / "scar") as fresh:
            save_study(study, fresh, picked)
            write_metrics(scar_metrics(study), fresh)
            write_origin(fresh, self.scar_source(), rule=picked, **options)

    @unbroken()
    def save_measures(self, metrics: tuple[Metric, ...], function: HeartFunction) -> None:
        """Keep what was measured on the present segmentation."""
        write_metrics(metrics, self.folder / "segmentation")
        save_function(function, self.folder / "segmentation")

    def function(self) -> HeartFunction | None:
        """Volume curves and wall thickness, if they were measured on the current segmentation."""
        return load_function(self.folder / "segmentation")

    def mesh(self) -> HeartMesh | None:
        """The current mesh, if any."""
        path = self.folder / "mesh" / "heart.npz"
        return load_mesh(path) if path.exists() else None

    def save_mesh(self, mesh: HeartMesh, metrics: tuple[Metric, ...], source: str = "", **options: Any) -> None:
        """Keep a mesh, the numbers measured on it and its options; its source is the segmentation unless told."""
        with whole_folder(self.folder / "mesh") as fresh:
            save_mesh(mesh, fresh / "heart.npz")
            save_quality(mesh, fresh)
            write_metrics(metrics, fresh)
            write_origin(fresh, source or self.segmentation_digest(), **options)

    def landmarks(self) -> Landmarks:
        """The landmarks that were moved by hand."""
        return load_landmarks(self.folder / "landmarks.json")

    def save_landmarks(self, landmarks: Landmarks) -> None:
        """Keep where landmarks were moved to."""
        replace_text(self.folder / "landmarks.json", landmarks_text(landmarks))

    def motion(self) -> WallMotion | None:
        """How the wall of the current mesh moves over the beat, if it was followed."""
        return load_motion(self.folder / "mesh")

    @unbroken()
    def save_motion(self, motion: WallMotion) -> None:
        """Keep the motion of the current mesh; it goes with it."""
        save_motion(motion, self.folder / "mesh")

    def measures(self) -> tuple[Metric, ...]:
        """The numbers measured on the segmentation and on the mesh."""
        return read_metrics(self.folder / "segmentation") + read_metrics(self.folder / "mesh")

    # --- scenarios and runs -------------------------------------------------------------------------------------

    def scenarios(self) -> dict[str, Electrophysiology | Flow]:
        """The stored scenarios by name."""
        return {path.stem: read_scenario(path) for path in sorted((self.folder / "scenarios").glob("*.json"))}

    def scenario(self, name: str) -> Electrophysiology | Flow:
        """One stored scenario; refuses an unknown name with the known ones."""
        path = self.folder / "scenarios" / f"{name}.json"
        if not path.exists():
            known = ", ".join(self.scenarios()) or "none yet"
            raise Refused(f"The case has no scenario {name!r}; it has: {known}.")
        return read_scenario(path)

    def save_scenario(self, name: str, scenario: Electrophysiology | Flow) -> None:
        """Keep a scenario under a name."""
        if not name or any(letter in name for letter in "/\\.\0"):
            raise Refused(f"{name!r} cannot be the name of a scenario; use letters, digits and underscores.")
        path = self.folder / "scenarios" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        write_scenario(scenario, path)

    def runs(self) -> tuple[str, ...]:
        """The names of the finished runs, oldest first."""
        found = [path.parent for path in (self.folder / "runs").glob("[!.]*/result.json")]
        return tuple(folder.name for folder in sorted(found, key=lambda f: f.stat().st_mtime))

    def result(self, name: str) -> Result:
        """A finished run."""
        if name not in self.runs():
            raise Refused(f"The case has no finished run {name!r}; it has: {', '.join(self.runs()) or 'none yet'}.")
        return load_result(self.folder / "runs" / name)

    def save_result(self, name: str, result: Result, mesh: HeartMesh) -> None:
        """Keep a finished run."""
        with whole_folder(self.folder / "runs" / name) as fresh:
            save_result(result, mesh, fresh)
            write_origin(fresh, digest(self.folder / "mesh" / "heart.npz"))

    def _scan_folder(self, role: str) -> Path:
        if not (role.isascii() and role.isalnum() and role.islower()):
            raise Refused(f"{role!r} cannot be the role of a scan; use small letters and digits, e.g. lge.")
        return self.folder / "scan" if role == MAIN else self.folder / "extra" / role

    # --- what things were made from (``app.staleness`` compares) -------------------------------------------------

    def image_digest(self) -> str:
        """A hash of the scan; empty while there is none."""
        return digest_of(self.folder / "scan" / "image.nii.gz")

    def segmentation_digest(self) -> str:
        """A hash of the segmentation; empty while there is none."""
        return digest_of(self.folder / "segmentation" / LABELS)

    def scar_source(self) -> str:
        """A hash of what scar is measured on: the late enhancement and the segmentation."""
        return f"{digest_of(self._scan_folder('lge') / 'image.nii.gz')} {self.segmentation_digest()}"
