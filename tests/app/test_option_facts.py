"""What a plan is judged by besides its run stands in the table of options."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.case import Case
from app.option_facts import size_facts
from app.options import Choice, options_table
from app.plan_answers import answer_file
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from geometry.shapes import slab, tube
from solvers.devices.records import ImplantedValve
from solvers.devices.sizing import choose_size
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow, Lesion


def induction_of(case: Case, name: str, mesh: HeartMesh, sites: list[str], cycle: float | None) -> None:
    rows = [{"site": "apex", "sustained": bool(sites), "cycle_length_ms": cycle}]
    asked = {"asked": case.scenario(name).model_dump(mode="json"), "mesh": mesh.digest()}
    facts = {"sites_tried": 2, "inducible_from": sites, "attempts": rows}
    path = answer_file(case, "induction", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**asked, **facts}))


def test_induced_before_and_not_after_ablation_is_a_row_of_the_table(tmp_path: Path) -> None:
    case, mesh = Case.create(tmp_path / "case", "slab"), slab((4.0, 4.0, 4.0), 2.0)
    case.save_mesh(mesh, ())
    lesion = Lesion(points=((0.0, 0.0, 0.0),))
    for name, lesions in (("before", ()), ("after", (lesion,))):
        case.save_scenario(name, Electrophysiology(title=name, lesions=lesions))
        metrics = (Metric("qrs_duration", "QRS duration", 100.0, "ms"),)
        case.save_result(name, Result("electrophysiology", "monodomain", {}, {}, metrics, (), (), {}), mesh)
    induction_of(case, "before", mesh, ["apex"], 480.0)
    induction_of(case, "after", mesh, [], None)
    table = options_table(case, Choice(("before", "after"), "before"))
    row = next(row for row in table.rows if row.outcome.name == "reentry_sites")
    notes = [cell.metric.note for cell in row.cells if cell.metric is not None]
    assert notes == ["induced; 2 tried", "not induced; 2 tried"]
    assert row.cells[1].difference is not None and row.cells[1].difference.value == -1.0
    case.save_scenario("after", Electrophysiology(title="after"))  # asked of other tissue: no answer about this one
    later = options_table(case, Choice(("before", "after"), "before"))
    assert "reentry_sites" not in [row.outcome.name for row in later.rows]


def test_the_chance_of_a_size_is_that_of_its_range_under_the_doubt_of_the_annulus() -> None:
    vessel = tube(12.0, 40.0, 2.0)
    root = HeartMesh(**{**vars(vessel), "landmarks": {"annulus": (0.0, 0.0, 15.0), "outlet_center": (0.0, 0.0, 40.0)}})
    shares = []
    for size in (23, 26):
        valve = ImplantedValve(family="balloon_expandable", size=size, edge_doubt=0.4)
        (fact,) = size_facts(root, Flow(device=valve))
        shares.append(fact.value)
    from geometry.aortic_root import ring_of

    chances = {size.size: share for size, share in choose_size("balloon_expandable", ring_of(root), 0.4).chances}
    assert shares == pytest.approx([100 * chances[23], 100 * chances[26]]) and 0 < shares[0] < 100
    assert np.sum(list(chances.values())) <= 1.0 + 1e-9
    assert size_facts(root, Flow()) == () and size_facts(vessel, Flow(device=ImplantedValve(size=23))) == ()
