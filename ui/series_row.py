"""One series of a study as a row: its picture, what it is, why it is proposed, and how it was taken."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from geometry.dicom.series_summary import SeriesSummary
from ui.theme import px

PICTURE = 84  # pixels of the thumbnail on a normal screen


class SeriesRow(QWidget):
    """Shows a series; the proposed one carries a badge, an unusable one is grey and says why."""

    def __init__(self, series: SeriesSummary, proposed: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        usable = not series.problem
        row = QHBoxLayout(self)
        row.setContentsMargins(px(10), px(8), px(14), px(8))
        row.setSpacing(px(14))
        row.addWidget(_picture(series.thumbnail, usable))
        words = QVBoxLayout()
        words.setSpacing(px(3))
        head = QHBoxLayout()
        head.setSpacing(px(10))
        head.addWidget(_text(title_of(series), "head" if usable else "faint"))
        if proposed:
            head.addWidget(_text("PROPOSED", "proposed"))
        head.addStretch(1)
        words.addStretch(1)
        words.addLayout(head)
        words.addWidget(_text(_sentence(series.problem or series.reason), "muted", wrap=True))
        words.addStretch(1)
        row.addLayout(words, 1)
        facts = QVBoxLayout()
        facts.setSpacing(px(1))
        facts.addStretch(1)
        for fact in facts_of(series):
            line = _text(fact, "small")
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            facts.addWidget(line)
        facts.addStretch(1)
        row.addLayout(facts)
        self.setMinimumHeight(px(PICTURE + 18))


def title_of(series: SeriesSummary) -> str:
    """What a series is, in a few words."""
    known = series.role not in ("", "other")
    name = f"{series.role[:1].upper()}{series.role[1:]}" if known else series.text.split(",")[0]
    return f"{name}  \u00b7  series {series.key}"


def facts_of(series: SeriesSummary) -> tuple[str, ...]:
    """Phases and slices, distances, matrix, and what the scanner's user called it."""

    def several(count: int, word: str) -> str:
        return f"{count} {word}{'' if count == 1 else 's'}"

    lines = [f"{several(series.slices, 'slice')}, {several(series.phases, 'phase')}"]
    if series.spacing is not None:
        pixels = f"{series.spacing[0]:.2f} x {series.spacing[1]:.2f} mm"
        lines.append(f"{pixels}, slices {series.gap:.1f} mm apart" if series.gap else pixels)
    lines.append(f"{series.columns} x {series.rows} pixels")
    if series.description:
        lines.append(f"\u201c{series.description}\u201d")
    return tuple(lines)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(words: str, role: str, wrap: bool = False) -> QLabel:
    found = QLabel(words)
    found.setTextFormat(Qt.TextFormat.PlainText)
    found.setProperty("role", role)
    found.setWordWrap(wrap)
    return found


def _picture(grey: NDArray[np.uint8] | None, usable: bool) -> QLabel:
    place = QLabel()
    size = QSize(px(PICTURE), px(PICTURE))
    place.setFixedSize(size)
    place.setAlignment(Qt.AlignmentFlag.AlignCenter)
    place.setStyleSheet(f"background: #000; border-radius: {px(4)}px; color: #66758a;")
    if grey is None:
        place.setText("no picture")
        return place
    pixels = np.ascontiguousarray(grey if usable else grey // 2)
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    mode = Qt.TransformationMode.SmoothTransformation
    place.setPixmap(QPixmap.fromImage(image).scaled(size, Qt.AspectRatioMode.KeepAspectRatio, mode))
    return place
