"""The report: what it tells as plain data, and that it can be run again."""

import base64
import json
import re
import shutil
import zlib
from pathlib import Path

import pytest

from app.__main__ import main
from app.case import Case
from app.heart_picture import draw_field
from app.provenance import digest
from app.repeat import held_against, read_report, repeat_runs
from app.report import write_report
from app.report_facts import report_facts
from app.report_pdf import write_pdf
from app.report_pictures import Pictures, draw_pictures, main_outcomes
from app.scenario_tree import child_of
from app.verification_record import NOT_RUN, record_verification, status_line, verification_status
from geometry.errors import Refused
from geometry.metric import Metric
from geometry.progress import Progress, silent
from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.run import run_electrophysiology
from solvers.result import Check, Result
from solvers.scenario import Electrophysiology, Ensemble, Flow, PacingSite
from solvers.uncertainty.sampling import draws


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noted of verification stays in the folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def made_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pseudonym with a script in it, and two runs of the same seed."""
    made = Case.create(tmp_path_factory.mktemp("cases") / "case", "<b>P-17</b> & co")
    mesh = half_ellipsoid_ventricle(edge=9.0)
    made.save_mesh(mesh, (Metric("volume", "Volume of the wall", 100.0, "ml"),))
    apex = mesh.landmarks["apex"]
    site = PacingSite(x=apex[0], y=apex[1], z=apex[2])
    paced = Electrophysiology(
        title="Pacing", tier="eikonal", start="paced", sites=(site,), ensemble=Ensemble(members=8)
    )
    made.save_scenario("pacing", paced)
    name, child = child_of(made.scenarios(), "pacing", "Two sites")
    made.save_scenario(name, child.model_copy(update={"sites": (site, site.model_copy(update={"z": -10.0}))}))
    for run in made.scenarios():
        made.save_result(run, run_electrophysiology(mesh, made.scenario(run), workers=1), mesh)
    return made.folder


@pytest.fixture
def case(made_case: Path, tmp_path: Path) -> Case:
    """A copy that the test may change."""
    return Case.open(Path(shutil.copytree(made_case, tmp_path / "case")))


def test_a_report_tells_everything_and_runs_again_to_the_same_numbers(case: Case, tmp_path: Path) -> None:
    path = write_report(case, silent)
    assert path.read_bytes().startswith(b"%PDF")
    html = path.with_suffix(".html").read_text()
    assert "&lt;b&gt;P-17&lt;/b&gt; &amp; co" in html and "<b>P-17" not in html and 'src="data:image/png' in html
    for words in (
        "Not a medical device",
        "two pacing sites instead of one",
        "P(best)",
        "not run on this machine",
        "Bayer 2012",
    ):
        assert words in html
    assert pages_of(path) > 1 and "value (90 % interval)" in html.lower()
    facts = read_report(path.with_suffix(".json"))
    assert facts["provenance"]["hashes"]["mesh"] == digest(case.folder / "mesh" / "heart.npz")
    assert [run["name"] for run in facts["runs"]] == ["pacing", "two_sites"]
    assert facts["options"]["outcomes"][0]["options"]["two_sites"]["p_best"] is not None
    mesh, out, before = case.mesh(), tmp_path / "again.json", case.runs()
    assert mesh is not None

    def compute(name: str, scenario: Electrophysiology | Flow, progress: Progress) -> Result:
        assert mesh is not None and isinstance(scenario, Electrophysiology)
        return run_electrophysiology(mesh, scenario, progress, workers=1)

    repeat_runs(case, path.with_suffix(".json"), out, compute, silent)
    rows = json.loads(out.read_text())
    assert len(rows) > 20 and max(row["off"] for row in rows) == 0.0 and case.runs() == before


def pages_of(path: Path) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type /Page\b", path.read_bytes()))


def test_what_is_too_long_for_the_first_page_is_made_smaller_so_that_it_stays_one(case: Case, tmp_path: Path) -> None:
    facts, lengths = report_facts(case, ["pacing"]), []
    for name, words in (("plain", "Pacing"), ("long", "A title that takes many lines of the first page. " * 120)):
        facts["runs"][0]["title"] = words
        write_pdf(facts | {"measures": [], "options": None, "runs": facts["runs"][:1]}, Pictures(), tmp_path / name)
        first = [page for page in page_texts(tmp_path / name) if b"Annex" in page]
        lengths.append(page_texts(tmp_path / name).index(first[0]))
    assert lengths == [1, 1]  # the annex begins on the second page


def page_texts(path: Path) -> list[bytes]:
    """What is drawn on each page of a PDF of ours, in order."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", path.read_bytes(), re.DOTALL)
    return [zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>"))) for stream in streams]


def test_a_number_that_comes_out_otherwise_is_told_with_its_distance(case: Case) -> None:
    result = case.result("pacing")
    metrics = [metric.to_dict() for metric in result.metrics]
    metrics[0]["value"] *= 1.1
    members = {name: values.tolist() for name, values in result.members.items()}
    members["qrs_duration"][3] += 5.0
    rows = [
        row for row in held_against({"name": "pacing", "metrics": metrics, "members": members}, result) if not row.same
    ]
    assert [row.name for row in rows] == ["total_activation_time", "qrs_duration, members"]
    assert rows[0].off == pytest.approx(0.1 / 1.1)


def test_another_mesh_cannot_repeat_a_report(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report_facts(case, ["pacing"]), default=float))
    case.save_mesh(half_ellipsoid_ventricle(edge=10.0), ())
    with pytest.raises(Refused, match="mesh of the case"):
        repeat_runs(case, path, tmp_path / "again.json", lambda *_: case.result("pacing"), silent)
    (tmp_path / "other.json").write_text("{}")
    assert main(["run", str(tmp_path / "other.json")]) == 2


