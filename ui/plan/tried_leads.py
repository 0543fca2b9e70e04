"""The places that were tried for a lead, side by side: numbers with intervals, and how likely each is the best."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from geometry.metric import Metric
from solvers.scenario import PacingSite
from ui.readout import at_words
from ui.theme import px
from ui.widgets import Segments, button, label

CRITERIA = {"qrs_duration": "QRS", "total_activation_time": "Total", "lv_activation": "LV"}
SHORT = {
    "qrs_duration": "QRS",
    "total_activation_time": "Total",
    "lv_activation": "LV",
    "q_lv": "Q-LV",
    "scar_distance": "Scar",
}


class TriedLeads(QWidget):
    """One card a place; the answer (of ``compare_leads``) may be missing yet."""

    taken = Signal(object)
    dropped = Signal(object)
    wanted = Signal(object)  # as an option of its own
    judged = Signal(str)

    def __init__(
        self,
        sites: tuple[PacingSite, ...],
        answer: Mapping[str, Any] | None,
        criterion: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        if answer is not None:
            row = QHBoxLayout()
            row.addWidget(QLabel("Best by", self))
            choice = Segments(CRITERIA, self)
            choice.show_choice(criterion)
            choice.chosen.connect(self.judged.emit)
            row.addWidget(choice)
            row.addStretch(1)
            column.addLayout(row)
        found = {PacingSite(**one["site"]): one for one in (answer or {}).get("tried", [])}
        members = int((answer or {}).get("members", 0))
        for number, site in enumerate(sites):
            column.addWidget(self._card(number, site, found.get(site), members, criterion))

    def _card(
        self, number: int, site: PacingSite, row: Mapping[str, Any] | None, members: int, criterion: str
    ) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("role", "card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(px(10), px(6), px(10), px(6))
        column.setSpacing(px(2))
        head = QHBoxLayout()
        head.addWidget(QLabel("Here" if number == 0 else at_words((site.x, site.y, site.z)), frame))
        head.addStretch(1)
        share = (row or {}).get("best", {}).get(criterion)
        if share is not None:
            chance = QLabel(f"best in {round(share * members)} of {members}", frame)
            chance.setProperty("role", "head")
            chance.setToolTip(f"{100 * share:.0f} % of the draws; places within 1 ms of the best share it")
            head.addWidget(chance)
        column.addLayout(head)
        if row is not None:
            metrics = {one["name"]: Metric(**one) for one in row["metrics"]}
            told = [f"{short} {metrics[name].text()}" for name, short in SHORT.items() if name in metrics]
            words = "   ".join(one.replace(" ", "\u00a0") for one in told)  # broken between the numbers alone
            column.addWidget(label(words, "small", frame))
        if number > 0:
            links = QHBoxLayout()
            take = button("Move the lead here", lambda: self.taken.emit(site))
            option = button(
                "Make it an option", lambda: self.wanted.emit(site), tip="A scenario of its own with the lead there"
            )
            drop = button("Forget", lambda: self.dropped.emit(site))
            for link in (take, option, drop):
                link.setProperty("role", "link")
                links.addWidget(link)
            links.addStretch(1)
            column.addLayout(links)
        return frame
