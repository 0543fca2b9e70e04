"""Which series of a study is to become the twin: a list with pictures; the proposed one is marked, Enter takes it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.jobs import JobStatus
from geometry.dicom.series_summary import SeriesSummary
from ui.job_panel import time_left
from ui.series_row import PICTURE, SeriesRow
from ui.theme import px
from ui.widgets import button, label, notice

OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
WIDEST = 1100  # pixels of the list on a normal screen


class SeriesChooser(QWidget):
    """A page: first how far the search is, then what was found. Emits the key that was chosen."""

    chosen = Signal(str)
    modality_chosen = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series: tuple[SeriesSummary, ...] = ()
        self.head = QLabel(self)
        self.head.setStyleSheet(f"font-size: {px(22)}px; font-weight: 600;")
        self.lead = label("", "muted", self)
        self.wrong = QWidget(self)
        self._wrong_row = QVBoxLayout(self.wrong)
        self._wrong_row.setContentsMargins(0, 0, 0, 0)
        self.parts = QStackedWidget(self)
        self.parts.addWidget(self._searching())
        self.parts.addWidget(self._found())
        self.parts.addWidget(self._question())
        column = QVBoxLayout()
        column.setSpacing(px(10))
        for widget in (self.head, self.lead, self.wrong):
            column.addWidget(widget)
        column.addWidget(self.parts, 1)
        holder = QWidget(self)
        holder.setLayout(column)
        holder.setMaximumWidth(px(WIDEST))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(28), px(24), px(28), px(18))
        outer.addStretch(1)
        outer.addWidget(holder, 100)
        outer.addStretch(1)

    def search(self) -> None:
        """Show that the scan is being looked through."""
        self.head.setText("Looking through the scan")
        self.lead.setText(
            "Every picture is asked what it shows, where it lies and when it was taken. Nothing is copied yet."
        )
        self.say("")
        self.bar.setValue(0)
        self.doing.setText("Starting ...")
        self.stop.setEnabled(True)
        self.parts.setCurrentIndex(0)
        self.stop.setFocus()

    def show_status(self, status: JobStatus) -> None:
        """Show how far the search is."""
        self.bar.setValue(round(status.fraction * 1000))
        left = time_left(status.seconds_left)
        self.doing.setText("   ".join(part for part in (status.message, left) if part) or "Starting ...")

    def show_series(self, series: tuple[SeriesSummary, ...], role: str = "") -> None:
        """Show what was found; the first usable one is the proposal, or the first of ``role`` where that is wanted."""
        self.series = series
        usable = [one for one in series if not one.problem]
        usable.sort(key=lambda one: bool(role) and one.role != role)
        self.head.setText("Which series is the late enhancement?" if role else "Which series is the heart?")
        self.lead.setText(
            f"{len(series)} series were found, {len(usable)} of them can be used. The proposed one is marked: Enter takes it."
            if usable
            else f"{len(series)} series were found, but none of them can be used; each says why."
        )
        self.list.clear()
        for one in series:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, one.key)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, one.text)
            item.setSizeHint(QSize(0, px(PICTURE + 28)))
            if one.problem:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.setItemWidget(item, SeriesRow(one, bool(usable) and one is usable[0], self.list))
        self.list.setCurrentRow(series.index(usable[0]) if usable else -1)
        self.take.setEnabled(bool(usable))
        self._grey.setVisible(len(usable) < len(series))
        self.parts.setCurrentIndex(1)
        self.list.setFocus()

    def ask_modality(self) -> None:
        """Ask for what a volume file does not say."""
        self.head.setText("Is this MR or CT?")
        self.lead.setText("The file does not say how it was taken, and its grey values do not tell.")
        self.say("")
        self.parts.setCurrentIndex(2)
        self.modalities["MR"].setFocus()

    def say(self, sentence: str) -> None:
        """Show above the list what went wrong with the last choice; nothing for nothing."""
        while self._wrong_row.count():
            item = self._wrong_row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        self.wrong.setVisible(bool(sentence))
        if sentence:
            self._wrong_row.addWidget(notice(sentence))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter takes the marked series wherever the list has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS:
            event.accept()  # a menu may use the same key
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.cancelled.emit()
                return True
        return super().eventFilter(watched, event)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def _searching(self) -> QWidget:
        page = QWidget(self)
        self.bar = QProgressBar(page)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.doing = label("", "muted", page)
        self.stop = button("Cancel", self.cancelled.emit, tip="Back to the start (Esc)")
        self.stop.installEventFilter(self)
        row = QHBoxLayout()
        row.addWidget(self.doing, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, px(10), 0, 0)
        column.setSpacing(px(10))
        column.addWidget(self.bar)
        column.addLayout(row)
        column.addStretch(1)
        return page

    def _question(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, px(12), 0, 0)
        row.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.modalities: dict[str, QPushButton] = {}
        for key, words in (("MR", "Magnetic resonance (MR)"), ("CT", "Computed tomography (CT)")):
            piece = button(words, partial(self.modality_chosen.emit, key))
            self.modalities[key] = piece
            row.addWidget(piece)
        row.addWidget(button("Back", self.cancelled.emit))
        return page

    def _found(self) -> QWidget:
        page = QWidget(self)
        self.list = QListWidget(page)
        self.list.setProperty("role", "rows")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: self._take())
        self.take = button("Use this series", self._take, main=True, tip="Read it and find the heart in it (Enter)")
        row = QHBoxLayout()
        self._grey = label("Grey series cannot be used; their sentence says why.", "small")
        row.addWidget(self._grey)
        row.addStretch(1)
        row.addWidget(button("Back", self.cancelled.emit, tip="Back to the start (Esc)"))
        row.addWidget(self.take)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        column.addWidget(self.list, 1)
        column.addLayout(row)
        return page
