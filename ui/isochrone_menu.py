"""The menu of the isochrones: how many milliseconds lie between two of them."""

from collections.abc import Callable

from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QMenu, QWidget, QWidgetAction

from ui.theme import px

USUAL = (5.0, 10.0, 20.0)
SHORTEST, LONGEST = 1.0, 100.0


class IsochroneMenu(QMenu):
    """Usual spacings to click on, and a box for any other; tells ``choose`` the one that is wanted, ms."""

    def __init__(self, choose: Callable[[float], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = {spacing: self.addAction(f"Every {spacing:g} ms") for spacing in USUAL}
        for spacing, action in self._usual.items():
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, s=spacing: choose(s))
        self.box = QDoubleSpinBox(self)
        self.box.setRange(SHORTEST, LONGEST)
        self.box.setDecimals(0)
        self.box.setSuffix(" ms")
        self.box.setKeyboardTracking(False)
        self.box.valueChanged.connect(choose)
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(px(14), px(6), px(14), px(8))
        layout.addWidget(QLabel("Every", row))
        layout.addWidget(self.box, 1)
        holder = QWidgetAction(self)
        holder.setDefaultWidget(row)
        self.addSeparator()
        self.addAction(holder)

    def show_spacing(self, spacing: float) -> None:
        """Mark the spacing in use."""
        for usual, action in self._usual.items():
            action.setChecked(usual == spacing)
        self.box.blockSignals(True)
        self.box.setValue(spacing)
        self.box.blockSignals(False)
