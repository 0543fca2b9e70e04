"""What is written over a slice: its name and place, the patient's directions, the grey value under the mouse, a scale."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui.planes import Plane
from ui.theme import px, stroke

LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200)  # mm a scale bar may have
SHARE = 0.28  # of the width of the view that it fills at most


class SliceMarks:
    """Labels laid over a view; they let the mouse through."""

    def __init__(self, view: QWidget, colour: str) -> None:
        self._view = view
        self.name, self.place, self.value = QLabel(view), QLabel(view), QLabel(view)
        self.sides = tuple(QLabel(view) for _ in range(4))
        self.scale = ScaleBar(view)
        small = f"font-size: {px(11)}px; background: rgba(0, 0, 0, 130); padding: 0 {px(2)}px;"
        self.name.setStyleSheet(f"color: {colour}; font-weight: 600; background: rgba(0, 0, 0, 130);")
        for label in (self.place, self.value):
            label.setStyleSheet(f"color: #d3dbe4; {small}")
        for label in self.sides:
            label.setStyleSheet(f"color: #b4c0cd; font-weight: 600; {small}")
        for widget in (self.name, self.place, self.value, *self.sides):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.value.hide()

    def tell(self, plane: Plane, place: str) -> None:
        """Name the slice, where it lies, and the directions at its borders."""
        self.name.setText(plane.name)
        self.place.setText(place)
        for label, letter in zip(self.sides, plane.letters(), strict=True):
            label.setText(letter)
        self.lay_out()

    def tell_value(self, text: str) -> None:
        """Show what is under the mouse; nothing for nothing."""
        if text != self.value.text():
            self.value.setText(text)
            self.value.setVisible(bool(text))
            self._place_value()

    def lay_out(self) -> None:
        """Put everything at its border."""
        width, height, gap = self._view.width(), self._view.height(), px(8)
        for label in (self.name, self.place, *self.sides):
            label.adjustSize()
        self.name.move(gap, px(6))
        beside = gap + self.name.width() + px(10)
        fits = beside + self.place.width() < width / 2 - px(14)
        self.place.move(*((beside, px(7)) if fits else (gap, px(8) + self.name.height())))
        left, right, top, bottom = self.sides
        left.move(gap, (height - left.height()) // 2)
        right.move(width - right.width() - gap, (height - right.height()) // 2)
        top.move(
            max((width - top.width()) // 2, gap + self.name.width() + px(6)), px(6)
        )  # beside the name in a narrow view
        bottom.move((width - bottom.width()) // 2, height - bottom.height() - px(4))
        self.scale.setGeometry(width - px(240), height - px(28), px(232), px(22))
        self._place_value()

    def _place_value(self) -> None:
        self.value.adjustSize()
        self.value.move(px(8), self._view.height() - self.value.height() - px(5))


class ScaleBar(QWidget):
    """A line of a round length in millimetres, at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._per_pixel = 0.0
        self._room = 0.0

    def set_scale(self, per_pixel: float, room: int) -> None:
        """``per_pixel`` mm of the patient are one pixel of the view, which is ``room`` pixels wide."""
        if (per_pixel, room) != (self._per_pixel, self._room):
            self._per_pixel, self._room = per_pixel, room
            self.update()

    @property
    def length(self) -> int:
        """mm that the bar stands for; 0 where none fits."""
        most = min(self._room * SHARE, self.width() - px(4)) * self._per_pixel
        return max((length for length in LENGTHS if length <= most), default=0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        if not self.length:
            return
        wide, thick = self.length / self._per_pixel, stroke(2)
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(px(11))
        painter.setFont(font)
        right, base = self.width() - px(2), self.height() - px(4)
        for shift, colour in ((1.0, "#000000"), (0.0, "#d3dbe4")):
            ink = QColor(colour)
            painter.fillRect(QRectF(right - wide + shift, base - thick + shift, wide, thick), ink)
            for end in (right - wide, right - thick):
                painter.fillRect(QRectF(end + shift, base - px(6) + shift, thick, px(6)), ink)
            painter.setPen(ink)
            box = QRectF(right - wide + shift, shift, wide, base - px(5))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextDontClip
            painter.drawText(box, flags, f"{self.length} mm")
        painter.end()
