"""The first thing seen: sample patients as cards with pictures, recent cases, and ways to begin."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.case import Case
from app.settings import load_settings
from geometry.metric import shown_text
from sample_scans.catalogue import Sample, samples
from ui.finished import finished_twin
from ui.sample_picture import sample_picture
from ui.theme import px
from ui.widgets import button, card, label, section


class StartPage(QScrollArea):
    """Emits what was chosen."""

    sample_chosen = Signal(str, bool)  # key, and whether to go the whole way
    case_chosen = Signal(Path)
    open_wanted = Signal()
    scan_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._twins: list[tuple[QPushButton, Sample]] = []
        self._pictures: list[tuple[QLabel, Sample]] = []
        inside = QWidget(self)
        self.setWidget(inside)
        outer = QHBoxLayout(inside)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(px(10))
        outer.addLayout(column, 12)
        outer.addStretch(1)
        column.addStretch(2)
        head = QLabel("From one scan to a living heart")
        head.setStyleSheet(f"font-size: {px(28)}px; font-weight: 600;")
        column.addWidget(head)
        column.addWidget(
            label(
                "CardioTwin turns a patient's cardiac MR or CT into a heart you can look at, question and try things on, "
                "and shows how sure each answer is.",
                "muted",
            )
        )
        column.addSpacing(px(8))
        column.addWidget(section("Sample patients"))
        cards = QHBoxLayout()
        cards.setSpacing(px(16))
        for sample in samples():
            cards.addWidget(self._sample_card(sample), 1)
        column.addLayout(cards)
        column.addSpacing(px(6))
        self._below = QGridLayout()
        self._below.setHorizontalSpacing(px(16))
        column.addLayout(self._below)
        self._fill_below()
        column.addStretch(3)
        self._painter = QTimer(self, singleShot=True, interval=0)
        self._painter.timeout.connect(self._paint_next)
        self._painter.start()

    def refresh(self) -> None:
        """Show the recent cases again."""
        while self._below.count():
            item = self._below.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._fill_below()

    def finish(self) -> None:
        """Paint no more."""
        self._painter.stop()

    def _name_twins(self) -> None:
        """Say whether the twin is there or has to be worked out first."""
        for piece, sample in self._twins:
            ready = finished_twin(sample) is not None
            piece.setText("Open finished twin" if ready else "Work out the twin")
            piece.setToolTip(
                "" if ready else "Segments, builds and simulates this heart: a few minutes, you can watch it"
            )

    def _fill_below(self) -> None:
        self._name_twins()
        begin, left = card()
        begin.setProperty("role", "drop")
        left.setSpacing(px(8))
        left.addWidget(section("Your own patient"))
        left.addWidget(label("Drop a scan anywhere on this window: a zip archive, a folder, or a file.", "head"))
        left.addWidget(label("DICOM (MR or CT), NIfTI, NRRD, MHA. Names and dates stay outside.", "muted"))
        row = QHBoxLayout()
        row.addWidget(button("Choose a file ...", self.scan_wanted.emit, tip="A zip archive, NIfTI, NRRD (Ctrl+N)"))
        row.addWidget(button("Choose a folder ...", self.folder_wanted.emit, tip="DICOM files (Ctrl+Shift+N)"))
        row.addWidget(button("Open a case ...", self.open_wanted.emit, tip="Ctrl+O"))
        row.addStretch(1)
        left.addLayout(row)
        left.addStretch(1)
        recent, right = card()
        right.addWidget(section("Recent cases"))
        found = [Path(place) for place in load_settings().recent if (Path(place) / "case.json").is_file()][:5]
        for folder in found:
            title = Case.open(folder).title
            piece = QPushButton(title if title == folder.name else f"{title}   ({folder.name})")
            piece.setProperty("role", "link")
            piece.setToolTip(str(folder))
            piece.clicked.connect(lambda _=False, f=folder: self.case_chosen.emit(f))
            right.addWidget(piece)
        if not found:
            right.addWidget(label("None yet.", "muted"))
        right.addStretch(1)
        self._below.addWidget(begin, 0, 0)
        self._below.addWidget(recent, 0, 1)
        self._below.setColumnStretch(0, 1)
        self._below.setColumnStretch(1, 1)

    def _sample_card(self, sample: Sample) -> QFrame:
        frame, column = card()
        frame.setProperty("hot", True)
        column.setSpacing(px(8))
        row = QHBoxLayout()
        row.setSpacing(px(14))
        picture = QLabel()
        picture.setFixedSize(QSize(px(190), px(190)))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture.setStyleSheet(f"background: #000; border-radius: {px(6)}px;")
        self._pictures.append((picture, sample))
        row.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(px(6))
        words.addWidget(label(sample.title, "head"))
        words.addWidget(label(shown_text(sample.description), "muted"))
        words.addStretch(1)
        twin = button("", partial(self.sample_chosen.emit, sample.key, True), main=True)
        self._twins.append((twin, sample))
        words.addWidget(twin)
        words.addWidget(button("Start from the raw scan", partial(self.sample_chosen.emit, sample.key, False)))
        row.addLayout(words, 1)
        column.addLayout(row)
        return frame

    def _paint_next(self) -> None:
        """One picture at a time, so that the window appears at once."""
        if not self._pictures:
            return
        place, sample = self._pictures.pop(0)
        picture: QPixmap = sample_picture(sample)
        place.setPixmap(
            picture.scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
        self._painter.start(10)
