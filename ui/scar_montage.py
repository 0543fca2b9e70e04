"""All short-axis slices of the late enhancement, base to apex, with scar painted on them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from skimage.measure import find_contours

from geometry.measures.short_axis import BASEWARD
from geometry.scar.rules import BORDER, CORE, NO_REFLOW
from geometry.scar.study import ScarStudy
from ui.scar_rules import BORDER as BORDER_COLOUR
from ui.scar_rules import CORE as CORE_COLOUR
from ui.scar_rules import DARK, REMOTE
from ui.theme import px, stroke

GAP = 6
PAINTS = {BORDER: BORDER_COLOUR, CORE: CORE_COLOUR, NO_REFLOW: DARK}
Pixels = NDArray[np.uint8]


class Montage(QWidget):
    """The slices side by side, as large as fits."""

    def __init__(self, study: ScarStudy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study = study
        tissue = study.tissue
        used = np.flatnonzero(tissue.wall.any(axis=(0, 1)))
        self._slices = used[::-1] if tissue.affine[:3, 2] @ BASEWARD > 0 else used
        self._turn = (tissue.affine[0, 0] > 0, bool(tissue.affine[1, 1] + tissue.affine[2, 1] > 0))
        low, high = np.percentile(tissue.grey[:, :, used], (1, 99.7))
        self._grey = np.clip((tissue.grey - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
        self._labels: Pixels = np.zeros(tissue.grey.shape, np.uint8)
        self._chance: NDArray[np.float32] | None = None
        self._paint, self._remote = True, True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(360), px(300))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Large."""
        return QSize(px(860), px(680))

    def show_labels(self, labels: Pixels, chance: NDArray[np.float32] | None = None) -> None:
        """Paint other labels, or the chance of core (0 to 1) in their place."""
        self._labels, self._chance = labels, chance
        self.update()

    def show_layers(self, scar: bool, remote: bool) -> None:
        """Whether scar is painted and remote muscle outlined."""
        self._paint, self._remote = scar, remote
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the slices that there are in rows."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, size = self._layout()
        rows = -(-len(self._slices) // columns)
        aside = (self.width() - GAP - columns * (size[0] + GAP)) / 2
        above = (self.height() - GAP - rows * (size[1] + GAP)) / 2
        for number, k in enumerate(self._slices):
            row, column = divmod(number, columns)
            left, top = aside + GAP + column * (size[0] + GAP), above + GAP + row * (size[1] + GAP)
            self._draw_slice(painter, int(k), QRectF(left, top, *size))

    def _layout(self) -> tuple[int, tuple[float, float]]:
        """How many columns make the slices largest, and how large they are."""
        spacing = np.linalg.norm(self._study.tissue.affine[:3, :2], axis=0)
        shape = self._study.tissue.grey.shape
        ratio = float(shape[1] * spacing[1] / (shape[0] * spacing[0]))
        best = (1, (1.0, ratio))
        for columns in range(1, len(self._slices) + 1):
            rows = -(-len(self._slices) // columns)
            wide = min((self.width() - GAP) / columns - GAP, ((self.height() - GAP) / rows - GAP) / ratio)
            if wide > best[1][0]:
                best = (columns, (wide, wide * ratio))
        return best

    def _draw_slice(self, painter: QPainter, k: int, place: QRectF) -> None:
        painter.drawImage(place, _image(self._upright(self._grey[..., k])))
        if self._paint:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(place, _image(self._painted(k)))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        tissue = self._study.tissue
        for mask, colour in ((tissue.wall | tissue.cavity, "#e8eef4"), (tissue.cavity, "#e8eef4")):
            self._outline(painter, mask[..., k], place, colour, Qt.PenStyle.SolidLine)
        if self._remote:
            self._outline(painter, tissue.remote[..., k], place, REMOTE, Qt.PenStyle.DotLine)
        painter.setPen(QColor("#c9d3de"))
        painter.drawText(place.adjusted(px(5), px(3), 0, 0), self._title(k))

    def _painted(self, k: int) -> Pixels:
        if self._chance is None:
            return _coloured(self._upright(self._labels[..., k]))
        return _shaded(self._upright(np.round(self._chance[..., k] * 255).astype(np.uint8)))

    def _title(self, k: int) -> str:
        shift = self._study.shifts[k] if k < len(self._study.shifts) else None
        if shift is None:
            return f"Slice {k + 1}"
        size = float(np.hypot(shift.i, shift.j))
        return f"Slice {k + 1}   moved {size:.1f} mm" if shift.believed else f"Slice {k + 1}   not aligned"

    def _outline(
        self, painter: QPainter, mask: NDArray[np.bool_], place: QRectF, colour: str, style: Qt.PenStyle
    ) -> None:
        seen = self._upright(np.pad(mask, 1).astype(np.uint8))
        high, wide = seen.shape[0] - 2, seen.shape[1] - 2
        pen = QPen(QColor(colour))
        pen.setWidthF(stroke(1.0))
        pen.setStyle(style)
        painter.setPen(pen)
        for curve in find_contours(seen.astype(float), 0.5):
            across = place.left() + (curve[:, 1] - 0.5) / wide * place.width()
            down = place.top() + (curve[:, 0] - 0.5) / high * place.height()
            painter.drawPolyline([QPointF(x, y) for x, y in zip(across, down, strict=True)])

    def _upright(self, plane: NDArray[np.uint8]) -> Pixels:
        """(rows, columns) as clinicians look at it: the patient's left on the right, front up."""
        seen = plane.T
        if self._turn[0]:
            seen = seen[:, ::-1]
        return np.ascontiguousarray(seen[::-1] if self._turn[1] else seen)


def _coloured(labels: Pixels) -> Pixels:
    found = np.zeros((*labels.shape, 4), np.uint8)
    for value, name in PAINTS.items():
        colour = QColor(name)
        found[labels == value] = (colour.red(), colour.green(), colour.blue(), 165)
    return found


def _shaded(chance: Pixels) -> Pixels:
    """The colour of core, the more opaque the likelier."""
    colour = QColor(CORE_COLOUR)
    found = np.empty((*chance.shape, 4), np.uint8)
    found[..., :3] = (colour.red(), colour.green(), colour.blue())
    found[..., 3] = (chance * 0.75).astype(np.uint8)
    return found


def _image(pixels: Pixels) -> QImage:
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGBA8888
    high, wide = pixels.shape[:2]
    return QImage(pixels.tobytes(), wide, high, pixels.strides[0], kind).copy()
