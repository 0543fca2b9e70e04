"""The vessels behind the outlet from the cuff pressure and the stroke volume of a flow scenario."""

from collections.abc import Mapping
from typing import Any

from app.calibration_facts import posterior_facts
from app.calibration_file import child_name, keep_calibration
from app.case import Case
from app.scenario_tree import as_child
from app.scenarios import VENTRICLE
from geometry.errors import Refused
from geometry.progress import Progress
from solvers.calibration.posterior import UNKNOWN
from solvers.calibration.vessel_calibration import VesselCalibration, calibrate_vessels
from solvers.flow_records import Cuff
from solvers.scenario import Doubt, Flow

SOURCE = "calibrated to the cuff pressure and the stroke volume"
CANNOT = "No vessels of this kind give these pressures at this stroke volume: look at the numbers again."
LIMITS = (
    "Cuff pressure at the arm is taken as that of the aorta (systolic is some 10 mmHg higher at the arm in the young), and both "
    "readings to err independently.",
    "Before the fit the SD of the stroke volume is three times what was measured; the data hold the rest of that measurement, so "
    "that it counts once.",
    "The venous pressure and the shape of the ejection are taken as set; the pressures say nothing of them.",
    "The child keeps means: its own pressures are not exactly the middle of the posterior's.",
)


def calibrate_to_cuff(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Options: scenario, cuff (systolic, diastolic mmHg) and cuff_error (mmHg) in place of what the scenario has."""
    name = str(options["scenario"])
    scenario = case.scenario(name)
    if not isinstance(scenario, Flow) or name.startswith(VENTRICLE):
        raise Refused(
            f"The scenario {scenario.title!r} has no vessels behind an outlet; choose the flow through a vessel."
        )
    scenario = with_cuff(scenario, options.get("cuff"), options.get("cuff_error"))
    if scenario != case.scenario(name):
        case.save_scenario(name, scenario)
    progress(0.1, "Looking for vessels that give these pressures")
    found = calibrate_vessels(scenario)
    child = fitted_flow(scenario, found)
    facts = posterior_facts(found.posterior, found.fit, CANNOT)
    facts["notes"] += LIMITS
    facts["kept"] = child.windkessel.model_dump()
    case.save_scenario(child_name(name, "cuff"), as_child(case.scenarios(), name, child))
    keep_calibration(case, name, scenario, facts, "cuff")


def with_cuff(scenario: Flow, pressures: Any, error: float | None) -> Flow:
    """The scenario with a cuff reading (systolic, diastolic) and its SD in mmHg, as far as they are given."""
    given = {} if not pressures else dict(zip(("systolic", "diastolic"), pressures, strict=True))
    if error is not None:
        given["error"] = error
    try:
        return scenario.model_copy(update={"cuff": Cuff.model_validate(scenario.cuff.model_dump() | given)})
    except ValueError as failure:
        raise Refused("A cuff reads 60 to 280 over 30 to 160 mmHg, with an error of 1 to 30 mmHg.") from failure


def fitted_flow(scenario: Flow, found: VesselCalibration) -> Flow:
    """The scenario with the vessels and stroke volume of the posterior, and their SDs."""
    narrowed = dict(zip((one.path[-1] for one in found.posterior.varied), found.posterior.narrowed, strict=True))
    told = {
        "windkessel.proximal": narrowed["share"],
        "windkessel.distal": narrowed["total"],
        "windkessel.compliance": narrowed["compliance"],
        "stroke_volume": narrowed["stroke_volume"],
    }
    spread = found.spread()
    doubts = [doubt for doubt in scenario.doubts if doubt.number not in spread]
    for name, sd in spread.items():
        known = told[name] <= UNKNOWN
        status: Any = "estimated" if known else "population default"
        doubts.append(
            Doubt(number=name, sd=sd, status=status, source=SOURCE if known else "the pressures do not tell it")
        )
    changes = {
        "windkessel": found.windkessel(),
        "vessels": "given",
        "doubts": tuple(doubts),
        "title": f"{scenario.title}, fitted to the cuff",
    }
    if scenario.inflow is None:
        changes["stroke_volume"] = float(found.posterior.mean[-1])
    return scenario.model_copy(update=changes)
