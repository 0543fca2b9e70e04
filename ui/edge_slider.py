"""The slider for the size of the tetrahedra, with what the choice will cost."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from geometry.meshing.mesh_forecast import Forecast
from ui.theme import px
from ui.widgets import label

FINEST, COARSEST = 0.4, 3.0  # mm
STEP = 0.1  # mm


class EdgeSlider(QWidget):
    """Coarse on the left, fine on the right; ``changed`` tells mm."""

    changed = Signal(float)

    def __init__(
        self, edge: float, told: Callable[[float], Forecast] | None, free: float, parent: QWidget | None = None
    ) -> None:
        """told: what edges of so many mm lead to, or None where nothing can be told; free: GB of memory."""
        super().__init__(parent)
        self._told, self._free = told, free
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(round(FINEST / STEP), round(COARSEST / STEP))
        self.slider.setInvertedAppearance(True)
        self.slider.setInvertedControls(True)
        self.slider.setPageStep(5)
        self.slider.setToolTip(
            f"Mean edge of the tetrahedra, {COARSEST:g} to {FINEST:g} mm (arrow keys change it). "
            "Finer is slower and more exact."
        )
        self.value = QLabel(self)
        self.value.setProperty("role", "head")
        self.cost = label("", "muted")
        self.cost.setMinimumHeight(2 * self.cost.fontMetrics().lineSpacing())  # so that nothing below moves
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(px(4))
        grid.addWidget(QLabel("Edge length", self), 0, 0)
        grid.addWidget(self.value, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        for column, (text, side) in enumerate(
            (("coarse", Qt.AlignmentFlag.AlignLeft), ("fine", Qt.AlignmentFlag.AlignRight))
        ):
            end = QLabel(text, self)
            end.setProperty("role", "small")
            grid.addWidget(end, 2, column, side)
        grid.addWidget(self.cost, 3, 0, 1, 2)
        self.slider.setValue(round(edge / STEP))
        self.slider.valueChanged.connect(lambda _: self.tell())
        self.slider.valueChanged.connect(lambda _: self.changed.emit(self.edge))
        self.tell()

    @property
    def edge(self) -> float:
        """mm, as chosen."""
        return round(self.slider.value() * STEP, 1)

    def tell(self) -> None:
        """Show what the choice costs; also when another choice has changed."""
        self.value.setText(f"{self.edge:.1f} mm")
        if self._told is None:
            self.cost.setText("How many tetrahedra it takes can be told once there are labels from ventricle to aorta.")
            return
        self.cost.setText(cost_words(self._told(self.edge), self._free))


def cost_words(forecast: Forecast, free: float) -> str:
    """Count, memory and time in a sentence, and a warning where more memory is needed than is free (GB)."""
    count = f"{forecast.tets / 1e6:.1f} million" if forecast.tets >= 1e6 else f"{round(forecast.tets, -3):,}"
    time = f"{forecast.seconds:.0f}\u00a0s" if forecast.seconds < 90 else f"{forecast.seconds / 60:.0f}\u00a0min"
    words = f"About {count} tetrahedra, {forecast.gigabytes:.1f}\u00a0GB of memory, {time}"
    if forecast.gigabytes > free:
        return f"{words}. Only {free:.1f} GB are free: choose longer edges."
    return f"{words}."
