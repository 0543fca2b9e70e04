"""What was not solved alike is told where it is compared."""

from pathlib import Path

from app.case import Case
from app.option_models import Ran, unlike_notes
from app.options import Choice, options_table
from app.scenario_tree import numbers_digest
from geometry.metric import Metric
from geometry.shapes import slab
from solvers.result import Result
from solvers.scenario import Electrophysiology, PacingSite


def test_options_of_two_models_and_two_meshes_say_so() -> None:
    alike = [Ran("a", "eikonal", "1"), Ran("b", "eikonal", "1")]
    assert unlike_notes(alike) == ()
    models, meshes = unlike_notes([*alike, Ran("c", "monodomain", "2")])
    assert "'a', 'b' by eikonal; 'c' by monodomain" in models
    assert "'a' and 'b'; 'c'" in meshes


def test_the_table_tells_of_another_model_and_of_a_lead_below_its_threshold(tmp_path: Path) -> None:
    case, mesh = Case.create(tmp_path / "case", "slab"), slab((4.0, 4.0, 4.0), 2.0)
    case.save_mesh(mesh, ())
    own = Electrophysiology(title="own", tier="eikonal")
    paced = Electrophysiology(
        title="paced", start="paced", sites=(PacingSite(strength=50.0), PacingSite(strength=50.0))
    )
    for name, scenario, thresholds in (("own", own, ()), ("paced", paced, (20.0, float("inf")))):
        case.save_scenario(name, scenario)
        captures = tuple(Metric(f"capture_{k}", "Threshold", t, "uA/mm^3") for k, t in enumerate(thresholds, 1))
        metrics = (Metric("qrs_duration", "QRS duration", 100.0, "ms"), *captures)
        stamp = {"scenario": scenario.model_dump(mode="json"), "mesh": mesh.digest()}
        case.save_result(name, Result("electrophysiology", scenario.tier, {}, {}, metrics, (), (), stamp), mesh)
    notes = " ".join(options_table(case, Choice(("own", "paced"), "own")).notes)
    assert "'own' by eikonal; 'paced' by monodomain" in notes and "Different meshes" not in notes
    assert "In 'paced' pacing site 2 does not capture" in notes and "pacing site 1" not in notes


def test_places_that_are_only_tried_change_no_run() -> None:
    plain = Electrophysiology(start="paced", sites=(PacingSite(),))
    tried = plain.model_copy(update={"candidates": (PacingSite(x=9.0),)})
    assert numbers_digest(tried) == numbers_digest(plain)
    assert numbers_digest(plain.model_copy(update={"sites": (PacingSite(x=9.0),)})) != numbers_digest(plain)
