"""Devices of electrophysiology on the command line: leads, lesions and drugs, each a change of a stored scenario."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter, validators

from app.case import Case
from app.commands import Json, opened_case, point, run
from app.console import print_json, say
from app.needed import needed_mesh
from app.plan_answers import answer_file, electrical, kept_answer
from app.point_table import read_points
from app.scenario_tree import as_child, free_name
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.drugs.catalogue import find_drug
from solvers.electrophysiology.leads import planned_lead, snapped, usual_crt
from solvers.electrophysiology.lesions import ablated, lesion_metrics, lesion_notes
from solvers.electrophysiology.vein import USUAL_WIDTH, laid_vein, places_along, within_vein
from solvers.scenario import DrugDose, Electrophysiology, LeadRole, Lesion, PacingSite

ROLES: dict[str, LeadRole] = {
    "site": "site", "rv": "rv_lead", "lv": "lv_lead", "his": "his", "lbb": "left_bundle"
}  # fmt: skip
Many = Annotated[list[str] | None, Parameter(negative="")]


def pacing(
    case: Path,
    *,
    scenario: str,
    lead: Many = None,
    crt: bool = False,
    candidate: Many = None,
    vein: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    width: Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=40))] = None,
    along: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=20))] = 0,
    new: str | None = None,
    compare: bool = True,
    capture: bool = False,
    workers: int = 1,
    json: Json = None,
) -> None:
    """Set the leads of a scenario and compare the places tried for the last left one: times, QRS, Q-LV, scar, P(best).

    --lead ROLE@x,y,z[@ms[@uA/mm3]] with a role of site, rv, lv, his, lbb (these two as his@ms, lbb@ms), once for each; --crt
    begins with a lead at the right apex and one on the lateral left epicardium. --candidate x,y,z: another place for the last
    left lead. --vein: a coronary vein, as "x,y,z;x,y,z;..." or a table x,y,z (mm, RAS), laid over the epicardium; "none" takes
    it away. Left leads and all places tried lie in the corridor of --width mm around it (0: on it; 10 for a new vein), and
    --along N tries N places along it. --new keeps the change as another scenario. --capture looks for the threshold of each
    lead. Intervals and P(best) come from the scenario's ensemble, of 16 draws where it has none.
    """
    opened = opened_case(case)
    heart, known = needed_mesh(opened), electrical(opened, scenario)
    changed = _with_vein(heart, known, vein, width)
    path, wide = changed.vein, changed.vein_width
    leads = (*(usual_crt(heart) if crt else ()), *(_lead(text) for text in lead or ()))
    sites = tuple(snapped(heart, site, path, wide) for site in leads) or known.sites
    changed = within_vein(heart, changed.model_copy(update={"start": "paced", "sites": sites}))
    if candidate or along:
        place = planned_lead(changed)
        if place is None:
            raise Refused("There is no lead whose place could be another; give one with --lead lv@x,y,z.")
        lead_now = changed.sites[place]
        tried = [lead_now.model_copy(update=dict(zip("xyz", point(text), strict=True))) for text in candidate or ()]
        chosen = (*(snapped(heart, site, path, wide) for site in tried), *places_along(heart, changed, along))
        changed = changed.model_copy(update={"candidates": tuple(dict.fromkeys(chosen))})
    name = _keep(opened, scenario, new, changed)
    if not compare:
        print_json({"case": str(case), "scenario": name}, json)
        return
    run(opened, "compare_leads", {"scenario": name, "capture": capture, "workers": workers})
    found = kept_answer(opened, "leads", name, heart) or {}
    _tell("without pacing", found["own"])
    for row in found["tried"]:
        _tell("lead at ({x:.0f}, {y:.0f}, {z:.0f}) mm".format(**row["site"]), row["metrics"])
        for criterion, share in row["best"].items():
            say(f"    best by {criterion.replace('_', ' ')}: {100 * share:.0f} % of {found['members']} draws")
    _tell("capture", found.get("capture", []))
    for note in found["notes"]:
        say(f"  {note}")
    print_json({"case": str(case), **found}, json)


def ablation(
    case: Path,
    *,
    scenario: str,
    spot: Many = None,
    line: Many = None,
    radius: float = 4.0,
    depth: float = 0.0,
    clear: bool = False,
    new: str | None = None,
    json: Json = None,
) -> None:
    """Add lesions to a scenario: --spot x,y,z, once for each, and --line "x,y,z;x,y,z;..." along the surface, in mm (RAS).

    --radius of a spot and half the width of a line; --depth in mm, 0 through the wall; --clear takes away those that are there.
    --new keeps the change as another scenario, so that `cardiotwin induce` can be run before and after.
    """
    opened = opened_case(case)
    heart, known = needed_mesh(opened), electrical(opened, scenario)
    lesions = () if clear else known.lesions
    if spot:
        places = tuple(point(text) for text in spot)
        lesions = (*lesions, Lesion(points=places, radius=radius, depth=depth))
    for text in line or ():
        places = tuple(point(one) for one in text.split(";"))
        lesions = (*lesions, Lesion(shape="line", points=places, radius=radius, depth=depth))
    ablated(heart, lesions)  # refuses what lies beside the heart
    name = _keep(opened, scenario, new, known.model_copy(update={"lesions": lesions}))
    metrics, notes = lesion_metrics(heart, lesions), lesion_notes(heart, lesions)
    _tell(f"{len(lesions)} lesions", [metric.to_dict() for metric in metrics])
    for note in notes:
        say(f"  {note}")
    told = {"case": str(case), "scenario": name, "notes": list(notes)}
    print_json({**told, "metrics": {metric.name: metric.to_dict() for metric in metrics}}, json)


def drug(
    case: Path,
    *,
    scenario: str,
    drug: Annotated[list[str], Parameter(negative="")],
    new: str | None = None,
    json: Json = None,
) -> None:
    """Compare the heart without and under drugs: APD90, triangulation, early afterdepolarisation, and an estimate of QT.

    --drug NAME[@DOSE], once for each, DOSE in multiples of the free therapeutic peak (1 without). --new keeps the first as
    another scenario.
    """
    opened = opened_case(case)
    known, doses = electrical(opened, scenario), [_dose(text) for text in drug]
    if new:
        _keep(opened, scenario, new, known.model_copy(update={"drug": doses[0]}))
    run(opened, "compare_drugs", {"scenario": scenario, "drugs": [(one.name, one.dose) for one in doses]})
    found = kept_answer(opened, "drug", scenario, needed_mesh(opened)) or {}
    for row in found["effects"]:
        flag = ", early afterdepolarisation" if row["afterdepolarised"] else ""
        what = f"{row['drug']} at {row['dose']:g} times its free peak" if row["drug"] else "no drug"
        numbers = ", ".join(f"{word} {_ms(row[key])}" for key, word in DRUG_WORDS.items())
        say(f"  {what}: {numbers}{flag}")
    print_json({"case": str(case), **found, "kept": str(answer_file(opened, "drug", scenario))}, json)


DRUG_WORDS = {"apd90": "APD90", "triangulation": "triangulation", "qt": "QT estimate", "qtc": "QTc (Fridericia)"}


def _ms(value: float | None) -> str:
    return "none" if value is None else f"{value:.0f} ms"


def _tell(head: str, metrics: list[dict[str, Any]]) -> None:
    if metrics:
        say(f"  {head}: " + ", ".join(f"{one['label']} {Metric(**one).text()}" for one in metrics))


def _keep(case: Case, name: str, new: str | None, changed: Electrophysiology) -> str:
    """Store a changed scenario under its own name, or as a child titled ``new`` (again where there is that child); the name."""
    kept, known = name, case.scenarios()
    if new:
        changed = as_child(known, name, changed.model_copy(update={"title": new}))
        same = [key for key, one in known.items() if one.title == new and one.parent == name]
        kept = same[0] if same else free_name(known, new)
        say(f"Kept as the scenario {kept!r}.")
    case.save_scenario(kept, changed)
    return kept


def _with_vein(heart: HeartMesh, known: Electrophysiology, vein: str | None, width: float | None) -> Electrophysiology:
    """The scenario with the vein and the width that were given, or those it has."""
    wide = width if width is not None else known.vein_width
    if vein is None:
        return known.model_copy(update={"vein_width": wide})
    if vein == "none":
        return known.model_copy(update={"vein": (), "vein_width": 0.0})
    places = tuple(point(one) for one in vein.split(";")) if ";" in vein else tuple(read_points(Path(vein)))
    if width is None and not known.vein:
        wide = USUAL_WIDTH
    return known.model_copy(update={"vein": laid_vein(heart, places), "vein_width": wide})


def _lead(text: str) -> PacingSite:
    head, *rest = text.split("@")
    if head not in ROLES:
        raise Refused(f"{text!r} is no lead; begin with one of {', '.join(ROLES)}, e.g. lv@-30,10,20@0.")
    role = ROLES[head]
    places = (0.0, 0.0, 0.0) if role in ("his", "left_bundle") else point(rest.pop(0) if rest else "")
    try:
        numbers = dict(zip(("time", "strength"), (float(one) for one in rest), strict=False))
        return PacingSite(role=role, x=places[0], y=places[1], z=places[2], **numbers)
    except ValueError:
        raise Refused(f"{text!r} is no lead: its time must be 0 to 1000 ms, its strength 0 to 150 uA/mm3.") from None


def _dose(text: str) -> DrugDose:
    name, _, dose = text.partition("@")
    try:
        return DrugDose(name=find_drug(name).name, dose=float(dose or 1))
    except ValueError:
        raise Refused(
            f"{text!r} is no dose; write the drug and 0 to 50 times its free peak, e.g. dofetilide@2."
        ) from None


def add_devices(devices: App) -> None:
    """Register the verbs in the sub-app of devices."""
    for verb in (pacing, ablation, drug):
        devices.command(verb, name=verb.__name__)
