"""A heart with the outlines of a draw: the prepared model, moved along the doubt of its segmentation."""

from geometry.heart_mesh import HeartMesh
from geometry.outline_doubt import Outlines, outlines_of
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Electrophysiology
from solvers.uncertainty.outline_doubts import PREFIX
from solvers.uncertainty.sampling import varied_numbers


def needed_outlines(mesh: HeartMesh, scenario: Electrophysiology) -> Outlines | None:
    """The ways in which draws of the scenario move the mesh; None where it does not doubt its outlines."""
    doubted = any(number.name.startswith(PREFIX) for number in varied_numbers(scenario))
    return outlines_of(mesh) if doubted else None


def distances(scenario: Electrophysiology) -> dict[str, float]:
    """Way -> mm, how far out the outlines of a scenario lie."""
    return {name: float(value) for name, value in scenario.outlines.model_dump().items()}


def with_outlines(model: EikonalModel, scenario: Electrophysiology) -> EikonalModel:
    """The model of the heart as segmented, with the outlines that a scenario gives."""
    asked = distances(scenario)
    if not any(asked.values()):
        return model
    return model.moved(outlines_of(model.mesh).moved(model.mesh.points, model.mesh.tets, asked))


def model_of(
    model: EikonalModel, outlines: Outlines | None, scenario: Electrophysiology, draw: Electrophysiology
) -> EikonalModel:
    """The model, prepared with the outlines of the scenario, with those of one of its draws."""
    asked, now = distances(draw), distances(scenario)
    further = {name: asked[name] - now[name] for name in asked}
    if outlines is None or not any(further.values()):
        return model
    return model.moved(outlines.moved(model.mesh.points, model.mesh.tets, further))
