"""How large the mesh of a case will be with the options chosen, before it is built: the same for the window and the verb."""

from dataclasses import dataclass

import numpy as np

from app.case import Case
from app.mesh_options import LEFT, MeshOptions
from geometry.image import Image
from geometry.meshing.mesh_forecast import Forecast, WallSize, wall_size
from geometry.meshing.pool_forecast import PoolSize, pool_size
from geometry.segmentation import Segmentation


@dataclass(frozen=True)
class MeshSizes:
    """What was measured of the labels: the wall and cavities of a cine, or the pool of a CT."""

    measured: WallSize | PoolSize
    modality: str

    def forecast(self, asked: MeshOptions) -> Forecast:
        """Tetrahedra, seconds and memory of the mesh asked for."""
        edge = asked.edge_for(self.modality)
        if isinstance(self.measured, PoolSize):
            return self.measured.forecast(edge, asked.wall_layers)
        if asked.is_blood(self.modality):
            return self.measured.cavity_forecast(asked.part == "rv_blood", edge, asked.wall_layers)
        return self.measured.forecast(edge, asked.scar_edge, left_alone=asked.part == LEFT)


def mesh_sizes(case: Case, segmentation: Segmentation, image: Image) -> MeshSizes | None:
    """Measure the labels; None where they hold nothing that a forecast could be made of."""
    if image.modality == "MR":
        return MeshSizes(wall_size(segmentation, scar_volume(case)), image.modality)
    found = pool_size(segmentation)
    return MeshSizes(found, image.modality) if found is not None else None


def scar_volume(case: Case) -> float:
    """mm3 of core and border that the mesh will be refined at; 0 while no scar was measured."""
    study, picked = case.scar(chances=False), case.scar_rule()
    if study is None or picked is None:
        return 0.0
    from geometry.scar.rules import BORDER, classify, rule_named

    labels = classify(study.tissue, rule_named(picked), study.no_reflow)
    return float((labels >= BORDER).sum() * abs(np.linalg.det(study.tissue.affine[:3, :3])))
