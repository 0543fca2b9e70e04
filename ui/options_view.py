"""The options of the open case side by side: a card for each outcome, in place of the heart."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from geometry.errors import Refused
from solvers.comparison.table import OptionsTable
from ui.options_card import OptionsCard
from ui.session import Session
from ui.theme import px
from ui.widgets import label


class OptionsView(QScrollArea):
    """Follows the session while it is seen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.cards: list[OptionsCard] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        for signal in (session.case_changed, session.data_changed, session.theme_changed, session.options.changed):
            signal.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Lay the cards: they are not laid while nobody sees them."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Lay the cards again; a sentence where nothing can be compared."""
        self.cards = []
        if not self.isVisible():
            return
        place = self.verticalScrollBar().value()
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(px(12), px(10), px(12), px(12))
        column.setSpacing(px(10))
        try:
            table = self._session.options.table()
            if table is None:
                column.addWidget(label("Two finished runs are needed to compare options.", "muted"))
            else:
                self._add_table(table, column)
        except Refused as refusal:
            column.addWidget(label(str(refusal), "muted"))
        column.addStretch(1)
        self.setWidget(inside)
        self.verticalScrollBar().setValue(place)

    def _add_table(self, table: OptionsTable, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(10))
        badge = QLabel("SIMULATED")
        badge.setProperty("role", "badge")
        badge.setToolTip("These values were computed by a model, not measured.")
        title = QLabel(f"{len(table.options)} options against '{dict(table.options)[table.baseline]}'")
        title.setProperty("role", "head")
        head.addWidget(badge)
        head.addWidget(title)
        head.addStretch(1)
        column.addLayout(head)
        for note in table.notes:
            column.addWidget(label(note, "small"))
        for row in table.rows:
            card = OptionsCard(table, row, self._session.theme, self)
            card.judged.connect(lambda name, way: self._session.options.change(better={name: way}))
            column.addWidget(card)
            self.cards.append(card)
