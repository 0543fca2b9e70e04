"""The strip below the views: ECG or curves over time, and the time bar."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.scenarios import counterpart, has_states
from geometry.image import Image
from solvers.electrophysiology.band import Band
from solvers.electrophysiology.measured_ecg import compare_ecg
from solvers.result import Result, Trace
from ui.cine import Cine
from ui.ecg_strip import EcgStrip
from ui.flow_curves import LINE, FlowCurves
from ui.session import Session
from ui.theme import px
from ui.time_bar import TimeBar
from ui.tried_beat import drawn_ecgs
from ui.widgets import button

ECG = "ecg"
TOLD = "r: correlation of the measured with the simulated lead, from the onset of the QRS to the end of the run."
TALLEST = 16777215  # no limit, in Qt's words
PHASED = ("case", "images", "segment", "heart")  # steps that look at the scan


class Strip(QFrame):
    """Follows the session: phases of the scan in the first steps, the time of the run later."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._session = session
        self.ecg = EcgStrip(self)
        self.curves = FlowCurves(self)
        self.bar = TimeBar(self)
        self.badge = QLabel("SIMULATED", self)
        self.badge.setProperty("role", "badge")
        self.note = QLabel(self)
        self.note.setProperty("role", "small")
        self.note.setMinimumWidth(px(80))  # a long title is cut rather than the window made wider
        tip = "Lay the patient's own ECG over the simulated one: a WFDB header, a DICOM waveform or a table"
        self.measured = button("Measured ECG ...", session.ecg_wanted.emit, tip=tip)
        self.measured.setProperty("role", "link")
        self.plots = QStackedWidget(self)
        self.plots.addWidget(self.ecg)
        self.plots.addWidget(self.curves)
        top = QHBoxLayout()
        top.setContentsMargins(px(12), 0, 0, 0)
        top.setSpacing(px(8))
        top.addWidget(self.badge)
        top.addWidget(self.note)
        top.addWidget(self.measured)
        top.addWidget(self.bar, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.plots, 1)
        self._frames: tuple[float, ...] = ()
        self._words = ""  # about what is drawn, but for the draw
        self._listen()
        self.dress()

    @property
    def over_run(self) -> bool:
        """Whether the time bar runs over a simulation, not over the phases of the scan."""
        return self._session.step in ("simulate", "plan", "compare", "report")

    def refresh(self) -> None:
        """Show what belongs to the step."""
        session = self._session
        self.plots.setVisible(self.over_run)
        self.badge.setVisible(self.over_run and session.result is not None)
        electrical = session.result is not None and session.result.kind == "electrophysiology"
        self.measured.setVisible(self.over_run and electrical)
        if self.over_run:
            self._show_run(session.result)
        else:
            self._show_phases()
        self.setMaximumHeight(TALLEST if self.over_run else px(46))
        self.setVisible(self.over_run or (self._session.step in PHASED and self.bar.isEnabled()))

    def dress(self) -> None:
        """Wear the session's theme."""
        theme = self._session.theme
        self.ecg.dress(theme)
        self.curves.dress(theme)
        self.bar.dress(theme)

    def finish(self) -> None:
        """Play no more."""
        self.bar.finish()

    def _show_phases(self) -> None:
        image, segmentation = self._session.image, self._session.segmentation
        self.note.setText("")
        if image is None or image.phases < 2:
            self.bar.set_times(())
            return
        times = image.times or tuple(float(i) for i in range(image.phases))
        words = [""] * len(times)
        if segmentation is not None and segmentation.ed < len(words):
            words[segmentation.ed] = "end-diastole"
            if segmentation.es is not None and segmentation.es < len(words):
                words[segmentation.es] = "end-systole"
        self.bar.set_times(
            tuple(times), tuple(words), Cine.of_phases(image.phases, image.times, image.cycle), _rate(image)
        )
        self.bar.show_frame(self._session.phase)

    def _show_run(self, result: Result | None) -> None:
        session = self._session
        traces = dict(result.traces) if result is not None else {}
        electrical = result is None or result.kind == "electrophysiology"
        answer = session.answer if session.step == "plan" else None
        ecg, before, note = traces.get(ECG), None, ""
        if ecg is not None and electrical:
            note = "Squares: 40 ms, 0.5 mV" + ("; band: 90 % of the runs" if "ecg_low" in traces else "")
            if session.step == "simulate" and session.look.run != session.scenario_name:
                note = f"Of the run \u2018{session.title_of(session.look.run)}\u2019"
        if answer is not None:
            ecg, before, note = answer.ecg, traces.get(ECG), self._answer_note()
        if session.step == "compare":
            other = session.result_of(session.look.other)
            before = other.traces.get(ECG) if other is not None else None
            note = "Left run; right run: thin and grey" if before is not None else ""
        if electrical:
            note += self._lay_measured(ecg)
        self._words = note
        self.note.setText(note)
        self._tell_band()
        if electrical:
            bounds = [traces[name] for name in ("ecg_low", "ecg_high") if name in traces]
            band = self._answer_band()
            around = (
                (band.low, band.high) if band else (bounds[0], bounds[1]) if len(bounds) == 2 and not answer else None
            )
            self.ecg.show_ecg(ecg, before, around)
            self._lay_draw()
            self.plots.setCurrentWidget(self.ecg)
        else:
            behind = self._other_state()
            if session.step == "compare":
                right = session.result_of(session.look.other)
                behind = dict(right.traces) if right is not None else {}
                self.note.setText("Left run; right run: thin and grey" if behind else "")
            elif behind:
                self.note.setText(f"Thin and grey: {session.title_of(counterpart(session.look.run))}")
            names = _main_traces(traces)
            shown = tuple(traces[name] for name in names)
            self.curves.show_traces(shown, traces.get(LINE), tuple(behind.get(name) for name in names))
            self.plots.setCurrentWidget(self.curves)
        self._frames = run_times(result, session.look.field, tuple(traces.values()))
        self.bar.set_times(self._frames)
        self._follow_time()

    def _answer_band(self) -> Band | None:
        return self._session.band.shown if self._session.step == "plan" else None

    def _answer_note(self) -> str:
        band = self._answer_band()
        if band is None:
            return "What-if; before: thin and grey"
        low, high = band.values["qrs_duration"]
        return f"What-if, QRS {low:.0f} to {high:.0f} ms (90 %)"

    def _tell_band(self) -> None:
        band = self._answer_band()
        if band is not None:
            words = (
                f"Band: where 90 % of {band.count} draws of the velocities and fibre angles lie, on the quick mesh. While you drag "
                "it is that of a moment ago. The beat before: thin and grey."
            )
            self.note.setToolTip(f"{words} {self.note.toolTip()}".strip())

    def _band_changed(self) -> None:
        """Lay the band around the ECG that is shown; nothing else has changed."""
        session, band = self._session, self._answer_band()
        if session.answer is not None and session.step == "plan":
            self.ecg.show_ecg(session.answer.ecg, self.ecg.before, (band.low, band.high) if band else None)
            self._words = self._answer_note() + self._lay_measured(session.answer.ecg)
            self._lay_draw()
            self._tell_band()

    def _lay_draw(self) -> None:
        """Lay the ECG of the draw that the heart shows over the others."""
        draws, number = drawn_ecgs(self._session), self._session.draws.number
        self.ecg.show_draw(draws, number - 1)
        self.note.setText(f"Thin: draw {number}. {self._words}" if draws is not None else self._words)

    def _other_state(self) -> dict[str, Trace]:
        """Curves of the same flow at exercise, or at rest, where it was computed."""
        session = self._session
        if session.live is not None or not has_states(session.look.run, session.scenarios.get(session.look.run)):
            return {}
        other = session.result_of(counterpart(session.look.run))
        return dict(other.traces) if other is not None else {}

    def _lay_measured(self, ecg: Trace | None) -> str:
        """Lay the measured ECG over the simulated one; returns what is told about it."""
        beat = self._session.measured_beat
        likeness = compare_ecg(beat, ecg) if beat is not None and ecg is not None else None
        self.ecg.show_measured(likeness)
        self.note.setToolTip("")
        if likeness is None:
            return ""
        self.note.setToolTip(f"{TOLD} Median of {likeness.beats} beats.")
        return f"; amber: measured, mean r {likeness.mean:.2f}"

    def _follow_time(self) -> None:
        time = self._session.time
        self.ecg.show_time(time)
        self.curves.show_time(time)
        if self.over_run and self._frames:
            nearest = min(range(len(self._frames)), key=lambda i: abs(self._frames[i] - time))
            self.bar.show_frame(nearest)

    def _chosen(self, index: int) -> None:
        if not self.over_run:
            self._session.set_phase(index)
        elif index < len(self._frames):
            self._session.set_time(self._frames[index])

    def _listen(self) -> None:
        session = self._session
        for signal in (
            session.case_changed,
            session.data_changed,
            session.step_changed,
            session.look_changed,
            session.answer_changed,
            session.scenario_changed,
        ):
            signal.connect(self.refresh)
        session.phase_changed.connect(lambda: self.bar.show_frame(session.phase) if not self.over_run else None)
        session.time_changed.connect(self._follow_time)
        session.band.changed.connect(self._band_changed)
        session.draws.changed.connect(lambda: self._lay_draw() if self.plots.currentWidget() is self.ecg else None)
        session.theme_changed.connect(self.dress)
        self.bar.chosen.connect(self._chosen)
        self.ecg.time_chosen.connect(session.set_time)
        self.curves.time_chosen.connect(session.set_time)


def _rate(image: Image) -> str:
    """The pace at which a scan is played, in words."""
    return f"{60000 / image.cycle:.0f} / min" if image.cycle else "heart rate not known"


def run_times(result: Result | None, name: str, traces: tuple[Trace, ...]) -> tuple[float, ...]:
    """The moments the time bar walks through: the field's frames, else every 2 ms of the activation or of the traces."""
    if result is None:
        return ()
    field = result.fields.get(name)
    if field is not None and field.times:
        return field.times
    if not traces:
        return ()
    start, stop = float(traces[0].times[0]), float(traces[0].times[-1])
    step = 2.0 if stop - start < 900 else 5.0
    return tuple(start + step * k for k in range(int((stop - start) / step) + 1))


def _main_traces(traces: dict[str, Trace]) -> tuple[str, ...]:
    """The names of at most three traces, without the bounds of others."""
    return tuple(name for name in traces if not name.endswith(("_low", "_high")))[:3]
