"""One set of vessels shared out between several outlets."""

from collections.abc import Mapping

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.flow.surface_integrals import nodal_area
from solvers.flow_records import Windkessel
from solvers.scenario import Flow

MAIN = "outlet"
LEAST = 0.02  # share of an outlet, below which its resistance would lie outside what a scenario allows


def part_of(whole: Windkessel, share: float) -> Windkessel:
    """The part of some vessels that takes a ``share`` of the flow at the same pressure: with the same time constant."""
    return whole.model_copy(
        update={
            "proximal": whole.proximal / share,
            "distal": whole.distal / share,
            "compliance": whole.compliance * share,
        }
    )


def shares_by_area(blood: HeartMesh) -> dict[str, float]:
    """Name of each outlet -> its share of all their area: as if blood left all of them at the same mean speed."""
    names = [name for name in blood.facet_names.values() if name.startswith(MAIN) and len(blood.tagged(name))]
    area = {name: float(nodal_area(blood, name).sum()) for name in names}
    floored = {name: max(one / sum(area.values()), LEAST) for name, one in area.items()}
    return {name: one / sum(floored.values()) for name, one in floored.items()}


def with_shared_vessels(scenario: Flow, blood: HeartMesh) -> Flow:
    """The scenario whose vessels are shared out between the outlets of a mesh by their areas; as it is for a single one."""
    shares = shares_by_area(blood)
    if len(shares) < 2:
        return scenario
    parts = {name: part_of(scenario.windkessel, share) for name, share in shares.items()}
    return scenario.model_copy(update={"windkessel": parts.pop(MAIN, scenario.windkessel), "outlets": parts})


def behind_outlets(scenario: Flow) -> dict[str, Windkessel]:
    """Name -> the windkessel behind each outlet; refuses others, whose share nobody knows."""
    found: dict[str, Windkessel] = {}
    for name, behind in {MAIN: scenario.windkessel, **scenario.outlets}.items():
        if not isinstance(behind, Windkessel):
            raise Refused(
                f"Behind {name} is no windkessel, and only those are tuned to the cuff. Give it one, or give all vessels yourself."
            )
        found[name] = behind
    return found


def joint(parts: Mapping[str, Windkessel]) -> tuple[Windkessel, dict[str, float]]:
    """One set of vessels for all, and the share of each, by the whole resistances."""
    open_to = {name: 1 / (one.proximal + one.distal) for name, one in parts.items()}
    whole = 1 / sum(open_to.values())
    proximal = 1 / sum(1 / one.proximal for one in parts.values())
    shares = {name: one * whole for name, one in open_to.items()}
    venous = sum(parts[name].venous * share for name, share in shares.items())
    one = Windkessel(
        proximal=proximal,
        distal=whole - proximal,
        compliance=sum(one.compliance for one in parts.values()),
        venous=venous,
    )
    return one, shares