def test_a_run_on_an_older_mesh_is_told_as_such_and_not_drawn(case: Case, tmp_path: Path) -> None:
    case.save_mesh(half_ellipsoid_ventricle(edge=10.0), ())
    facts = report_facts(case, ["pacing"])
    assert facts["runs"][0]["title"].endswith("(out of date)")
    drawn = draw_pictures(case, facts, tmp_path, silent)
    assert drawn.fields["pacing"] == [] and drawn.curves["pacing"]
    with pytest.raises(Refused, match="older mesh"):
        draw_field(case, "pacing", "activation_time", tmp_path / "heart.png")


def test_members_and_what_was_drawn_are_kept_with_a_run(case: Case) -> None:
    result = case.result("pacing")
    drawn = result.members["input:velocities.fiber"]
    assert len(drawn) == 8 and 0.1 <= drawn.min() < 0.65 < drawn.max() <= 1.5
    total = {metric.name: metric for metric in result.metrics}["total_activation_time"]
    values = result.members["total_activation_time"]
    assert total.low is not None and total.high is not None
    assert values.min() <= total.low < total.high <= values.max()
    third, mesh = draws(case.scenario("pacing"), 8, 1)[3], case.mesh()
    assert mesh is not None and isinstance(third, Electrophysiology) and third.velocities.fiber == drawn[3]
    alone = run_electrophysiology(mesh, third.model_copy(update={"ensemble": Ensemble(members=0)}), workers=1)
    assert alone.metrics[0].value == pytest.approx(values[3])


def test_verification_is_noted_by_problem_and_what_was_not_run_says_so() -> None:
    assert NOT_RUN in status_line(verification_status({"a": "A", "b": "B"}))
    record_verification("a", "A", [Check("fine", 1.0, 1.0, 0.1)])
    record_verification("b", "B", [Check("fine", 1.0, 1.0, 0.1), Check("off", 2.0, 1.0, 0.1)])
    rows = verification_status({"a": "A", "b": "B", "c": "C"})
    assert [row["state"] for row in rows] == ["passed", "FAILED", NOT_RUN] and rows[1]["failed"] == ["off"]
    assert "1 of 3 problems passed, 1 FAILED, 1 not run" in status_line(rows)
    record_verification("b", "B", [Check("off", 1.0, 1.0, 0.1)])
    assert verification_status({"b": "B"})[0]["state"] == "passed"


def test_the_first_page_takes_the_outcomes_that_decide() -> None:
    def row(name: str, better: str, members: int, threshold: float | None) -> dict[str, object]:
        return {"name": name, "better": better, "members": members, "threshold": threshold}

    rows = [
        row("shear", "", 6, None),
        row("proximal", "lower", 0, None),
        row("drop", "lower", 6, None),
        row("mean_drop", "lower", 6, 40.0),
        row("orifice", "higher", 6, 1.0),
    ]
    assert [one["name"] for one in main_outcomes({"outcomes": rows})] == ["mean_drop", "orifice", "drop", "proximal"]
