"""The doubt of the segmented surfaces as doubts of a scenario, from the probabilities that its mesh keeps."""

from geometry.heart_mesh import OUTLINE, HeartMesh
from geometry.outline_doubt import outlines_of
from solvers.scenario import Doubt, Electrophysiology, Flow

PREFIX = "outlines."
SEGMENTED = "probabilities of the segmentation, mean over the surface"


def outline_doubts(mesh: HeartMesh) -> tuple[Doubt, ...]:
    """The SDs that the mesh has from the probabilities of its segmentation; none where it has none."""
    if not any(name.startswith(OUTLINE) for name in mesh.point_data):
        return ()
    return tuple(
        Doubt(number=PREFIX + name, sd=round(sd, 2), status="estimated", source=SEGMENTED)
        for name, sd in outlines_of(mesh).sd.items()
    )


def with_outline_doubts(scenario: Electrophysiology | Flow, mesh: HeartMesh) -> Electrophysiology | Flow:
    """The scenario with the SDs of this mesh; those that were typed in stay."""
    own: tuple[Doubt, ...] = tuple(doubt for doubt in scenario.doubts if doubt.source != SEGMENTED)
    typed = {doubt.number for doubt in own}
    fresh: tuple[Doubt, ...] = tuple(doubt for doubt in outline_doubts(mesh) if doubt.number not in typed)
    return scenario.model_copy(update={"doubts": (*own, *fresh)})
