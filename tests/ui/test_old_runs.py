"""Runs that are older than the mesh: the window says why there is no map of them, and runs them again where they are met."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.case import Case
from app.jobs import CANCELLED, DONE, FAILED, RUNNING, Job, JobStatus, jobs_of
from app.scenario_tree import as_child
from app.tasks import TASKS
from app.warm import Answer
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Field, Result, Trace
from solvers.scenario import Electrophysiology
from ui import job_watch
from ui.job_panel import VERBS
from ui.plan.pacing import Panel
from ui.steps.plan import PlanPage
from ui.window import Window


def texts(window: Window, step: str) -> str:
    page = window.inspector.page(step)
    return " | ".join(one.text() for kind in (QLabel, QPushButton) for one in page.findChildren(kind))


def test_a_run_on_another_mesh_says_why_it_has_no_map_and_is_run_again_from_the_plan(window: Window) -> None:
    session, panel = window.session, window.workplace.scene_panel
    case = session.case
    assert case is not None
    case.save_mesh(half_ellipsoid_ventricle(edge=8.0), ())
    session.refresh()
    window.go("plan")
    assert not panel.paintings and "run on another mesh" in panel.caption.told.text()
    told = texts(window, "plan")
    assert "older than its mesh" in told and "Run \u2018Sinus rhythm\u2019 again" in told
    window.go("compare")
    assert "older than its mesh" in texts(window, "compare")

    window.go("plan")  # what is tried needs no run to be drawn
    session.choose_scenario("pacing")
    heart = session.mesh
    assert heart is not None
    activation = np.linspace(0.0, 90.0, len(heart.points))
    ecg = Trace(np.arange(3.0), np.zeros((12, 3)), tuple("abcdefghijkl"), "mV", "ECG")
    session.set_answer(Answer(1, activation, ecg, values={"total_activation_time": 90.0}))
    assert panel.caption.title.text() == "What if: Pacing"
    np.testing.assert_array_equal(panel.paintings[0].values, activation)
    assert "which is out of date" in texts(window, "plan")


def test_beside_an_old_run_only_the_fresh_one_is_drawn_and_named(window: Window) -> None:
    session, panel = window.session, window.workplace.scene_panel
    case = session.case
    assert case is not None
    mesh = half_ellipsoid_ventricle(edge=8.0)
    case.save_mesh(mesh, ())
    field = Field(np.linspace(0.0, 90.0, len(mesh.points)), "ms", "Activation time", (), "EARLY", "LATE")
    case.save_result("sinus_rhythm", Result("electrophysiology", "monodomain", {"activation_time": field}), mesh)
    session.refresh()
    session.set_look(run="sinus_rhythm", other="pacing", field="activation_time")
    window.go("compare")
    assert len(panel.paintings) == 1 and panel.caption.title.text() == "Sinus rhythm"
    assert "No map: \u2018Pacing\u2019 was run on another mesh" in panel.caption.told.text()


def test_a_place_that_was_tried_becomes_an_option_beside_the_scenario(window: Window) -> None:
    session = window.session
    paced = session.scenarios["pacing"]
    assert isinstance(paced, Electrophysiology)
    other = paced.sites[0].model_copy(update={"x": paced.sites[0].x + 5.0})
    session.keep_scenario("pacing", paced.model_copy(update={"candidates": (other,)}))
    session.choose_scenario("pacing")
    window.go("plan")
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage) and isinstance(page.panel, Panel)
    next(one for one in page.panel.findChildren(QPushButton) if one.text() == "Make it an option").click()
    made = session.scenario
    assert isinstance(made, Electrophysiology) and session.scenario_name != "pacing"
    assert made.sites == (other,) and made.candidates == () and made.title == "Pacing 2"
    assert session.scenarios["pacing"].sites == paced.sites


def test_every_step_that_runs_has_a_name_in_words() -> None:
    assert set(TASKS) == set(VERBS)


@dataclass(frozen=True)
class QuickJob(Job):
    """Runs when first asked, and has ended by the second time: done, or failed where a scenario is called Lost."""

    def poll(self) -> JobStatus:
        asked = self.folder / "asked"
        if not asked.exists():
            asked.touch()
            return JobStatus("simulate", RUNNING, 0.5, "Solving", 3.0)
        case, name = Case.open(self.folder.parents[1]), self.facts()["options"]["scenario"]
        scenario, mesh = case.scenario(name), case.mesh()
        if (self.folder / "cancel").exists():
            return JobStatus("simulate", CANCELLED, 0.5, "", None)
        if scenario.title == "Lost":
            return JobStatus("simulate", FAILED, 0.5, "", None, "Nothing conducts.", 2)
        assert mesh is not None
        stamp = {"scenario": scenario.model_dump(mode="json")}
        case.save_result(name, Result("electrophysiology", "eikonal", stamp=stamp), mesh)
        return JobStatus("simulate", DONE, 1.0, "Done", 0.0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs in the window are quick ones."""

    def start(folder: Path, verb: str, options: Mapping[str, Any], parent: int) -> Job:
        place = folder / "jobs" / f"{len(jobs_of(folder)):04d}-{verb}"
        place.mkdir(parents=True)
        facts = {"verb": verb, "options": dict(options), "process": 0, "born": 0, "parent": parent}
        (place / "job.json").write_text(json.dumps(facts))
        return QuickJob(place)

    monkeypatch.setattr(job_watch, "start_job", start)


