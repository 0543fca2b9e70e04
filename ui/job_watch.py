"""Watches the jobs of the open case and the what-if process, with one timer; the work itself is in other processes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import CRASHED, DONE, FAILED, RUNNING, Job, JobStatus, jobs_of, start_job, tell_interrupted
from app.warm import WarmWorker
from geometry.errors import Refused
from solvers.scenario import Electrophysiology, PacingSite
from ui.live_watch import LiveWatch
from ui.run_queue import RunQueue
from ui.session import Session

EVERY, SOON = 100, 15  # ms between looks: at the jobs, and for an answer that is waited for


class JobWatch(QObject):
    """Starts, follows and cancels jobs; tells the session what came of them."""

    changed = Signal()
    started = Signal()
    ended = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs: dict[Job, JobStatus] = {}
        self.queue = RunQueue()
        self._warm: WarmWorker | None = None
        self._warm_for = ("", "")
        self.thinking = False
        self.timer = QTimer(self, interval=EVERY)
        self.timer.timeout.connect(self._look)
        self.timer.start()
        self._soon = QTimer(self, interval=SOON)
        self._soon.timeout.connect(self._look_at_warm)
        self.live = LiveWatch(session, lambda: self.busy, self)
        session.case_changed.connect(self._adopt)
        session.draft_wanted.connect(self._draft)

    @property
    def jobs(self) -> dict[Job, JobStatus]:
        """The jobs that run, and the last one that ended, with how they stand."""
        return dict(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether a job of the case is running, or waits for its turn."""
        return bool(self.queue.waiting) or any(status.state == RUNNING for status in self._jobs.values())

    def start(self, verb: str, options: Mapping[str, Any]) -> Job | None:
        """Start a step of the open case; says a sentence where that is not possible."""
        case = self._session.case
        if case is None:
            return None
        return self.start_in(case.folder, verb, options)

    def start_in(self, folder: Path, verb: str, options: Mapping[str, Any]) -> Job | None:
        """Start a step of a case."""
        try:
            job = start_job(folder, verb, options, parent=os.getpid())
        except (Refused, OSError) as failure:
            self._session.said.emit(str(failure), "bad")
            return None
        self._jobs = {j: s for j, s in self._jobs.items() if s.state == RUNNING}
        self._jobs[job] = job.poll()
        self.started.emit()
        self.changed.emit()
        return job

    def run_all(self, names: tuple[str, ...]) -> None:
        """Run scenarios of the open case one after another, whatever becomes of each; Cancel ends them all."""
        self.queue = RunQueue(names)
        self._start_next()

    def _start_next(self) -> None:
        name = self.queue.take()
        self.queue.job = self.start("simulate", {"scenario": name}) if name else None
        if self.queue.job is None:  # all were tried, or none can be started
            self.queue = RunQueue()
        self.changed.emit()

    def cancel(self, job: Job) -> None:
        """Ask a job to stop; what waits for its turn is not started."""
        self.queue = RunQueue()
        job.cancel()

    def ask(self, name: str, scenario: Electrophysiology, draft: bool = False) -> None:
        """Ask for the beat of a scenario stored under ``name``; ``draft`` while something of it is dragged."""
        case = self._session.case
        if case is None:
            return
        wanted = (str(case.folder), name)
        if self._warm is None or self._warm_for != wanted or self._warm.error():
            self.rest()
            self._session.set_answer(None)  # that of another scenario is no answer to this one
            self._warm, self._warm_for = WarmWorker(case.folder, name), wanted
        self._warm.ask(scenario, draft)
        if not self._soon.isActive():  # started again at each move of a mouse it would never come
            self._soon.start()
        self._think(True)

    def _draft(self, sites: tuple[PacingSite, ...]) -> None:
        scenario = self._session.scenario
        if sites and isinstance(scenario, Electrophysiology):
            self.ask(self._session.scenario_name, scenario.model_copy(update={"sites": sites}), draft=True)

    def drop(self) -> None:
        """Wait for no answer any more; the what-if process stays ready."""
        if self._warm is not None:
            self._warm.drop()
        self._think(False)

    def rest(self) -> None:
        """End the what-if process."""
        if self._warm is not None:
            self._warm.close()
            self._warm = None
            self._session.band.show(0, None)  # the next process counts from 1 again
        self._think(False)

    def _think(self, on: bool) -> None:
        if self.thinking != on:
            self.thinking = on
            self.changed.emit()

    def finish(self) -> None:
        """Watch no more; running jobs of the case are asked to stop."""
        self.timer.stop()
        self._soon.stop()
        self.live.timer.stop()
        self.rest()
        self.queue = RunQueue()
        for job, status in self._jobs.items():
            if status.state == RUNNING:
                job.cancel()

    def _adopt(self) -> None:
        self.rest()
        case = self._session.case
        self._jobs, self.queue = {}, RunQueue()
        if case is not None:
            for sentence in tell_interrupted(case.folder):
                self._session.said.emit(sentence, "warn")
            found = {job: job.poll() for job in jobs_of(case.folder)[-5:]}
            self._jobs = {job: status for job, status in found.items() if status.state == RUNNING}
        self.changed.emit()

    def _look(self) -> None:
        for job, before in list(self._jobs.items()):
            if before.state != RUNNING:
                continue
            job.insist()
            now = job.poll()
            if now == before:
                continue
            self._jobs[job] = now
            self.changed.emit()
            if now.state != RUNNING:
                self._tell_end(job, now)

    def _tell_end(self, job: Job, status: JobStatus) -> None:
        job.acknowledge()
        if status.state in (FAILED, CRASHED):
            self._session.said.emit(self._whose(job) + status.error, "bad")
        case = self._session.case
        if case is not None and job.folder.is_relative_to(case.folder):
            self._session.refresh()
            if status.state == DONE and job.verb == "simulate":
                self._show_run(str(job.facts()["options"].get("scenario", "")))
            if status.place is not None:
                self._session.pick(status.place)
        self.ended.emit(status)
        if job == self.queue.job:
            self._start_next()

    def _whose(self, job: Job) -> str:
        """Which of several runs a sentence is about."""
        if job != self.queue.job:
            return ""
        return f"\u2018{self._session.title_of(str(job.facts()['options']['scenario']))}\u2019: "

    def _show_run(self, name: str) -> None:
        """Look at a finished run where its scenario is set up; the step Plan keeps what it compares with."""
        session = self._session
        if session.step == "simulate" and name == session.scenario_name and name in session.runs:
            session.set_look(run=name)

    def _look_at_warm(self) -> None:
        warm = self._warm
        if warm is None or not (self.thinking or warm.banding):
            self._soon.stop()
            return
        self._look_at_band(warm)
        answer = warm.poll()
        wrong = "" if answer else warm.error()
        if answer is not None:
            self.thinking = warm.waiting
            if answer.refusal:
                self._session.said.emit(answer.refusal, "warn")
            else:
                self._session.set_answer(answer)
        elif wrong:
            self.thinking = False
            self._session.said.emit(wrong, "bad")
        if not self.thinking and (answer is not None or wrong):
            self.changed.emit()

    def _look_at_band(self, warm: WarmWorker) -> None:
        """Show a band that came; before a newer answer is looked for, which takes it away."""
        found = warm.band()
        if found is not None and self._session.answer is not None:
            self._session.band.show(*found)
