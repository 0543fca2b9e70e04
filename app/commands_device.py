"""The verbs that try a device on a case: cardiotwin device valve | stent | surface."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from cyclopts import App, Parameter

from app.case import Case
from app.commands import opened_case, point, run, tell_metrics
from app.console import say
from app.devices import (
    bring_surface,
    find_line,
    fit_surface,
    flow_scenario,
    kept_line,
    surface_metrics,
    surfaces,
    with_surface,
)
from app.needed import needed_mesh
from app.ostia import propose_ostia, proposed_ostia
from app.scenario_tree import as_child
from app.staleness import run_fits
from geometry.aortic_root import aortic_root
from geometry.coronary_ostia import OstiaFound, Point
from geometry.errors import Refused
from geometry.measures.body import body_surface
from geometry.progress import silent
from geometry.widened import widened
from solvers.devices.records import UPRIGHT, ImplantedValve, PlacedSurface, Stent
from solvers.devices.sizing import choose_size
from solvers.devices.stenting import stent_child, stent_metrics, stent_stretch
from solvers.devices.valve_fit import fit_valve, valve_child
from solvers.result_file import read_numbers
from solvers.scenario import Electrophysiology, Flow

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]
Family = Literal["balloon_expandable", "self_expanding"]
DROPS = ("peak_pressure_drop", "mean_pressure_drop", "peak_velocity")


def valve(
    case: Path,
    *,
    family: Family = "balloon_expandable",
    size: int | None = None,
    depth: float = 4.0,
    edge_doubt: float = 0.3,
    septum: float | None = None,
    left_ostium: str | None = None,
    right_ostium: str | None = None,
    ostia: Literal["auto"] | None = None,
    scenario: str | None = None,
    keep: str | None = None,
    json: Json = None,
) -> None:
    """Try a transcatheter aortic valve: sizes with their chances, oversizing, gaps, leak, coronaries, septum, gradient.

    Without --size the likeliest one is tried. --depth is how far the frame lies below the annulus, --edge-doubt the SD of the
    annulus' edge, --septum the length of the membranous septum (mm); --left-ostium and --right-ostium are x,y,z (mm, RAS).
    --ostia auto proposes those that are not given from the CT, with how sure each is; a doubtful one is told, not taken.
    --keep stores a child of --scenario under that name, with the valve's expected orifice, to be run as any other.
    """
    opened = opened_case(case)
    name, parent = flow_scenario(opened, scenario)
    root = aortic_root(needed_mesh(opened))
    likely = choose_size(family, root.ring, edge_doubt).likely
    if size is None and not likely:
        raise Refused(
            "The annulus lies outside the ranges of all sizes of this family; name a --size to try it all the same."
        )
    proposed = _proposed(opened) if ostia else {}
    tried = ImplantedValve(
        family=family,
        size=size or likely[0].size,
        depth=depth,
        edge_doubt=edge_doubt,
        septum=septum,
        left_ostium=point(left_ostium) if left_ostium else proposed.get("left"),
        right_ostium=point(right_ostium) if right_ostium else proposed.get("right"),
    )
    found = fit_valve(root, tried, parent, body_surface(opened.subject()))
    say(f"{tried.size} mm, {depth:g} mm below the annulus")
    for told in (found.choice.words(), *found.warnings, *found.notes):
        say(f"  {told}")
    if keep:
        _keep(opened, keep, name, valve_child(parent, tried), f"{parent.title}, valve {tried.size} mm")
    tell_metrics(
        found.metrics,
        json,
        {"case": str(case), "parent": name, "kept": keep, "valve": tried.model_dump(), **found.to_dict()},
    )


def _proposed(case: Case) -> dict[str, Point]:
    """Side -> lower edge of the ostium that the CT shows there; each is told with how sure it is."""
    with case.locked():
        propose_ostia(case, {}, silent)
    found = proposed_ostia(case, needed_mesh(case)) or OstiaFound((), ())
    for one in found.ostia:
        x, y, z = one.lower
        say(f"  {one.side} ostium at {x:g},{y:g},{z:g}, {one.words()}")
        if one.sure == "doubtful":
            say(
                f"  It is not taken; give it as --{one.side}-ostium={x:g},{y:g},{z:g} where the scan shows it to be right."
            )
    for note in found.notes:
        say(f"  {note}")
    return {one.side: one.lower for one in found.ostia if one.sure != "doubtful"}


def stent(
    case: Path,
    *,
    diameter: float,
    length: float = 20.0,
    at: str | None = None,
    recoil: float = 5.0,
    taper: float = 6.0,
    scenario: list[str] | None = None,
    keep: str = "stent",
    simulate: bool = False,
    json: Json = None,
) -> None:
    """Open a narrowed vessel with a stent or balloon: area before and after; with --simulate also the gradient.

    --at is x,y,z (mm, RAS), the narrowest place without it. A child KEEP_SCENARIO of each --scenario (all of blood flow without
    them: rest and exercise) is stored; --simulate runs them, and those before that were not run yet.
    """
    opened = opened_case(case)
    if kept_line(opened) is None:
        run(opened, "centerline", {})
    line = find_line(opened)
    x, y, z = point(at) if at else (round(float(v), 2) for v in line.points[line.throat])
    tried = Stent(x=x, y=y, z=z, length=length, diameter=diameter, recoil=recoil, taper=taper)
    mesh = needed_mesh(opened)
    stretch = stent_stretch(mesh, line, tried)
    widened(mesh, stretch, tried.final_diameter)  # refuses what no run could compute, before anything is stored
    parents = scenario or [k for k, s in opened.scenarios().items() if isinstance(s, Flow) and s.device is None]
    drops = {}
    for name in parents:
        parent = flow_scenario(opened, name)[1]
        child = f"{keep}_{name}"
        _keep(opened, child, name, stent_child(parent, tried), f"{parent.title}, stent {diameter:g} mm")
        if simulate:
            drops[name] = {"before": _drops(opened, name), "after": _drops(opened, child, again=True)}
            for key in DROPS:
                before, after = (drops[name][when].get(key, float("nan")) for when in ("before", "after"))
                say(f"  {parent.title}: {key.replace('_', ' ')} {before:.1f} before, {after:.1f} after")
    more = {
        "case": str(case),
        "stent": tried.model_dump(),
        "kept": [f"{keep}_{name}" for name in parents],
        "flow": drops,
    }
    tell_metrics(stent_metrics(stretch, tried), json, more)


def surface(
    case: Path,
    file: Path | None = None,
    *,
    name: str = "",
    at: str | None = None,
    pose: str | None = None,
    scenario: str | None = None,
    keep: str | None = None,
    json: Json = None,
) -> None:
    """Place any surface (STL, PLY, VTP, in mm): clearance to the walls, volume in them.

    FILE is brought into the case under --name; without it, the surface of that name is taken. --pose is the 4x4 matrix to
    patient mm (RAS) as 16 numbers with commas, row by row; --at x,y,z only shifts. --keep stores a child of --scenario with it.
    """
    opened = opened_case(case)
    chosen = bring_surface(opened, file, name) if file is not None else name or next(iter(surfaces(opened)), "")
    tried = PlacedSurface(source=chosen, pose=_pose(at, pose))
    found = fit_surface(opened, tried)
    if keep:
        of = scenario or next(iter(opened.scenarios()), "")
        if not of:
            raise Refused("The case has no scenario that could carry the surface; mesh it first.")
        parent = opened.scenario(of)
        _keep(opened, keep, of, with_surface(parent, tried), f"{parent.title}, with {chosen}")
    tell_metrics(
        surface_metrics(found), json, {"case": str(case), "surface": chosen, "pose": list(tried.pose), "kept": keep}
    )


def _pose(at: str | None, pose: str | None) -> tuple[float, ...]:
    if pose is not None:
        try:
            numbers = tuple(float(part) for part in pose.split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != 16:
            raise Refused("A pose is 16 numbers with commas between them: the rows of a 4x4 matrix.")
        return numbers
    matrix = np.reshape(UPRIGHT, (4, 4)).astype(float)
    if at is not None:
        matrix[:3, 3] = point(at)
    return tuple(matrix.ravel().tolist())


def _keep(case: Case, name: str, parent: str, child: Electrophysiology | Flow, title: str) -> None:
    case.save_scenario(name, as_child(case.scenarios(), parent, child.model_copy(update={"title": title})))
    say(f"The scenario {name!r} is stored.")


def _drops(case: Case, name: str, again: bool = False) -> dict[str, float]:
    """Pressure drops (mmHg) and velocity (m/s) of a run; run now where there is none that fits, or ``again``."""
    if again or not run_fits(case, name):
        run(case, "simulate", {"scenario": name, "workers": None, "ranks": 1, "restart": False})
    metrics = read_numbers(case.folder / "runs" / name)["metrics"]
    return {facts["name"]: facts["value"] for facts in metrics if facts["name"] in DROPS}


def add_flow_devices(devices: App) -> None:
    """Add these verbs to ``cardiotwin device``."""
    for verb in (valve, stent, surface):
        devices.command(verb, name=verb.__name__)