def all_old(window: Window) -> Case:
    """The case in the window with a parent that is named after its child, and a mesh newer than both runs."""
    case = window.session.case
    assert case is not None
    case.save_scenario("pacing", as_child(case.scenarios(), "sinus_rhythm", case.scenario("pacing")))
    case.save_mesh(half_ellipsoid_ventricle(edge=8.0), ())
    window.session.refresh()
    return case


def test_all_old_runs_are_run_again_by_one_button_parents_first(window: Window, qtbot: QtBot, quick: None) -> None:
    case, watch = all_old(window), window.watch
    for step in ("case", "simulate", "plan", "compare", "report"):
        window.go(step)
        assert "Run all 2 again" in texts(window, step), step
    page, seen = window.inspector.page("report"), list[str]()
    link = watch.changed.connect(lambda: seen.append(window.jobs.text.text()))
    next(one for one in page.findChildren(QPushButton) if one.text() == "Run all 2 again").click()
    assert watch.busy and window.jobs.text.text().startswith("Simulate (1 of 2)")
    assert window.jobs.left.text() == "a few seconds left, then 1 more"
    qtbot.waitUntil(lambda: not watch.busy, timeout=20_000)
    assert [job.facts()["options"]["scenario"] for job in jobs_of(case.folder)] == ["sinus_rhythm", "pacing"]
    watch.disconnect(link)
    assert any(line.startswith("Simulate (2 of 2)") for line in seen)
    assert window.session.old_runs == {}
    assert not any(one.isVisible() and one.text().startswith("Run all") for one in page.findChildren(QPushButton))


def test_cancel_ends_the_run_and_those_that_wait(window: Window, qtbot: QtBot, quick: None) -> None:
    case, watch = all_old(window), window.watch
    watch.run_all(tuple(window.session.old_runs))
    window.jobs.cancel.click()
    qtbot.waitUntil(lambda: not watch.busy, timeout=20_000)
    assert len(jobs_of(case.folder)) == 1 and len(window.session.old_runs) == 2


def test_one_that_cannot_be_run_is_named_and_the_next_is_run(window: Window, qtbot: QtBot, quick: None) -> None:
    case, watch = all_old(window), window.watch
    case.save_scenario("sinus_rhythm", case.scenario("sinus_rhythm").model_copy(update={"title": "Lost"}))
    window.session.refresh()
    watch.run_all(tuple(window.session.old_runs))
    qtbot.waitUntil(lambda: not watch.busy, timeout=20_000)
    assert window.messages.text.text().startswith("\u2018Lost\u2019: Nothing conducts.")
    assert list(window.session.old_runs) == ["sinus_rhythm"]
