"""What is compared as options: which runs, against which of them."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.options import ordered_runs
from app.scenario_tree import depths_among
from app.scenario_words import change_line
from ui.scenario_list import run_chooser
from ui.session import Session
from ui.theme import px
from ui.widgets import label, section


class OptionsPanel(QWidget):
    """Check boxes for the runs of the case, indented as in the tree, and the baseline."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        if session.case is None:
            return
        now, depths = session.options.now, depths_among(session.scenarios, session.runs)
        column.addWidget(section("Baseline"))
        chooser = run_chooser(session, now.runs, now.baseline, self)
        chooser.currentIndexChanged.connect(lambda i: session.options.change(baseline=chooser.itemData(i)))
        column.addWidget(chooser)
        column.addWidget(section("Options"))
        for name in ordered_runs(session.case):
            column.addWidget(self._row(name, depths.get(name, 0), name in now.runs))
            words = self._change(name, now.baseline)
            if words:
                text = label(words, "small")
                text.setContentsMargins(px(22) + px(16) * depths.get(name, 0), 0, 0, px(4))
                column.addWidget(text)
        column.addWidget(section("How to read it"))
        column.addWidget(
            label(
                "Differences and P(best) compare members with the same random numbers, one by one. Options that cannot be told "
                "from the one that is best most often are marked as tied. Which way is better can be set at each outcome.",
                "small",
            )
        )

    def _row(self, name: str, depth: int, on: bool) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(px(16) * depth, 0, 0, 0)
        box = QCheckBox(self._session.title_of(name), row)
        box.setChecked(on)
        box.toggled.connect(lambda _: QTimer.singleShot(0, self._choose))
        layout.addWidget(box, 1)
        self.boxes[name] = box
        return row

    def _change(self, name: str, base: str) -> str:
        scenarios = self._session.scenarios
        if (
            name == base
            or name not in scenarios
            or base not in scenarios
            or type(scenarios[name]) is not type(scenarios[base])
        ):
            return ""
        return change_line(scenarios[base], scenarios[name])

    def _choose(self) -> None:
        """Compare the runs that are ticked; two are needed, so fewer are not taken."""
        ticked = tuple(name for name, box in self.boxes.items() if box.isChecked())
        if len(ticked) >= 2:
            self._session.options.change(ticked)
        else:
            self._session.said.emit("Two runs at least are compared; tick another one first.", "info")
            self._session.options.changed.emit()
