"""A slider for each input of an ensemble, over the range that its members cover."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from geometry.metric import with_unit
from solvers.uncertainty.sampling import Varied
from ui.theme import px

STEPS = 200
ENDS = (0.01, 0.99)  # quantiles between which an input is moved: the emulator has seen members there


class InputSliders(QWidget):
    """Name, value and slider of every input, with its distribution, status and source; ``moved`` when one is."""

    moved = Signal()

    def __init__(self, varied: tuple[Varied, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._varied = varied
        self.sliders: list[QSlider] = []
        self._shown: list[QLabel] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(px(1))
        for row, number in enumerate(varied):
            name = QLabel(f"{number.label[:1].upper()}{number.label[1:]}", self)
            name.setWordWrap(True)
            value = QLabel(self)
            value.setProperty("role", "head")
            slider = QSlider(Qt.Orientation.Horizontal, self)
            slider.setRange(0, STEPS)
            spread = with_unit(f"{number.mean:.3g} \u00b1 {number.sd:.2g}", number.unit)
            about = QLabel(f"{spread}, {number.status or 'status unknown'}", self)
            about.setProperty("role", "small")
            for widget in (name, slider, about):
                widget.setToolTip(f"{number.meaning}<br>{spread} (mean \u00b1 SD), {number.status}<br>{number.source}")
            grid.addWidget(name, 3 * row, 0)
            grid.addWidget(value, 3 * row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(slider, 3 * row + 1, 0, 1, 2)
            grid.addWidget(about, 3 * row + 2, 0, 1, 2)
            self.sliders.append(slider)
            self._shown.append(value)
        grid.setColumnStretch(0, 1)
        self.show_values([number.mean for number in varied])
        for slider in self.sliders:
            slider.valueChanged.connect(self._tell)

    @property
    def values(self) -> list[float]:
        """The inputs where the sliders are."""
        found = []
        for number, slider in zip(self._varied, self.sliders, strict=True):
            low, high = _ends(number)
            found.append(low + (high - low) * slider.value() / STEPS)
        return found

    def show_values(self, values: list[float]) -> None:
        """Put the sliders at these inputs."""
        for number, slider, value in zip(self._varied, self.sliders, values, strict=True):
            low, high = _ends(number)
            slider.setValue(round(STEPS * (value - low) / (high - low)))
        self._tell()

    def _tell(self) -> None:
        for number, shown, value in zip(self._varied, self._shown, self.values, strict=True):
            shown.setText(with_unit(f"{value:.3g}", number.unit))
        self.moved.emit()


def _ends(number: Varied) -> tuple[float, float]:
    low, high = (float(number.quantile(share)) for share in ENDS)  # type: ignore[arg-type]
    return low, high
