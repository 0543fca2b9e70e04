"""The exits of the conduction system as unknowns: where each is on its endocardium, and when it fires."""

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.conduction_system import conducting_branches, conducting_surfaces, root_sites
from solvers.scenario import Doubt, Electrophysiology

REFERENCE = "middle of the left septum"  # the exit whose time the others are counted from
UNSEEN = "not looked for: "
PARTS = ("height", "angle", "time")


def with_roots(scenario: Electrophysiology, mesh: HeartMesh) -> Electrophysiology:
    """The scenario with exits that may be elsewhere and earlier or later; those of a silent branch stay.

    An ECG tells no common delay, so the time of one exit is kept. Refuses a paced beat, and a grown network, whose tree would be
    another one for every place.
    """
    if scenario.start != "his_purkinje":
        raise Refused(
            "A paced beat does not start at the exits of the conduction system; calibrate its velocities alone."
        )
    if scenario.network == "grown_tree":
        raise Refused(
            "The sites of the exits are looked for with a fast layer: a grown network is another one for every place. "
            "Choose the fast layer, calibrate, and go back."
        )
    roots = scenario.roots or root_sites()
    alive = conducting_surfaces(mesh, conducting_branches(scenario))
    reference = next(
        (k for k, one in enumerate(roots) if one.name == REFERENCE and one.surface in alive),
        next((k for k, one in enumerate(roots) if one.surface in alive), 0),
    )
    still = [f"roots.{reference}.time"]
    still += [f"roots.{k}.{part}" for k, one in enumerate(roots) if one.surface not in alive for part in PARTS]
    return still_at(
        scenario.model_copy(update={"roots": roots}), still, "the others are counted from it, or its branch is silent"
    )


def without_doubt_of(scenario: Electrophysiology, first: str) -> Electrophysiology:
    """The scenario with all numbers whose path begins so kept as they are."""
    names = {doubt.number for doubt in scenario.doubts if doubt.number.split(".")[0] == first and doubt.sd > 0}
    return still_at(scenario, sorted(names), "the QRS does not tell it") if names else scenario


def still_at(scenario: Electrophysiology, names: list[str], why: str) -> Electrophysiology:
    """The scenario with these numbers not varied."""
    others = [doubt for doubt in scenario.doubts if doubt.number not in names]
    still = [Doubt(number=name, sd=0.0, source=UNSEEN + why) for name in names]
    return scenario.model_copy(update={"doubts": (*others, *still)})
