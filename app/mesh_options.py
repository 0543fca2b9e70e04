"""What a mesh can be asked for, which of it applies to a case, and what is refused: the same for the window and the verb."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.case import Case
from app.provenance import read_options
from geometry.dicom.series_roles import LONG_CINE
from geometry.errors import Refused
from geometry.meshing import USUAL_EDGES
from geometry.meshing.scar_edges import scar_edge_for
from geometry.segmentation import RV, Segmentation

WHOLE, LEFT = "ventricles", "lv"
CAVITIES = {"lv_blood": "lv", "rv_blood": "rv"}
PARTS = (WHOLE, LEFT, *CAVITIES)
CAVITY_EDGE = 3.0  # mm: minutes for a beat; shorter edges cost hours and the cine does not show what they would resolve


@dataclass(frozen=True)
class MeshOptions:
    """How a mesh is to be made; None where the program chooses.

    part         one of ``PARTS``; of a CT it is always the blood
    edge         mm; scar_edge  mm in core and border of scar
    files        paths of label maps of long-axis planes
    wall_layers  how many, in blood; first_layer  mm, the outermost; layer_growth  of each over the one outside it
    """

    part: str = WHOLE
    edge: float | None = None
    scar_edge: float | None = None
    files: tuple[str, ...] = ()
    wall_layers: int = 0
    first_layer: float | None = None
    layer_growth: float | None = None

    @classmethod
    def from_job(cls, options: Mapping[str, Any]) -> "MeshOptions":
        """From what a job, a verb or the origin of a mesh holds; what else is in it is left out."""
        known = {name: options[name] for name in cls.__dataclass_fields__ if options.get(name)}
        return cls(**{**known, "files": tuple(str(file) for file in known.get("files", ()))})

    def to_job(self) -> dict[str, Any]:
        """What was chosen, as plain data."""
        return {name: list(value) if name == "files" else value for name, value in asdict(self).items() if value}

    def edge_for(self, modality: str) -> float:
        """mm, as chosen, or what suits the scan."""
        usual = CAVITY_EDGE if modality == "MR" and self.part in CAVITIES else USUAL_EDGES[modality]
        return float(self.edge or usual)

    def is_blood(self, modality: str) -> bool:
        """Whether blood is meshed, not the wall."""
        return modality == "CT" or self.part in CAVITIES


@dataclass(frozen=True)
class Offer:
    """Which choices there are for a case: parts (none of a CT), edges at scar, outlines on long-axis planes."""

    parts: tuple[str, ...]
    scar: bool
    long_axis: bool


def offer(case: Case, segmentation: Segmentation, modality: str) -> Offer:
    """What can be chosen for the mesh of a case by its scan, its study and what was measured."""
    if modality != "MR":
        return Offer((), False, False)
    right = bool((segmentation.phase(segmentation.ed) == RV).any())
    parts = tuple(part for part in PARTS if right or part not in (LEFT, "rv_blood"))
    long_axis = any(series.role == LONG_CINE for series in case.series())
    return Offer(parts, case.scar_rule() is not None, long_axis)


def last_options(case: Case) -> MeshOptions:
    """How the present mesh was made (its long-axis label maps are not kept); the usual where there is none."""
    folder = case.folder / "mesh"
    return MeshOptions.from_job(read_options(folder)) if (folder / "origin.json").exists() else MeshOptions()


def needed_options(case: Case, modality: str, options: Mapping[str, Any]) -> MeshOptions:
    """The options of a job; refuses those that do not fit the case or each other."""
    asked = MeshOptions.from_job(options)
    if asked.part not in PARTS:
        raise Refused(f"There is no part {asked.part!r} to mesh; there are: {', '.join(PARTS)}.")
    if modality == "CT":
        if asked.scar_edge or asked.files or asked.part != WHOLE:
            raise Refused("The mesh of a CT is of the blood; leave parts, edges at scar and long-axis label maps out.")
        return asked
    if asked.part in CAVITIES:
        if asked.scar_edge:
            raise Refused("Edges at scar were asked for, and blood has none; leave --scar-edge out.")
        return asked
    if asked.wall_layers:
        raise Refused("Wall layers are for blood, and this mesh is of the wall; leave --wall-layers out.")
    if asked.scar_edge:
        if case.scar_rule() is None:
            raise Refused(f"The case {case.title!r} has no scar to refine the mesh at; measure it first (scar).")
        scar_edge_for(asked.edge_for(modality), asked.scar_edge)
    return asked
