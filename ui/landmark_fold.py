"""Landmarks as numbers: each coordinate can be typed, and each landmark put back where the program found it."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from geometry.landmarks import MOVABLE, Point
from ui.session import Session
from ui.theme import px
from ui.widgets import Fold, button, label

AXES = ("R", "A", "H")  # towards which x, y and z grow
FARTHEST = 999.0  # mm


class LandmarkFold(Fold):
    """One row of three numbers for each landmark."""

    def __init__(self, session: Session, open_: bool, parent: QWidget | None = None) -> None:
        super().__init__("Landmarks", open_, parent)
        self._session = session
        self.boxes: dict[str, list[QDoubleSpinBox]] = {}
        self.back = {name: button("Put back", partial(session.landmarks.move, name, None)) for name in MOVABLE}
        self.column.addWidget(
            label("Drag them on the heart, or type where they are (mm to the right, front, head).", "muted")
        )
        places = session.landmarks.places()
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(6))
        grid.setVerticalSpacing(px(4))
        for row, name in enumerate(MOVABLE):
            if name in places:
                self._add(grid, 2 * row, name)
            else:
                self.back.pop(name).deleteLater()
        self.column.addLayout(grid)
        self.show_places()
        self.unfolded.connect(lambda on: session.set_look(landmarks=on))

    def show_places(self) -> None:
        """Show where the landmarks are now."""
        places, moved = self._session.landmarks.places(), self._session.landmarks.now.moved()
        for name, boxes in self.boxes.items():
            for box, value in zip(boxes, places.get(name, (0.0, 0.0, 0.0)), strict=True):
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
            self.back[name].setVisible(name in moved)

    def _add(self, grid: QGridLayout, row: int, name: str) -> None:
        words = QLabel(MOVABLE[name], self)
        grid.addWidget(words, row, 0, 1, 2)
        self.back[name].setProperty("role", "flat")
        self.back[name].setToolTip("Where the program found it")
        grid.addWidget(self.back[name], row, 2, Qt.AlignmentFlag.AlignRight)
        self.boxes[name] = [QDoubleSpinBox(self) for _ in AXES]
        for column, (axis, box) in enumerate(zip(AXES, self.boxes[name], strict=True)):
            box.setRange(-FARTHEST, FARTHEST)
            box.setDecimals(1)
            box.setPrefix(f"{axis} ")
            box.setKeyboardTracking(False)  # told when the number is whole
            box.setAccessibleName(f"{MOVABLE[name]}, {axis}")
            box.valueChanged.connect(partial(self._typed, name))
            grid.addWidget(box, row + 1, column)

    def _typed(self, name: str, _value: float) -> None:
        x, y, z = (box.value() for box in self.boxes[name])
        place: Point = (x, y, z)
        self._session.landmarks.move(name, place)
