"""Random hearts, whole and spoilt, with slices 6 to 18 mm apart and edges of 1.5 to 3 mm: each is meshed well or refused.

A refusal is a sentence about the anatomy with the slice or the place. A mesh counts only if it is fit for a solver.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.errors import Refused
from geometry.mesh_measures.cavity import cavity_volume
from geometry.meshing.pinches import touching
from geometry.meshing.ventricles import build_ventricles
from geometry.progress import Progress
from geometry.quality import mesh_quality
from geometry.segmentation import LV, MYOCARDIUM, RV
from sample_scans.sparse_slices import cut_slices
from solvers.result import Check
from solvers.verification.each_core import on_each_core
from solvers.verification.label_defects import DEFECTS

NAME = "mesh-robust"
TITLE = "Random hearts, whole and spoilt: meshed or refused with a reason"
LONG = True
FIRST, COUNT = 520_000, 200
SOURCE = "issue 4"


@dataclass(frozen=True)
class Outcome:
    """What came of one heart: "meshed", "unfit" (a mesh that no solver likes), "refused" or "crashed", and why."""

    seed: int
    defect: str
    kind: str
    words: str = ""
    dihedral: float = 180.0
    ratio: float = 1.0
    volume: float = 0.0  # worst relative error of a cavity against its labels
    wall: float = 0.0  # relative error of the left ventricle's wall against its label


def verify(progress: Progress) -> list[Check]:
    """Mesh them all, one a core."""
    outcomes = mesh_all(range(FIRST, FIRST + COUNT), progress)
    kinds = Counter(each.kind for each in outcomes)
    sound = [each for each in outcomes if each.kind == "meshed"]
    whole = [each for each in outcomes if each.defect == "whole"]
    well = [each for each in whole if each.kind == "meshed"]
    return [
        Check("meshed, or refused with a reason", float(kinds["meshed"] + kinds["refused"]), COUNT, 0.0, "1", SOURCE),
        Check("crashed", float(kinds["crashed"]), 0.0, 0.0, "1", SOURCE),
        Check("meshes that no solver likes", float(kinds["unfit"]), 0.0, 0.0, "1", SOURCE),
        Check("whole hearts refused", float(len(whole) - len(well)), 0.0, 0.0, "1", SOURCE),
        Check("smallest dihedral angle (over 5)", min(each.dihedral for each in sound), 92.5, 87.5, "deg", SOURCE),
        Check("largest 99 % radius ratio (below 3)", max(each.ratio for each in sound), 2.0, 1.0, "1", SOURCE),
        Check(
            "whole hearts: worst cavity against its labels", 100 * max(e.volume for e in well), 0.0, 1.0, "%", SOURCE
        ),
        Check(
            "whole hearts: worst left wall against its label", 100 * max(e.wall for e in well), 0.0, 1.0, "%", SOURCE
        ),
    ]


def mesh_one(seed: int) -> Outcome:
    """Draw, spoil and mesh one heart."""
    random = np.random.default_rng([seed, 43])
    defect = list(DEFECTS)[seed % len(DEFECTS)]
    drawn = cut_slices(seed, float(random.uniform(6.0, 18.0)))
    labels = drawn.labels.copy()
    DEFECTS[defect](labels[..., 0], random)
    spoilt, edge = replace(drawn, labels=labels), float(random.uniform(1.5, 3.0))
    try:
        mesh = build_ventricles(spoilt, edge=edge)
    except Refused as refusal:
        return Outcome(seed, defect, "refused", str(refusal))
    except Exception as fault:  # any other is a fault of the program, which is what is looked for
        return Outcome(seed, defect, "crashed", f"{type(fault).__name__}: {fault}")
    quality = mesh_quality(mesh)
    fit = not quality.inverted and quality.min_dihedral > 5 and quality.radius_ratio_p99 < 3
    fit = fit and not len(touching(mesh.points, mesh.facets))
    voxel = abs(np.linalg.det(drawn.affine[:3, :3])) / 1000.0
    errors = [
        abs(cavity_volume(mesh, name) / float((labels == label).sum() * voxel) - 1)
        for name, label in (("endo_lv", LV), ("endo_rv", RV))
        if name in mesh.facet_names.values()
    ]
    left = float(mesh.tet_volumes()[mesh.region == 1].sum()) / 1000.0
    wall = abs(left / float((labels == MYOCARDIUM).sum() * voxel) - 1)
    kind = "meshed" if fit else "unfit"
    return Outcome(seed, defect, kind, "", quality.min_dihedral, quality.radius_ratio_p99, max(errors), wall)


def mesh_all(seeds: Sequence[int], progress: Progress) -> tuple[Outcome, ...]:
    """Mesh hearts in parallel, in the order of their seeds."""
    return on_each_core(mesh_one, seeds, progress, "hearts")
