"""What was measured on the segmentation: volumes over the beat, numbers beside those of healthy people, the bull's-eye."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.palettes import diverging, palettes
from geometry.measures.body import indexed
from geometry.measures.function import HeartFunction
from geometry.measures.reference import CONVENTIONS, Judged, judge, reference_sources, suited_sources
from geometry.measures.segments import SEGMENT_NAMES
from geometry.measures.volumes import SIDES, VolumeCurve, volume_curve
from geometry.measures.wall import WallThickness
from geometry.metric import Metric, shown_text
from ui.bullseye import Bullseye
from ui.job_watch import JobWatch
from ui.legend_limits import round_limits
from ui.number_row import NumberRow
from ui.session import Session
from ui.subject_form import SubjectForm
from ui.theme import px
from ui.volume_curve import VolumePlot
from ui.widgets import Segments, button, label, section

LEFT = {
    "lv_edv": "EDV",
    "lv_esv": "ESV",
    "lv_volume": "Volume",
    "stroke_volume": "Stroke volume",
    "ejection_fraction": "Ejection fraction",
    "lv_mass": "Mass",
    "cardiac_output": "Cardiac output",
    "peak_ejection_rate": "Peak ejection",
    "peak_filling_rate": "Peak filling",
    "lv_septal_wall": "Septal wall",
    "lv_thickening": "Thickening",
}
RIGHT = {
    "rv_edv": "EDV",
    "rv_esv": "ESV",
    "rv_volume": "Volume",
    "rv_stroke_volume": "Stroke volume",
    "rv_ejection_fraction": "Ejection fraction",
    "rv_peak_ejection_rate": "Peak ejection",
    "rv_peak_filling_rate": "Peak filling",
}
VIEWS = {"ed": "ED mm", "es": "ES mm", "thickening": "Thickening %"}


class MeasurePanel(QWidget):
    """Follows the session's case, subject, phase and theme."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._watch = session, watch
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(6))
        self.plot = VolumePlot(self)
        self.subject = SubjectForm(session, self)
        self.sources = QComboBox(self)
        self.sources.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.numbers = QWidget(self)
        self.why = label("", "small", self)
        self.views = Segments(VIEWS, self)
        self.bullseye = Bullseye(self)
        self.told = label("", "", self)
        self._view = "ed"
        self._fill()
        self.plot.phase_chosen.connect(session.set_phase)
        self.sources.currentIndexChanged.connect(self._source_changed)
        self.views.chosen.connect(self.show_view)
        self.bullseye.chosen.connect(self._segment_chosen)
        session.phase_changed.connect(self._phase_changed)
        session.subject.changed.connect(self._subject_changed)
        session.theme_changed.connect(self._dress)
        session.labels.measured.connect(self._dress)

    # --- what is shown ---------------------------------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """Show thickness at ED or ES, or thickening, on the bull's-eye."""
        self._view = view
        wall = self._wall
        if wall is None:
            return
        self.views.show_choice(view, tuple(VIEWS) if wall.es is not None else ("ed",))
        theme = self._session.theme
        if view == "thickening":
            self.bullseye.show_values(wall.thickening, "%", (-100.0, 100.0), diverging(), theme)
        else:
            phases = [wall.ed] if wall.es is None else [wall.ed, wall.es]
            most = float(np.nanmax(wall.thickness[phases])) if np.isfinite(wall.thickness[phases]).any() else 1.0
            limits = round_limits(0.0, most)
            values = wall.thickness[wall.ed if view == "ed" or wall.es is None else wall.es]
            self.bullseye.show_values(values, "mm", limits, palettes()["viridis"], theme)
        self._tell_segment()

    @property
    def _wall(self) -> WallThickness | None:
        return None if self._function is None else self._function.wall

    @property
    def _function(self) -> HeartFunction | None:
        case = self._session.case
        return case.function() if case is not None else None

    def _fill(self) -> None:
        session, column = self._session, self._column
        segmentation, image = session.segmentation, session.image
        if segmentation is None or image is None or not session.measures:
            return
        curves = self._curves()
        self.plot.setVisible(bool(curves))
        if curves:
            column.addWidget(section("Volume over the beat"))
            column.addWidget(self.plot)
            self._show_curves(curves)
        column.addWidget(section("Patient"))
        column.addWidget(self.subject)
        column.addWidget(section("Compared with healthy people"))
        column.addWidget(self.sources)
        column.addWidget(self.why)
        self._fill_sources(image.modality)
        column.addWidget(self.numbers)
        self._show_numbers()
        self._fill_wall()

    def _fill_wall(self) -> None:
        column, wall = self._column, self._wall
        shown = wall is not None
        for part in (self.views, self.bullseye, self.told):
            part.setVisible(shown)
        if self._function is None:
            column.addWidget(section("Wall"))
            column.addWidget(label("Wall thickness has not been measured on this segmentation.", "small"))
            again = button("Measure it", lambda: self._watch.start("measure", {}))
            again.setEnabled(not self._watch.busy)
            column.addWidget(again)
        elif wall is not None:
            column.addWidget(section("Wall thickness, 17 segments"))
            for part in (self.views, self.bullseye, self.told):
                column.addWidget(part)
            self.show_view("ed")
            for note in wall.notes:
                column.addWidget(label(shown_text(note), "small"))

    def _curves(self) -> tuple[VolumeCurve, ...]:
        """The curves as measured; without their bands while an edited segmentation has not been measured again."""
        session = self._session
        function = self._function
        if function is not None:
            return function.curves
        segmentation, image = session.segmentation, session.image
        if segmentation is None or image is None or image.phases < 2:
            return ()
        times = np.asarray(image.times or range(image.phases), dtype=float)
        found = [(name, volume_curve(segmentation, side)) for side, (name, _) in SIDES.items()]
        return tuple(VolumeCurve(name, times, volume) for name, volume in found if (volume > 0).all())

    def _show_curves(self, curves: tuple[VolumeCurve, ...]) -> None:
        session = self._session
        segmentation, image = session.segmentation, session.image
        assert segmentation is not None and image is not None
        self.plot.show_curves(curves, segmentation.ed, segmentation.es, bool(image.times), session.theme)
        self.plot.show_phase(session.phase)

    def _fill_sources(self, modality: str) -> None:
        self.sources.blockSignals(True)
        self.sources.clear()
        for source in suited_sources(modality):
            self.sources.addItem(reference_sources()[source].partition(", doi")[0], source)
        self.sources.setCurrentIndex(max(self.sources.findData(self._session.subject.source), 0))
        self.sources.setToolTip(reference_sources().get(str(self.sources.currentData()), ""))
        self.sources.blockSignals(False)

    def _show_numbers(self) -> None:
        session = self._session
        metrics = {metric.name: metric for metric in session.measures}
        per_area = {metric.name: metric for metric in indexed(tuple(metrics.values()), session.subject.now)}
        fresh = QWidget(self)
        column = QVBoxLayout(fresh)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        reasons: list[str] = []
        known = any(metric.low is not None for metric in metrics.values())
        words = ("90 % interval" if known else "no interval known") + (", per m\u00b2" if per_area else "")
        for head, names in (("Left ventricle", LEFT), ("Right ventricle", RIGHT)):
            shown = [name for name in names if name in metrics]
            if shown:
                column.addLayout(_head(head, words))
            for name in shown:
                index = per_area.get(f"{name}_index")
                judged = self._judged(name, metrics, per_area)
                if judged.reference is None and judged.why.startswith(("Not compared", "Enter")):
                    reasons.append(judged.why)
                column.addWidget(NumberRow(names[name], metrics[name], index, judged, session.theme, fresh))
        conventions = {CONVENTIONS[m.convention] for m in metrics.values() if m.convention in CONVENTIONS}
        if conventions:
            column.addWidget(label(f"Convention: {', '.join(sorted(conventions))}; 1.05 g/mL.", "small"))
        self.why.setText(" ".join(dict.fromkeys(reasons)))
        self.why.setVisible(bool(reasons))
        self._column.replaceWidget(self.numbers, fresh)
        self.numbers.hide()
        self.numbers.deleteLater()
        self.numbers = fresh

    def _judged(self, name: str, metrics: Mapping[str, Metric], per_area: Mapping[str, Metric]) -> Judged:
        """Beside the source's value of the number itself or, where it has none, of its index."""
        session = self._session
        image, source = session.image, self.sources.currentData()
        if image is None or source is None:
            return Judged(None, None)
        own = judge(metrics[name], source, session.subject.now, image.modality)
        index = per_area.get(f"{name}_index")
        if own.reference is not None or index is None:
            return own
        return _better(own, judge(index, source, session.subject.now, image.modality))

    # --- what happens ------------------------------------------------------------------------------------------------------

    def _segment_chosen(self, number: int) -> None:
        wall = self._wall
        self._tell_segment()
        if wall is not None and np.isfinite(wall.centres[number - 1]).all():
            x, y, z = (float(v) for v in wall.centres[number - 1])
            self._session.pick((x, y, z))

    def _tell_segment(self) -> None:
        wall, number = self._wall, self.bullseye.marked
        if wall is None or not number:
            self.told.setText("Click a segment to see it on the slices.")
            return
        parts = [f"{number} {SEGMENT_NAMES[number - 1]}: ED {_millimetres(wall.thickness[wall.ed, number - 1])}"]
        if wall.es is not None:
            parts.append(f"ES {_millimetres(wall.thickness[wall.es, number - 1])}")
            thickening = wall.thickening[number - 1]
            parts.append("thickening " + (f"{thickening:.0f} %" if np.isfinite(thickening) else "unknown"))
        self.told.setText(", ".join(parts))

    def _source_changed(self) -> None:
        self._session.subject.source = str(self.sources.currentData())
        self.sources.setToolTip(reference_sources().get(self._session.subject.source, ""))
        self._show_numbers()

    def _subject_changed(self) -> None:
        if self._session.segmentation is not None and self._session.measures:
            self.subject.show_subject()
            self._show_numbers()

    def _phase_changed(self) -> None:
        self.plot.show_phase(self._session.phase)

    def _dress(self) -> None:
        """Draw everything again: in other colours, or after an edit was measured."""
        if self._session.segmentation is not None and self._session.measures:
            self._show_curves(self._curves())
            self._show_numbers()
            self.show_view(self._view)


def _head(text: str, words: str) -> QHBoxLayout:
    """A heading, and at its right what the small numbers are."""
    row = QHBoxLayout()
    row.addWidget(section(text))
    row.addStretch(1)
    right = QLabel(words)
    right.setProperty("role", "small")
    row.addWidget(right, 0, Qt.AlignmentFlag.AlignBottom)
    return row


def _better(own: Judged, other: Judged) -> Judged:
    """The one that has a reference; else the one with the more telling reason."""
    return other if other.reference is not None or other.why.startswith(("Not compared", "Enter")) else own


def _millimetres(value: float) -> str:
    return f"{value:.1f} mm" if np.isfinite(value) else "no data"
